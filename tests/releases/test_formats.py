"""What is taken in, and what is refused by name or by content."""

import io
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections import OrderedDict
from datetime import UTC, datetime

import numpy as np
import pytest

from releases.formats import FormatError, Inspector, format_by_name


class Payload:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run",))


def judge(name: str, content: bytes, block: int = 5000) -> str:
    inspector = Inspector(name, len(content))
    for start in range(0, len(content), block):
        inspector.feed(memoryview(content)[start : start + block])
    return inspector.finish()[0]


def zipped(*names: str, content: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(*, mark: bool = True) -> bytes:
    """Return a tar archive; without the mark it is one of the seventh edition of Unix."""
    info = tarfile.TarInfo("storages")
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    if not mark:
        header[257:265] = bytes(8)
        header[148:156] = b"        "
        header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


@pytest.mark.parametrize(
    "name",
    [
        "a.pt",
        "a.PTH",
        "dir/pytorch_model.bin",
        "x.ckpt",
        "x.pkl",
        "x.pickle",
        "x.joblib",
        "x.npz",
        ".pkl",
        "dir/.PKL",
        "x.pkl.",
        "x.pkl ",
        "model.h5",
        "model.hdf5",
        "model.keras",
        "saved_model.pb",
    ],
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
        # What pickletools takes for broken, and an unpickler carries out.
        b"I0x1\n0cos\nsystem\n(S'true'\ntR.",
        b"L0x1L\n0cos\nsystem\n(S'true'\ntR.",
        b"I1\n.cos\nsystem\n(S'true'\ntR.",
        "c\u00e4\nb\n(S'true'\ntR.".encode(),
        b"cacme\nThing\n}b.",
        # Too far behind to be seen.
        b"N0" * 40_000 + b"cos\nsystem\n(S'true'\ntR.",
        b"V" + b"x" * 70_000 + b"\n0cos\nsystem\n(S'true'\ntR.",
        b"B" + struct.pack("<L", 70_000) + bytes(70_000) + b"0cos\nsystem\n(S'true'\ntR.",
    ],
)
def test_a_pickle_is_told_as_an_unpickler_would_read_it(content: bytes) -> None:
    with pytest.raises(FormatError, match="is a pickle, or begins as one"):
        judge("notes.txt", content)


def test_a_safetensors_file_that_is_a_pickle_too_is_refused() -> None:
    """Its length reads as a text, its header as more of them, its tensor as a call."""
    tensor = b"x" * 9 + b"cbuiltins\nlen\n(S'true'\ntR."
    length = 0x58 + 256 * 100
    lead = b'{"__metadata__":{"a":"'
    tail = b'"},"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % ((len(tensor),) * 2)
    texts = (b"U~" + b"x" * 126) * 300
    header = lead.ljust(105 - 8, b"x") + texts
    header = header[: length - len(tail)] + tail
    content = struct.pack("<Q", length) + header + tensor
    assert pickle.loads(content) == 4  # noqa: S301 - our own
    with pytest.raises(FormatError, match="begins as one, and runs code"):
        judge("model.safetensors", content)


def test_a_safetensors_file_whose_length_begins_as_an_opcode_is_taken_in() -> None:
    body = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    for length in (*range(56, 1500, 8), *range(256_000, 256_256, 8)):
        content = struct.pack("<Q", length) + body.ljust(length) + b"\x00"
        assert judge("model.safetensors", content) == "safetensors"


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
        b"x^2 + y^2 = z^2\n",
        b"BZhou et al.\n",
        b"Version 1\nNew in this version\n",
        b"V1\nV2\n" * 10,
    ],
)
def test_prose_and_word_lists_are_taken_in(content: bytes) -> None:
    assert judge("vocab.txt", content) == "text"


