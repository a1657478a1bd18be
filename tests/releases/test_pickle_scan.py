"""Pickles by leave: what they import is told, and nothing dangerous is taken in."""

import io
import os
import pickle
import struct
import tempfile
import time
import zipfile
import zlib
from argparse import Namespace
from collections import OrderedDict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from releases import pickle_scan
from releases.formats import FormatError, Inspector
from releases.pickle_scan import PickleError, scan
from tests.releases.test_formats import numpy_file, tarred


class Calls:
    """Pickles as the call of a function."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self._call = (function, args)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


def scanned(content: bytes, suffix: str = ".pkl") -> list[str]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return scan(file, suffix)


def saved(*arrays: object, compressed: bool = False) -> bytes:
    stream = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(stream, *[np.array([each], dtype=object) for each in arrays], np.zeros(100))
    return stream.getvalue()


def torch_archive(data: bytes, **others: bytes) -> bytes:
    """Return what torch.save writes: a pickle, and the tensors' bytes beside it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        tensors = {"archive/data/0": b"\x80\x02" + bytes(64), "archive/version": b"3\n"}
        for name, content in {"archive/data.pkl": data, **tensors, **others}.items():
            # Without the time of day, so that each process names the tests alike.
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


SYSTEM = pickle.dumps(Calls(os.system, "true"))
HARMLESS = pickle.dumps(OrderedDict(a=np.zeros(3), b=Fraction(1, 2)))


def test_a_harmless_one_imports_nothing_worth_a_word() -> None:
    assert scanned(HARMLESS) == []
    assert scanned(pickle.dumps({"a": [1, 2.0, None]}, 0)) == []
    assert scanned(torch_archive(HARMLESS), ".pt") == []
    assert scanned(saved({"a": 1}, compressed=True), ".npz") == []


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_of_python_are_harmless_at_every_protocol(protocol: int) -> None:
    values = [b"", range(3), float, int, bool, dict, tuple, bytes, PurePosixPath("a"), Path("a")]
    values += [Namespace(lr=1e-3), SimpleNamespace(a=1)]
    assert scanned(pickle.dumps(values, protocol)) == []


@pytest.mark.parametrize(
    "name",
    [
        "torch._utils\n_rebuild_tensor_v3",
        "torch._utils\n_rebuild_parameter",
        "torch._utils\n_rebuild_qtensor",
        "torch._utils\n_rebuild_sparse_tensor",
        "torch._tensor\n_rebuild_from_type_v2",
        "torch.storage\nUntypedStorage",
        "torch.serialization\n_get_layout",
        "torch\nfloat8_e4m3fn",
        "torch\nSize",
    ],
)
def test_what_torch_itself_loads_without_trust_is_harmless(name: str) -> None:
    assert scanned(b"\x80\x02c%s\n." % name.encode(), ".pt") == []


def test_what_nobody_vouches_for_is_named() -> None:
    assert scanned(b"\x80\x02csklearn.tree\nTree\n)R.") == ["sklearn.tree.Tree"]
    assert scanned(torch_archive(b"\x80\x02cacme.nets\nBlock\n)R."), ".bin") == ["acme.nets.Block"]


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (SYSTEM, ".pkl"),
        (SYSTEM, ".bin"),
        (pickle.dumps(1) + SYSTEM, ".pkl"),
        (pickle.dumps(Calls(os.system, "true"), 0), ".ckpt"),
        (torch_archive(SYSTEM), ".pt"),
        (torch_archive(HARMLESS, **{"archive/constants.pkl": SYSTEM}), ".pt"),
        (torch_archive(HARMLESS, **{"archive/code": SYSTEM}), ".pt"),
        (saved(Calls(os.system, "true")), ".npz"),
        (saved(Calls(os.system, "true"), compressed=True), ".npz"),
        (pickle.dumps(Calls(__import__, "os")), ".pkl"),
        (b"\x80\x02cimportlib\nimport_module\n(S'os'\ntR.", ".pkl"),
        # A dotted name reaches through a harmless object into another.
        (b"\x80\x04\x8c\x05torch\x8c\x17serialization.os.system\x93)R.", ".pkl"),
        (b"(S'true'\nios\nsystem\n.", ".pkl"),
        # What loads another pickle, of which nothing would be seen.
        (b"\x80\x04ctorch.storage\n_load_from_bytes\nC\x01x\x85R.", ".pt"),
        (b"\x80\x04ctorch\nload\nX\x01\x00\x00\x00x\x85R.", ".pkl"),
        (b"\x80\x04cjoblib\nload\nX\x01\x00\x00\x00x\x85R.", ".joblib"),
        (b"\x80\x04cdill\nloads\nC\x01x\x85R.", ".pkl"),
    ],
)
def test_what_can_run_code_is_refused_always(content: bytes, suffix: str) -> None:
    with pytest.raises(PickleError, match="which can run code; it is never taken in"):
        scanned(content, suffix)


