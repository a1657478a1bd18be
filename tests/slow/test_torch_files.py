"""What torch itself writes, in the scan of admitted pickles: harmless, listed, or refused."""

import os
import subprocess
from pathlib import Path

import pytest

from releases.formats import FormatError, Inspector, suffix_of

PYTHON = os.environ.get("SLUICE_TORCH_PYTHON", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="needs SLUICE_TORCH_PYTHON, a Python with torch"),
]

MAKER = Path(__file__).parent / "make_torch_files.py"
KINDS = ["2.pt", "5.pt", "2.bin", "5.bin"]
LAYERS = ["torch.nn.modules.batchnorm.BatchNorm1d", "torch.nn.modules.linear.Linear"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("torch")
    subprocess.run([PYTHON, "-W", "ignore", MAKER, directory], timeout=300, check=True)
    return directory


def imports(path: Path, *admitted: str) -> object:
    """Return what nobody vouches for in a file, as the ingest finds it."""
    content = memoryview(path.read_bytes())
    inspector = Inspector(path.name, len(content), admitted or [suffix_of(path.name)])
    try:
        for start in range(0, len(content), 4096):
            inspector.feed(content[start : start + 4096])
        format_, facts = inspector.finish()
    finally:
        inspector.close()
    assert format_ == "pickle"
    return facts["imports"]


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_of_every_kind_are_harmless(written: Path, kind: str) -> None:
    for name in (
        "state",
        "types",
        "newer",
        "views",
        "parameters",
        "quantised",
        "sparse",
        "storage",
        "checkpoint",
    ):
        assert imports(written / f"{name}.{kind}") == [], name


@pytest.mark.parametrize("kind", KINDS)
def test_what_else_stands_in_a_checkpoint_is_harmless_or_listed(written: Path, kind: str) -> None:
    # Arrays are written in another way by protocol 5, which nobody vouches for.
    frombuffer = ["numpy._core.numeric._frombuffer"] if kind[0] == "5" else []
    assert imports(written / f"arguments.{kind}") == frombuffer
    assert imports(written / f"scalar.{kind}") == ["numpy._core.multiarray.scalar"]
    assert imports(written / f"network.{kind}") == ["__main__.Network", *LAYERS]


@pytest.mark.parametrize("kind", KINDS)
def test_what_runs_code_is_refused_by_its_name(written: Path, kind: str) -> None:
    with pytest.raises(FormatError, match=r"imports posix\.system, which can run code"):
        imports(written / f"hostile.{kind}")
    with pytest.raises(FormatError, match=r"imports torch\.storage\._load_from_bytes, which can"):
        imports(written / f"nested.{kind}")


def test_tensors_that_pickle_itself_wrote_hide_a_second_pickle(written: Path) -> None:
    with pytest.raises(FormatError, match=r"imports torch\.storage\._load_from_bytes, which can"):
        imports(written / "plain.pkl")


@pytest.mark.parametrize("name", ["script.pt", "trace.pt"])
def test_a_compiled_network_is_listed(written: Path, name: str) -> None:
    found = imports(written / name)
    assert isinstance(found, list)
    assert any(each.startswith("__torch__.") for each in found)


@pytest.mark.parametrize("name", ["state.2.pt", "state.2.bin", "script.pt", "plain.pkl"])
def test_without_leave_none_of_it_is_taken_in(written: Path, name: str) -> None:
    with pytest.raises(FormatError, match="have a release manager admit the format"):
        imports(written / name, ".npz")
    disguised = written / f"{name}.txt"
    disguised.write_bytes((written / name).read_bytes())
    with pytest.raises(FormatError, match=r"holds a pickle|is a pickle"):
        imports(disguised, ".npz")
