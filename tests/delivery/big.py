"""A large file of the demo's release, behind a real server, and the clients that fetch it."""

import hashlib
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from django.db import connection

from audit.models import Event
from delivery.actions import Action
from licensing.models import Grant
from licensing.volume import Volume
from releases.models import Artifact, Stage
from releases.store import path_of
from tests.seeded import demo_release, person

ADDRESS = "/models/demo/heron/v1.0/files/big.bin"
CURL = shutil.which("curl")
needs_curl = pytest.mark.skipif(CURL is None, reason="needs the Debian package curl")


@dataclass
class Big:
    """Where the file is served, who may fetch it, and what it must be."""

    url: str
    secret: str
    size: int
    sha256: str
    certificate: Path | None = None

    @property
    def address(self) -> str:
        return f"{self.url}{ADDRESS}"

    def command(self) -> list[str]:
        header = f"Authorization: Bearer {self.secret}"
        command = [str(CURL), "--silent", "--show-error", "--fail", "--header", header]
        if self.certificate:
            command += ["--cacert", str(self.certificate)]
        return [*command, self.address]

    def curl(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run([*self.command(), *arguments], capture_output=True, check=False)

    def cut_off(self, target: Path, rate: str) -> int:
        """Kill a download on its way; return how many bytes it had."""
        broken = subprocess.Popen([*self.command(), "--output", str(target), "--limit-rate", rate])
        while broken.poll() is None and (
            not target.exists() or target.stat().st_size < self.size // 10
        ):
            time.sleep(0.01)
        broken.kill()
        broken.wait()
        had = target.stat().st_size
        assert had < self.size
        return had


def sparse_artifact(size: int) -> str:
    """Put a hole with two marks into the store, as a further file of heron v1.0."""
    marks = {0: b"first", size // 2: b"middle"}
    draft = path_of("0" * 64)
    draft.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        file.truncate(size)
        for position, mark in marks.items():
            file.seek(position)
            file.write(mark)
    sha256 = sha256_of(draft)
    path_of(sha256).parent.mkdir(parents=True, exist_ok=True)
    draft.rename(path_of(sha256))
    Artifact.objects.get_or_create(
        release=demo_release("heron v1.0"),
        path="big.bin",
        defaults={"size": size, "sha256": sha256, "format": "other"},
    )
    return sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def events() -> int:
    return Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).count()


def commit_state(state: str) -> None:
    """Change the grant for the server too."""
    holder = person("reviewer").pk if state == "suspended" else None
    grant = Grant.objects.get(named_users__user=person("deployer"))
    _commit(
        "UPDATE licensing_grant SET state = %s, suspended_by_id = %s WHERE id = %s",
        [state, holder, grant.pk],
    )


def commit_stage(slug: str) -> None:
    """Put heron v1.0 on another stage of its ladder, for the server too."""
    release = demo_release("heron v1.0")
    stage = Stage.objects.get(ladder=release.model.ladder, slug=slug)
    _commit("UPDATE releases_release SET stage_id = %s WHERE id = %s", [stage.pk, release.pk])


def commit_volume(volume: Volume | None) -> None:
    """Give the deployer's grant a quota or take it away, for the server too."""
    grant = Grant.objects.get(named_users__user=person("deployer"))
    setter = person("reviewer").pk if volume else None
    _commit(
        "UPDATE licensing_grant SET volume_bytes = %s, volume_days = %s, volume_set_by_id = %s"
        " WHERE id = %s",
        [volume and volume.bytes, volume and volume.days, setter, grant.pk],
    )


def _commit(statement: LiteralString, values: list[object]) -> None:
    """Write on a connection that is not the test's own."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(statement, values)
