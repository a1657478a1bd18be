"""A backup, taken as docs/operations.md says while the portal runs, restores to the same portal.

From a bucket to a directory, so that a move from one to the other is tried as well.
"""

import hashlib
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from portal.embedded import demo, postgres
from tests.browser.running import Portal, running_portal
from tests.seaweed import REGION, Seaweed, seaweed

pytestmark = pytest.mark.services

FILES = "/models/demo/heron/v1.0/files"


def fetch(portal: Portal, path: str, token: str) -> bytes:
    request = urllib.request.Request(
        f"{portal.url}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def copy_objects(server: Seaweed, bucket: str, prefix: str, target: Path) -> int:
    """Copy what stands below objects/, as `rclone copy` does."""
    client = server.client()
    count = 0
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page["Contents"]:
            file = target / found["Key"].removeprefix(prefix)
            file.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(bucket, found["Key"], str(file))
            count += 1
    return count


def dump(data_dir: Path, target: Path) -> None:
    subprocess.run(
        [
            *(str(postgres.find_binaries() / "pg_dump"), "--format=custom", f"--file={target}"),
            *("--dbname", postgres.dsn(data_dir, "sluice")),
        ],
        check=True,
    )


def restore(data_dir: Path, source: Path) -> None:
    cluster = postgres.start(data_dir)
    try:
        postgres.ensure_database(cluster, "sluice")
        subprocess.run(
            [
                *(str(postgres.find_binaries() / "pg_restore"), "--no-owner", "--exit-on-error"),
                *("--dbname", postgres.dsn(data_dir, "sluice"), str(source)),
            ],
            check=True,
        )
    finally:
        postgres.stop(cluster)


# The store hashes each document that it hands out, and raises where one is missing or damaged.
READ_ALL = """
from common import document_store
from releases.models import Document
digests = set(Document.objects.values_list("sha256", flat=True))
assert digests
for sha256 in digests:
    document_store.fetch(sha256).close()
print("Every document is whole.")
"""


def test_a_backup_of_a_running_portal_restores_elsewhere(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    weights = tmp_path / "weights"
    with seaweed(tmp_path / "seaweed") as server:
        server.make_bucket("weights")
        url = f"s3://weights/lab?endpoint={server.endpoint}&region={REGION}"
        with running_portal(before, WEIGHTS_STORAGE_URL=url, **server.environment) as portal:
            created = portal.manage("create_token", "deployer@demo.example", "--rights", "weights")
            token = created.stdout.strip()
            sums = fetch(portal, "/models/demo/heron/v1.0/SHA256SUMS", token).decode()
            dump(before, tmp_path / "sluice.dump")
            assert copy_objects(server, "weights", "lab/", weights) > 0
    assert not (before / "weights").exists()
    shutil.copytree(before / "documents" / "objects", after / "documents" / "objects")

    restore(after, tmp_path / "sluice.dump")
    # The secrets, which are kept apart.
    shutil.copy(demo.key_path(before), demo.key_path(after))
    with running_portal(after, WEIGHTS_STORAGE_URL=weights.as_uri()) as portal:
        assert fetch(portal, "/models/demo/heron/v1.0/SHA256SUMS", token).decode() == sums
        for line in sums.splitlines():
            sha256, _, path = line.partition("  ")
            content = fetch(portal, f"{FILES}/{path}", token)
            assert hashlib.sha256(content).hexdigest() == sha256
        assert "all are whole" in portal.manage("rehash", "--all").stdout
        assert "Every document is whole." in portal.manage("shell", "--command", READ_ALL).stdout
