"""Tests of pages and downloads may use the demo's instance."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.seeded import seeded_demo


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The demo, made once for a module; ask for `db` as well, so that changes are undone."""
    with seeded_demo(tmp_path_factory.mktemp("demo"), django_db_blocker):
        yield