@pytest.mark.parametrize("letter", [chr(code) for code in range(33, 127)])
def test_a_long_text_in_one_line_is_taken_in_whatever_its_first_letter(letter: str) -> None:
    for rest in ("ord, " * 40_000, "鷺" * 30_000, "'" * 100_000, "1" * 100_000, "\n" * 100_000):
        assert judge("vocab.txt", (letter + rest).encode()) == "text"


@pytest.mark.parametrize("character", ["é", "鷺", "𓅓"])
def test_a_character_of_several_bytes_may_lie_across_any_border(character: str) -> None:
    for shift in range(4):
        text = "P" + "x" * shift + character * 50_000
        assert judge("vocab.txt", text.encode(), 65_536) == "text"
        assert judge("tokenizer.json", f'{{"{text}":0}}'.encode(), 65_536) == "json"
    hidden = f"c{character * 50_000}".replace("𓅓", "x").encode() + b"\nb\n(S'true'\ntR."
    with pytest.raises(FormatError, match="begins as one"):
        judge("vocab.txt", hidden, 65_536)


@pytest.mark.parametrize("block", [1, 7, 65_536, 10**6])
def test_a_pickle_is_followed_however_its_bytes_arrive(block: int) -> None:
    for lead in (b"V" + b"x" * 70_000 + b"\n0", b"X" + struct.pack("<L", 70_000) + bytes(70_000)):
        with pytest.raises(FormatError, match="begins as one, and runs code"):
            judge("notes.txt", lead + b"cos\nsystem\n(S'true'\ntR.", block)


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
        tarred(),
        # Of the kind without a mark.
        tarred(mark=False),
        lzma.compress(b"x" * 100, lzma.FORMAT_ALONE),
        *(zlib.compress(b"x" * 100, level) for level in (0, 1, 6, 9)),
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
        with pytest.raises(FormatError, match="may hold Python objects"):
            judge(name, objects.getvalue())


def numpy_file(header: str, data: bytes = b"") -> bytes:
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


@pytest.mark.parametrize(
    "type_",
    [
        "'O'",
        "'|O'",
        "'object'",
        r"'\x4f'",
        r"'|\x4f'",
        "'O,O'",
        "'O8'",
        "'O' ''",
        "[('a', 'O')]",
        "[('a', '<f4')]",
        "('O', (2,))",
        "u'|O'",
        "'f4' or 'O'",
    ],
)
def test_an_array_of_no_plain_type_is_refused_however_it_is_spelt(type_: str) -> None:
    content = numpy_file(f"{{'descr': {type_}, 'fortran_order': False, 'shape': (), }}", b"N.")
    with pytest.raises(FormatError, match="may hold Python objects"):
        judge("a.npy", content)


@pytest.mark.parametrize(
    "type_", ["f8", "f2", ">i4", "?", "c16", "U12", "S3", "V2", "M8[ns]", "u1", "m8[25s]"]
)
def test_arrays_of_plain_values_are_taken_in_as_long_as_they_say(type_: str) -> None:
    for shape in ((), (3,), (2, 3), (0, 5)):
        stream = io.BytesIO()
        np.save(stream, np.zeros(shape, dtype=type_))
        assert judge("a.npy", stream.getvalue()) == "numpy"
        with pytest.raises(FormatError, match="not as long as its header says"):
            judge("a.npy", stream.getvalue() + b"more")


def test_what_is_named_for_an_array_begins_as_one() -> None:
    with pytest.raises(FormatError, match="does not begin as one"):
        judge("a.npy", b"nothing")


def test_hdf5_is_refused_whatever_its_name() -> None:
    with pytest.raises(FormatError, match="HDF5"):
        judge("weights", b"\x89HDF\r\n\x1a\n" + bytes(100))


def test_a_gguf_begins_as_one() -> None:
    assert judge("a.gguf", b"GGUF\x03\x00\x00\x00") == "gguf"
    with pytest.raises(FormatError, match="does not begin as one"):
        judge("a.gguf", b"nothing")


def test_unknown_files_are_other() -> None:
    assert judge("a.xyz", bytes(range(256)) * 300) == "other"
