"""What is taken in, and what is refused by name or by content."""

import io
import pickle
import zipfile
from collections import OrderedDict
from datetime import UTC, datetime

import numpy as np
import pytest

from releases.formats import FormatError, Inspector, format_by_name


class Payload:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run",))


def judge(name: str, content: bytes) -> str:
    inspector = Inspector(name, len(content))
    for start in range(0, len(content), 5000):
        inspector.feed(memoryview(content)[start : start + 5000])
    return inspector.finish()[0]


def zipped(*names: str, content: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "name",
    ["a.pt", "a.PTH", "dir/pytorch_model.bin", "x.ckpt", "x.pkl", "x.pickle", "x.joblib", "x.npz"],
)
def test_formats_that_run_code_are_refused_by_name(name: str) -> None:
    with pytest.raises(FormatError, match="convert the weights to safetensors"):
        format_by_name(name)


def test_an_index_of_bin_files_is_only_json() -> None:
    assert judge("pytorch_model.bin.index.json", b'{"weight_map": {}}') == "json"


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "notes.txt", "weights"])
def test_a_pickle_with_a_payload_is_refused_whatever_its_name(name: str, protocol: int) -> None:
    with pytest.raises(FormatError, match="is a pickle"):
        judge(name, pickle.dumps(Payload(), protocol))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_harmless_pickle_is_refused_too(protocol: int) -> None:
    with pytest.raises(FormatError, match="is a pickle"):
        judge("a.txt", pickle.dumps({"a": [1, 2]}, protocol))


@pytest.mark.parametrize("value", [OrderedDict(a=1), datetime(2026, 1, 1, tzinfo=UTC)])
def test_a_text_pickle_that_calls_something_is_refused(value: object) -> None:
    with pytest.raises(FormatError, match="is a pickle"):
        judge("a.txt", pickle.dumps(value, 0))


def test_a_text_pickle_by_hand_that_never_ends_is_refused() -> None:
    for content in (b"cos\nsystem\n(S'true'\ntR", b"(S'true'\nios\nsystem\n" + b"\xff" * 100_000):
        with pytest.raises(FormatError, match="is a pickle"):
            judge("README.md", content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"(c) 2026 Example\nAll rights reserved.\nRedistribution and use are permitted.\n",
        b"cat\ndog\nRobin\n",
        b"config\nfile\n.\n",
        b"I am a model card.\n",
        b"[PAD]\n[UNK]\nNot much\n",
        "Größe: 12\n".encode(),
        b"]\n)\n}\n",
        b"#version: 0.2\nt h\n",
    ],
)
def test_prose_and_word_lists_are_taken_in(content: bytes) -> None:
    assert judge("vocab.txt", content) == "text"


def test_a_torch_checkpoint_under_another_name_is_named_for_what_it_is() -> None:
    with pytest.raises(FormatError, match=r"zip archive that holds a pickle \(archive/data.pkl\)"):
        judge("model.safetensors", zipped("archive/data.pkl", "archive/data/0"))


@pytest.mark.parametrize("name", ["a.json", "a.zip", "a", "a.txt"])
def test_an_archive_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match="zip archive"):
        judge(name, zipped("readme.txt"))


def test_a_zip_that_follows_something_harmless_is_refused() -> None:
    with pytest.raises(FormatError, match="zip archive"):
        judge("image.png", b"\x89PNG\r\n" + bytes(100_000) + zipped("archive/data.pkl"))


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b\x08" + bytes(20),
        b"BZh9" + bytes(20),
        b"\xfd7zXZ\x00" + bytes(20),
        b"\x28\xb5\x2f\xfd" + bytes(20),
        b"7z\xbc\xaf\x27\x1c" + bytes(20),
        b"name" + bytes(253) + b"ustar\x0000" + bytes(300),
    ],
)
def test_compressed_files_and_archives_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match="ingest the files themselves"):
        judge("data", content)


def test_a_numpy_array_of_numbers_is_taken_in_and_one_of_objects_is_not() -> None:
    numbers, objects = io.BytesIO(), io.BytesIO()
    np.save(numbers, np.zeros(3))
    np.save(objects, np.array([Payload()], dtype=object), allow_pickle=True)
    assert judge("a.npy", numbers.getvalue()) == "numpy"
    for name in ("a.npy", "a.txt"):
        with pytest.raises(FormatError, match="NumPy array of Python objects"):
            judge(name, objects.getvalue())


def test_a_gguf_begins_as_one() -> None:
    assert judge("a.gguf", b"GGUF\x03\x00\x00\x00") == "gguf"
    with pytest.raises(FormatError, match="does not begin as one"):
        judge("a.gguf", b"nothing")


def test_unknown_files_are_other() -> None:
    assert judge("a.xyz", bytes(range(256)) * 300) == "other"
