"""Every test of releases has a store of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.racing import Race, racers


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


@pytest.fixture
def race() -> Iterator[Race]:
    """Run two acts at once, each on a connection of its own; a refusal is a result."""
    with racers(2) as run:
        yield run
