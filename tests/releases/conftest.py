"""Every test of releases has a store of its own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings: Settings) -> Path:
    """Keep weights below the test's own directory."""
    store = settings.WEIGHTS_DIR = tmp_path / "store"
    store.mkdir()
    return store


@pytest.fixture
def incoming(tmp_path: Path, settings: Settings) -> Path:
    """A directory below which the operator allows ingest from the page."""
    root = tmp_path / "incoming"
    root.mkdir()
    settings.INGEST_ROOTS = [root]
    return root


@pytest.fixture(autouse=True)
def own_documents(tmp_path: Path, settings: Settings) -> Path:
    """Keep documents below the test's own directory."""
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    return settings.DOCUMENTS_STORAGE