@pytest.mark.parametrize(
    ("content", "suffix", "sentence"),
    [
        (b"", ".pkl", "to its end"),
        (b"no pickle at all", ".bin", "to its end"),
        (SYSTEM[:-5], ".pkl", "to its end"),
        (HARMLESS + b"\xff", ".pkl", "to its end"),
        (b"\x80\x04\x8e" + struct.pack("<Q", 2**40) + b"x.", ".pkl", "more memory|to its end"),
        (torch_archive(HARMLESS[:-3]), ".pt", "to its end"),
        (torch_archive(HARMLESS, **{"../../evil": b""}), ".pt", "leads out"),
        (torch_archive(HARMLESS, inner=torch_archive(SYSTEM)), ".pt", "archive in an archive"),
        (torch_archive(HARMLESS).replace(b"3\n", b"4\n"), ".pt", "archive/version.*Bad CRC-32"),
        (b"\x1f\x8b\x08" + bytes(100), ".joblib", "compressed"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 70_000, ".npy", "NumPy header"),
    ],
)
def test_what_cannot_be_inspected_is_refused(content: bytes, suffix: str, sentence: str) -> None:
    with pytest.raises(PickleError, match=sentence):
        scanned(content, suffix)


def test_very_many_instructions_are_refused_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(PickleError, match="too many to inspect"):
        scanned(b"\x80\x02" + b"N0" * 5_000_000 + b"N.")
    assert time.monotonic() - started < 60


def test_a_name_fetched_from_the_memo_is_the_one_that_was_put_there() -> None:
    """The memo's second place holds the module; a scanner that looks one instruction back errs."""
    hidden = b"\x80\x04\x8c\x05posix\x94\x940\x68\x01\x8c\x06system\x93\x8c\x0becho PWNED3\x85R."
    with pytest.raises(PickleError, match="two readers read differently"):
        scanned(hidden)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04\x8c\x02os0\x8c\x05posix2\x8c\x06system\x93)R.",
        b"\x80\x04(\x8c\x05posix\x8c\x06systemt\x93)R.",
        b"\x80\x04U\x05posix\x8c\x06system\x93)R.",
        b"\x80\x04\x8c\x06system\x93)R.",
        b"\x80\x04N\x94\x8c\x05posix0\x68\x00\x8c\x06system\x93)R.",
        b"\x80\x02\x82\x01)R.",
        b"\x80\x02cos system\nx\n)R.",
    ],
)
def test_an_import_whose_name_is_no_constant_is_refused(content: bytes) -> None:
    with pytest.raises(PickleError, match="hides what it imports"):
        scanned(content)


def test_an_honest_pickle_that_imports_much_is_read_alike_by_both() -> None:
    values = [np.float32(1), np.zeros(2), OrderedDict(a=Fraction(1, 2)), np.dtype("f4")] * 20
    for protocol in range(6):
        content = pickle.dumps(values, protocol)
        assert scanned(content) == scanned(content + content)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("dumbdbm", "open"),
        ("anydbm", "open"),
        ("cPickle", "loads"),
        ("__builtin__", "reduce"),
        ("itertools", "imap"),
        ("StringIO", "StringIO"),
        ("test.support", "x"),
        ("distutils.spawn", "spawn"),
        ("exceptions", "OSError"),
    ],
)
def test_names_of_other_pythons_libraries_are_dangerous(module: str, name: str) -> None:
    with pytest.raises(PickleError, match="which can run code"):
        scanned(f"c{module}\n{name}\n)R.".encode())


