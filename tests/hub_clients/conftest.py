"""Real clients before the real portal. Without them these tests skip, by name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub_clients.client import HubClient
from tests.hub_clients.secure import SecurePortal, secure_portal

# What .ci/run installs: the last of the line with requests, one with httpx, the newest.
VERSIONS = ("0.36.2", "1.33.0", "2.4.0")
DIRECTORY = os.environ.get("SLUICE_HUB_CLIENTS", "")

MakeClient = Callable[..., HubClient]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, so that they can be left out."""
    here = Path(__file__).parent
    skip = pytest.mark.skipif(
        not DIRECTORY, reason="needs SLUICE_HUB_CLIENTS, a directory with a venv of each version"
    )
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.clients)
            item.add_marker(skip)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecurePortal]:
    with secure_portal(tmp_path_factory.mktemp("secure")) as portal:
        yield portal


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(portal: SecurePortal, version: str, tmp_path: Path) -> MakeClient:
    """Return a function that makes a client of this version for whoever has the token."""

    def make(token: str = "", **changes: object) -> HubClient:
        programs = Path(DIRECTORY) / version / "bin"
        return HubClient(version, programs, portal, tmp_path, token, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="module")
def deployer(portal: SecurePortal) -> str:
    """A token of somebody who may download demo/heron; some module revokes them all at once."""
    return str(portal.do("token_of", "deployer"))
