"""The store of documents in a bucket of a real SeaweedFS."""

import io
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from common import document_store
from common.document_store import DocumentStoreError
from common.storage_url import Bucket
from tests.seaweed import REGION, Seaweed, seaweed

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("bucket")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as server:
        server.make_bucket("documents")
        yield server


@pytest.fixture(autouse=True)
def bucket(server: Seaweed, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    settings.DOCUMENTS_STORAGE = Bucket("documents", "below/this", server.endpoint, REGION)
    return settings.DOCUMENTS_STORAGE


def test_what_is_kept_comes_back_by_its_digest(server: Seaweed) -> None:
    name = document_store.keep(io.BytesIO(b"x" * 3_000_000))
    with document_store.fetch(name) as file:
        assert file.read() == b"x" * 3_000_000
    listed = server.client().list_objects_v2(Bucket="documents")
    assert [each["Key"] for each in listed["Contents"]] == [f"below/this/objects/{name[:2]}/{name}"]


def test_what_is_damaged_or_gone_is_said(server: Seaweed) -> None:
    name = document_store.keep(io.BytesIO(b"Found."))
    key = f"below/this/objects/{name[:2]}/{name}"
    server.client().put_object(Bucket="documents", Key=key, Body=b"Forged")
    with pytest.raises(DocumentStoreError, match="damaged"):
        document_store.fetch(name)
    server.client().delete_object(Bucket="documents", Key=key)
    with pytest.raises(DocumentStoreError, match="does not answer"):
        document_store.fetch(name)
