"""The running portal over https, with a certificate that nobody but the tests trusts."""

import datetime as dt
import itertools
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portal.embedded.processes import spawn, stop_all
from tests.browser.running import CHECKOUT, Portal, free_port, running_portal

_MARK = "result:"
# Each act is a process of its own, whose factories must not name things as another's did.
_thousands = itertools.count(1000, 1000)


@dataclass
class SecurePortal:
    """A portal that serves https on a port of its own, beside the one of `make run`."""

    inner: Portal
    port: int
    certificate: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def do(self, act: str, *arguments: str) -> Any:
        """Have a function of tests.hub_clients.world act in the portal; return what it returns."""
        code = (
            "import json; from tests.hub_clients import world; "
            f"world.start_numbers_at({next(_thousands)}); "
            f"print({_MARK!r} + json.dumps(world.{act}(*{arguments!r})))"
        )
        done = self.inner.manage("shell", "--verbosity", "0", "--command", code, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.rpartition(_MARK)[2])

    def get(self, path: str, token: str = "") -> bytes:
        """Fetch something as a plain program would."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}{path}", headers=headers)
        context = ssl.create_default_context(cafile=str(self.certificate))
        with urllib.request.urlopen(request, timeout=60, context=context) as response:
            return bytes(response.read())


@contextmanager
def secure_portal(directory: Path) -> Iterator[SecurePortal]:
    """Start the portal, and a second web server for it that speaks TLS."""
    certificate, key = _make_certificate(directory)
    port = free_port()
    with running_portal(directory / "data", BASE_URL=f"https://localhost:{port}") as inner:
        portal = SecurePortal(inner, port, certificate)
        command = [sys.executable, "-m", "gunicorn", "portal.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
        command += ["--workers", "1", "--threads", "16", "--no-control-socket"]
        command += ["--certfile", str(certificate), "--keyfile", str(key)]
        log = directory / "secure.log"
        server = spawn("web", command, log=log, cwd=CHECKOUT, env=inner.environment)
        try:
            _wait_until_it_answers(portal)
            yield portal
        finally:
            stop_all([server])


def _wait_until_it_answers(portal: SecurePortal) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            portal.get("/health/live")
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "the portal did not answer over https"
            time.sleep(0.1)
        else:
            return


def _make_certificate(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    directory.mkdir(parents=True, exist_ok=True)
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
