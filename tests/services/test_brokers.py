"""What is owed survives a killed worker and a stopped broker, on the servers of production."""

import os
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.instance import Instance, new_database, seeded_instance, wait_until

pytestmark = pytest.mark.services

# In one transaction: the worker gets all of them at once, however slowly they are made.
NOTIFY = """
from django.db import transaction
from accounts.models import User
from accounts.services import notify
person = User.objects.get(email="applicant@demo.example")
with transaction.atomic():
    for number in range({count}):
        notify(recipient=person, kind="test", subject=f"{subject} {{number}}", body="Hello.")
"""
INGEST = """
from pathlib import Path
from releases.models import Model
from releases.services import start_ingest
model = Model.objects.get(namespace="demo", name="heron")
print(start_ingest(actor=None, model=model, version="{version}", directory=Path("{path}")).pk)
"""


def server(name: str) -> str:
    url = os.environ.get(name, "")
    if not url:
        pytest.skip(f"needs {name}, which .ci/run sets")
    return url


@pytest.fixture(scope="module", params=["REDIS", "RABBITMQ"])
def instance(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    broker_url = server(f"SLUICE_TEST_{request.param}")
    data_dir = tmp_path_factory.mktemp(request.param.lower())
    name = f"sluice_services_{request.param.lower()}"
    with (
        new_database(server("SLUICE_TEST_POSTGRES"), name) as database_url,
        seeded_instance(data_dir, database_url, broker_url) as instance,
    ):
        instance.do("from portal.celery import app\napp.control.purge()")
        yield instance


@pytest.fixture(autouse=True)
def _nothing_runs_between_tests(instance: Instance) -> Iterator[None]:
    yield
    instance.stop()


def owed(instance: Instance, subject: str) -> int:
    query = "SELECT count(*) FROM accounts_notification WHERE subject LIKE %s AND sent_at IS NULL"
    return instance.rows(query, f"{subject} %")[0][0]


def message_ids(instance: Instance, subject: str) -> set[str]:
    query = "SELECT message_id::text FROM accounts_notification WHERE subject LIKE %s"
    return {row[0] for row in instance.rows(query, f"{subject} %")}


def test_the_broker_alone_brings_work_to_the_worker(instance: Instance) -> None:
    """Without the scheduler, so that no sweep can help."""
    instance.start("worker")
    instance.do(NOTIFY.format(count=3, subject="prompt"))
    wait_until(lambda: owed(instance, "prompt") == 0, seconds=20)
    sent = Counter(instance.mails())
    assert {sent[message] for message in message_ids(instance, "prompt")} == {1}


def test_mail_that_a_killed_worker_owed_is_sent_with_its_own_message_id(instance: Instance) -> None:
    instance.start("worker")
    # So many that it is not through with them before it is killed.
    many = 400
    instance.do(NOTIFY.format(count=many, subject="killed"))
    wait_until(lambda: owed(instance, "killed") < many, seconds=20)
    instance.kill("worker")
    left = owed(instance, "killed")
    instance.start("worker")
    instance.start("beat")
    wait_until(lambda: owed(instance, "killed") == 0, seconds=60)
    sent = Counter(instance.mails())
    wanted = message_ids(instance, "killed")
    assert len(wanted) == many
    assert left > 0
    assert wanted <= set(sent)
    # At least once: only the mails in hand when the worker died may have gone out twice.
    assert sum(sent[message] - 1 for message in wanted) <= 2


def test_an_ingest_whose_worker_is_killed_goes_on_and_seals_once(
    instance: Instance, tmp_path: Path
) -> None:
    source = tmp_path / "weights"
    source.mkdir()
    for number in range(400):
        (source / f"part-{number:03}.txt").write_bytes(os.urandom(20_000).hex().encode())
    instance.start("worker")
    instance.start("beat")
    release = int(instance.do(INGEST.format(version="v9.0", path=source)))

    def stored() -> int:
        query = "SELECT count(*) FROM releases_artifact WHERE release_id = %s AND sha256 <> ''"
        return instance.rows(query, release)[0][0]

    def state() -> str:
        return instance.rows("SELECT state FROM releases_release WHERE id = %s", release)[0][0]

    wait_until(lambda: stored() > 20, seconds=30)
    instance.kill("worker")
    assert state() != "sealed"
    instance.start("worker")
    wait_until(lambda: state() == "sealed", seconds=150)
    assert stored() == 400
    query = "SELECT action FROM audit_event WHERE target = %s"
    events = Counter(row[0] for row in instance.rows(query, f"releases.release:{release}"))
    assert events["release.sealed"] == 1
    assert max(events.values()) == 1


# A Redis of this test's own, which it can stop.


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_redis(port: int, directory: Path) -> "subprocess.Popen[bytes]":
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(
        [*command, "--dir", str(directory)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, seconds=10)
    return process


def test_what_is_done_while_the_broker_is_down_is_carried_out_afterwards(
    instance: Instance, port: int, tmp_path: Path
) -> None:
    stopped = Instance(instance.data_dir, instance.database_url, f"redis://127.0.0.1:{port}/0")
    redis = start_redis(port, tmp_path)
    try:
        stopped.start("worker")
        stopped.start("beat")
        redis.kill()
        redis.wait()
        began = time.monotonic()
        stopped.do(NOTIFY.format(count=3, subject="down"))
        assert time.monotonic() - began < 20
        assert owed(instance, "down") == 3
        redis = start_redis(port, tmp_path)
        wait_until(lambda: owed(instance, "down") == 0, seconds=60)
        sent = Counter(instance.mails())
        assert {sent[message] for message in message_ids(instance, "down")} == {1}
    finally:
        stopped.stop()
        redis.kill()
        redis.wait()