def test_imports_without_end_are_refused() -> None:
    def some(start: int, stop: int) -> bytes:
        return b"".join(b"cacme\nN%d\n0" % n for n in range(start, stop)) + b"N."

    assert len(scanned(some(0, 1000))) == 1000
    with pytest.raises(PickleError, match="more than 1000"):
        scanned(some(0, 1001))
    with pytest.raises(PickleError, match="more than 1000"):
        scanned(torch_archive(HARMLESS, **{"a.pkl": some(0, 600), "b.pkl": some(500, 1100)}), ".pt")
    with pytest.raises(PickleError, match="endless name"):
        scanned(b"cacme\n" + b"x" * 600 + b"\nN.")


LEGACY = [
    pickle.dumps(0x1950A86A20F9469CFC6C, 2),
    pickle.dumps(1001, 2),
    pickle.dumps({"little_endian": True, "protocol_version": 1001}, 2),
]


def legacy(
    *,
    tail: bytes = b"",
    count: int = 3,
    counted: int | None = None,
    key: str = "94",
    kind: str = "torch\nFloatStorage",
    before: bytes = b"",
) -> bytes:
    """Return what torch.save writes without an archive: one tensor in twelve bytes."""
    reference = (
        b"((X\x07\x00\x00\x00storageq\x00c" + kind.encode() + b"\nq\x01"
        b"X\x02\x00\x00\x0094q\x02X\x03\x00\x00\x00cpuq\x03K" + bytes([count]) + b"Ntq\x04Q"
    )
    tensor = b"K\x00K\x03\x85q\x05K\x01\x85q\x06\x89ccollections\nOrderedDict\n)Rtq\x07R"
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\nq\x08"
    value = b"\x80\x02" + before + rebuild + reference + tensor + b"."
    storage = struct.pack("<q", count if counted is None else counted) + bytes(12)
    return b"".join(LEGACY) + value + pickle.dumps([key], 2) + storage + tail


# What torch asks its loader for, where a whole network is saved: the class and its source.
MODULE = b"(X\x06\x00\x00\x00modulecacme.nets\nBlock\nNNtQ"


def test_a_file_that_torch_wrote_before_archives_is_told_to_its_last_byte() -> None:
    assert scanned(legacy(), ".bin") == []
    # Types that came later are kept as bytes.
    assert scanned(legacy(kind="torch.storage\nUntypedStorage", count=12), ".bin") == []


def test_a_network_that_torch_wrote_before_archives_names_its_classes() -> None:
    source = b"X\x04\x00\x00\x00a.pyX\x08\x00\x00\x00class A:"
    for module in (MODULE, MODULE.replace(b"NN", source)):
        assert scanned(legacy(before=module + b"0"), ".pt") == ["acme.nets.Block"]


@pytest.mark.parametrize(
    "change",
    [
        {"tail": b"x"},
        {"tail": SYSTEM},
        {"counted": 2},
        {"key": "95"},
        {"kind": "torch\nDoubleStorage"},
        {"kind": "acme\nFloatStorage"},
        {"kind": "torch.storage\nUntypedStorage"},
        {"before": MODULE.replace(b"module", b"models") + b"0"},
        {"before": MODULE.replace(b"NN", b"N") + b"0"},
        {"before": MODULE.replace(b"cacme.nets\nBlock\n", b"N") + b"0"},
    ],
)
def test_bytes_behind_a_torch_files_tensors_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PickleError, match="do not account for all of its bytes"):
        scanned(legacy(**change), ".pt")


def test_a_tar_whose_first_name_is_a_torch_header_is_refused() -> None:
    """torch tries whether a file is a tar archive before it takes it for anything else."""
    name = b"".join(LEGACY)[:100].decode("latin-1")
    for mark in (True, False):
        header = bytearray(tarred(mark=mark))
        header[:100] = name.encode("latin-1").ljust(100, b"\0")
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header[:512])
        with pytest.raises(PickleError, match="a tar archive"):
            scanned(bytes(header) + legacy(), ".pt")


def test_a_tensor_may_begin_as_anything_does() -> None:
    for beginning in (b"\x1f\x8b\x08\x00", b"BZh9", b"\x80\x02c", zlib.compress(b"x"), b"PK\3\4"):
        content = torch_archive(HARMLESS, **{"archive/data/17": beginning + bytes(60)})
        assert scanned(content, ".pt") == []
    with pytest.raises(PickleError, match="archive in an archive"):
        scanned(torch_archive(HARMLESS, **{"archive/code": zlib.compress(b"x")}), ".pt")


