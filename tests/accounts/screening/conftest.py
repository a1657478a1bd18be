"""Where files of lists are kept during tests, and no list in memory from another one."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.services.screening import running


@pytest.fixture(autouse=True)
def documents(settings: Settings, tmp_path: Path) -> None:
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    running._loaded.clear()
