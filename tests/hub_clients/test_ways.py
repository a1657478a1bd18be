"""Each client fetches a file by nginx, from a bucket by nginx, and by a link to the bucket."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from pytest_django import DjangoDbBlocker

from tests.delivery.big import commit_stage, commit_state, events
from tests.delivery.nginx import needs_nginx
from tests.delivery.ways import Way, open_way
from tests.hub_clients.client import HubClient
from tests.hub_clients.conftest import DIRECTORY
from tests.hub_clients.secure import SecurePortal
from tests.seeded import seeded_demo

FETCH = "result = hf_hub_download('demo/heron', 'big.bin')"

pytestmark = [pytest.mark.django_db, needs_nginx]


@pytest.fixture(scope="module", params=["nginx", "bucket-nginx", "bucket-links-nginx"])
def way(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Way]:
    directory = tmp_path_factory.mktemp(request.param)
    with (
        seeded_demo(directory, django_db_blocker),
        django_db_blocker.unblock(),
        open_way(request.param, directory) as way,
    ):
        if "links" in request.param:
            commit_stage("open-weights")
        yield way


@pytest.fixture
def hub(way: Way, version: str, tmp_path: Path) -> HubClient:
    assert way.front is not None
    # All that a client needs of a portal: its port and whom to trust.
    portal = cast(SecurePortal, way.front)
    return HubClient(version, Path(DIRECTORY) / version / "bin", portal, tmp_path, way.big.secret)


def test_a_file_arrives_to_the_byte_and_is_written_down_once(way: Way, hub: HubClient) -> None:
    before = events()
    path = hub.python(FETCH)
    assert isinstance(path, str), path
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == way.big.sha256
    assert events() == before + 1


def test_a_file_is_refused_after_a_suspension(way: Way, hub: HubClient) -> None:
    commit_state("suspended")
    try:
        kind, text = hub.python(FETCH)
    finally:
        commit_state("active")
    assert kind == "GatedRepoError"
    assert "suspended" in text
