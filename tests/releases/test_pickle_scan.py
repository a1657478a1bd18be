"""Pickles by leave: what they import is told, and nothing dangerous is taken in."""

import io
import os
import pickle
import struct
import tempfile
import time
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from releases.formats import FormatError, Inspector
from releases.pickle_scan import PickleError, scan


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
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/data/0", b"\x80\x02" + bytes(64))
        archive.writestr("archive/version", b"3\n")
        for name, content in others.items():
            archive.writestr(name, content)
    return stream.getvalue()


SYSTEM = pickle.dumps(Calls(os.system, "true"))
HARMLESS = pickle.dumps(OrderedDict(a=np.zeros(3), b=Fraction(1, 2)))


def test_a_harmless_one_imports_nothing_worth_a_word() -> None:
    assert scanned(HARMLESS) == []
    assert scanned(pickle.dumps({"a": [1, 2.0, None]}, 0)) == []
    assert scanned(torch_archive(HARMLESS), ".pt") == []
    assert scanned(saved({"a": 1}, compressed=True), ".npz") == []


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
    with pytest.raises(FormatError, match="Python objects"):
        judge("a.npy", objects.getvalue())
