"""The store of documents in a directory: each once, whole, hashed whenever it is read."""

import hashlib
import io
from pathlib import Path

import pytest
from pytest_django import Settings

from common import document_store
from common.document_store import DocumentStoreError


@pytest.fixture(autouse=True)
def place(tmp_path: Path, settings: Settings) -> Path:
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    return settings.DOCUMENTS_STORAGE


def read(name: str) -> bytes:
    with document_store.fetch(name) as file:
        return file.read()


def files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize("content", [b"", b"Found.", b"x" * 5_000_000])
def test_what_is_kept_comes_back_by_its_digest(place: Path, content: bytes) -> None:
    name = document_store.keep(io.BytesIO(content))
    assert name == hashlib.sha256(content).hexdigest()
    assert read(name) == content
    [path] = files(place)
    assert path == place / "objects" / name[:2] / name
    assert path.stat().st_mode & 0o777 == 0o400


def test_the_same_bytes_are_kept_once_and_mend_a_damaged_file(place: Path) -> None:
    name = document_store.keep(io.BytesIO(b"Found."))
    path = place / "objects" / name[:2] / name
    path.chmod(0o600)
    path.write_bytes(b"Forged")
    with pytest.raises(DocumentStoreError, match="damaged"):
        document_store.fetch(name)
    assert document_store.keep(io.BytesIO(b"Found.")) == name
    assert read(name) == b"Found."
    assert len(files(place)) == 1


def test_what_was_read_to_its_end_is_kept_from_its_beginning() -> None:
    file = io.BytesIO(b"Found.")
    file.read()
    assert read(document_store.keep(file)) == b"Found."


def test_what_is_not_there_is_said_in_a_sentence() -> None:
    with pytest.raises(DocumentStoreError, match="cannot be read"):
        document_store.fetch("0" * 64)


@pytest.mark.parametrize("name", ["", "0" * 63, "../" * 20 + "etc", "A" * 64])
def test_only_a_digest_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case"):
        document_store.fetch(name)


def test_a_place_that_cannot_be_written_is_said_and_nothing_stays(
    place: Path, settings: Settings
) -> None:
    place.write_bytes(b"a file, not a directory")
    with pytest.raises(DocumentStoreError, match="cannot be written"):
        document_store.keep(io.BytesIO(b"Found."))


def test_what_is_removed_is_gone_and_may_be_removed_again(place: Path) -> None:
    name = document_store.keep(io.BytesIO(b"Found."))
    document_store.remove(name)
    document_store.remove(name)
    assert files(place) == []
    with pytest.raises(ValueError, match="64 lower-case"):
        document_store.remove("../etc")


def test_a_place_is_looked_at_before_there_is_any_document(place: Path) -> None:
    document_store.check()
    with pytest.raises(DocumentStoreError, match="is empty, and should not be"):
        document_store.check(filled=True)
    document_store.keep(io.BytesIO(b"Found."))
    document_store.check(filled=True)
