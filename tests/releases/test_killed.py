"""An ingest whose process is killed: it goes on where it stopped, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from releases import services, store, tasks
from releases.models import Release
from tests.browser.running import CHECKOUT
from tests.delivery.serving import database_url
from tests.releases.factories import make_directory, make_model, ordinary_files

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 300_000_000


def large_directory() -> Path:
    """A small release, and two files that take a while."""
    directory = make_directory(ordinary_files())
    for name in ("y.dat", "z.dat"):
        with (directory / name).open("wb") as file:
            file.write(name.encode())
            file.truncate(SIZE)
    return directory


def kill_in_the_middle(own_store: Path, *arguments: str) -> None:
    """Run manage.py, and kill it once a large file is partly written."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "WEIGHTS_STORAGE_URL": own_store.as_uri(),
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not any(1_000_000 < size < SIZE for size in half_written(own_store)):
            assert process.poll() is None, "It ended before it could be killed."
            assert time.monotonic() < deadline
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def half_written(own_store: Path) -> list[int]:
    incoming = own_store / "incoming"
    return [path.stat().st_size for path in incoming.iterdir()] if incoming.exists() else []


def check_it_goes_on(own_store: Path, release: Release) -> None:
    """Let the lease run out, and the sweep ask again; workers run in this process."""
    assert release.state == "ingesting"
    assert half_written(own_store)
    tasks.sweep_jobs()
    release.refresh_from_db()
    assert release.state == "ingesting", "The dead worker's lease still counts."
    kept = set(release.artifacts.exclude(sha256="").values_list("pk", "sha256"))
    Release.objects.filter(pk=release.pk).update(job_at=timezone.now() - timedelta(seconds=61))
    tasks.sweep_jobs()
    release.refresh_from_db()
    assert release.state == "sealed", release.refusal
    assert kept <= set(release.artifacts.values_list("pk", "sha256"))
    assert half_written(own_store) == []
    objects = {path.name for path in (own_store / "objects").rglob("*") if path.is_file()}
    assert objects == set(release.artifacts.values_list("sha256", flat=True))
    assert store.size_of(release.artifacts.get(path="z.dat").sha256) == SIZE


def test_the_command_is_killed(own_store: Path) -> None:
    model = make_model()
    directory = large_directory()
    arguments = ("ingest_release", str(model), "v1", str(directory), "--wait")
    kill_in_the_middle(own_store, *arguments)
    check_it_goes_on(own_store, Release.objects.get())


def test_the_process_of_a_workers_task_is_killed(own_store: Path) -> None:
    release = services.start_ingest(
        actor=None,
        model=make_model(),
        version="v1",
        directory=large_directory(),
        hand_over=False,
    )
    task = f"from releases import tasks; tasks.continue_ingest({release.pk})"
    kill_in_the_middle(own_store, "shell", "--command", task)
    release.refresh_from_db()
    check_it_goes_on(own_store, release)