def test_an_array_among_tensors_is_looked_into_all_the_same() -> None:
    objects = io.BytesIO()
    np.save(objects, np.array([Calls(os.system, "true")], dtype=object))
    with pytest.raises(PickleError, match="which can run code"):
        scanned(torch_archive(HARMLESS, **{"data/0": objects.getvalue()}), ".npz")


def test_a_child_that_talks_without_end_is_not_listened_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pickle_scan, "_MOST_SAID", 5)
    with pytest.raises(PickleError, match="within bounds"):
        scanned(HARMLESS)


def judge(path: str, content: bytes, *admitted: str) -> tuple[str, dict[str, object]]:
    inspector = Inspector(path, len(content), admitted)
    try:
        for start in range(0, len(content), 1000):
            inspector.feed(memoryview(content)[start : start + 1000])
        return inspector.finish()
    finally:
        inspector.close()


def test_only_the_admitted_extension_is_taken_in() -> None:
    assert judge("a/model.PT", torch_archive(HARMLESS), ".pt") == ("pickle", {"imports": []})
    with pytest.raises(FormatError, match="have a release manager admit the format"):
        judge("model.bin", HARMLESS, ".pt")
    for name in ("model.safetensors", "config.json", "model.dill"):
        with pytest.raises(FormatError):
            judge(name, HARMLESS, ".pt", ".dill", ".safetensors", ".json")


def test_an_array_of_objects_takes_leave_and_one_of_numbers_does_not() -> None:
    numbers, objects = io.BytesIO(), io.BytesIO()
    np.save(numbers, np.zeros(3))
    np.save(objects, np.array([{}], dtype=object))
    assert judge("a.npy", numbers.getvalue()) == ("numpy", {})
    assert judge("a.npy", numbers.getvalue(), ".npy") == ("numpy", {})
    assert judge("a.npy", objects.getvalue(), ".npy") == ("pickle", {"imports": []})
    with pytest.raises(FormatError, match="may hold Python objects"):
        judge("a.npy", objects.getvalue())
    records = io.BytesIO()
    np.save(records, np.zeros(3, dtype=[("a", "<f4"), ("b", "<i2", (2,))]))
    assert judge("a.npy", records.getvalue(), ".npy") == ("pickle", {"imports": []})
    for content in (numbers.getvalue(), records.getvalue()):
        with pytest.raises(FormatError, match="account for all of its bytes"):
            judge("a.npy", content + b"more", ".npy")


@pytest.mark.parametrize("spelt", ["'O'", "'object'", r"'\x4f'", r"'|\x4f'", "'O,O'"])
def test_objects_are_inspected_however_their_type_is_spelt(spelt: str) -> None:
    content = numpy_file(f"{{'descr': {spelt}, 'fortran_order': False, 'shape': (), }}", SYSTEM)
    with pytest.raises(FormatError, match="which can run code"):
        judge("a.npy", content, ".npy")


def test_facts_keep_some_imports_and_count_the_others() -> None:
    content = b"".join(b"cacme\nN%03d\n0" % n for n in range(80)) + b"N."
    _format, facts = judge("a.pkl", content, ".pkl")
    assert facts["imports"] == [f"acme.N{n:03d}" for n in range(50)]
    assert facts["more_imports"] == 30


def test_a_zip_behind_a_pickle_is_refused() -> None:
    with pytest.raises(FormatError, match="ends as a zip archive"):
        judge("a.bin", legacy(tail=torch_archive(SYSTEM)), ".bin")


def test_no_room_for_temporary_files_is_told_with_its_own_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        with pytest.raises(FormatError, match=r"TMPDIR\) cannot be used"):
            judge("a.pkl", HARMLESS, ".pkl")
    monkeypatch.setattr(
        tempfile,
        "TemporaryFile",
        lambda buffering: open("/dev/full", "wb", buffering),  # noqa: PTH123, SIM115
    )
    with pytest.raises(FormatError, match=r"TMPDIR\) is full; free some space"):
        judge("a.pkl", HARMLESS, ".pkl")
