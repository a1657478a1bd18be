"""The portal as `make run` starts it, for the tests that torch makes slow."""

from collections.abc import Iterator

import pytest

from tests.browser.running import Portal, running_portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal
