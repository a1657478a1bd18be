"""A real nginx with deploy/nginx.conf before a portal, on free ports and a certificate of its own.

    with nginx(directory, portal="127.0.0.1:8000", weights=store) as front:
        ... front.url, front.certificate, front.lines() ...

The portal must run with `BEHIND_NGINX`, as an operator's does.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.running import CHECKOUT, free_port

TEMPLATE = CHECKOUT / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="needs the Debian package nginx")
# What the portal behind it is told.
BEHIND_NGINX = {"DELIVERY": "nginx", "TRUSTED_PROXIES": "1", "BEHIND_TLS_PROXY": "1"}

# What a distribution's own nginx.conf does around a site; here it also stays in its directory.
_AROUND = """
{user}
worker_processes 2;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {directory}/temp-body;
    proxy_temp_path {directory}/temp-proxy;
    fastcgi_temp_path {directory}/temp-fastcgi;
    uwsgi_temp_path {directory}/temp-uwsgi;
    scgi_temp_path {directory}/temp-scgi;
    include {directory}/site.conf;
    {extra}
}}
"""


@dataclass
class Nginx:
    """A running nginx: where it serves, whom to trust, and what it wrote down."""

    url: str
    port: int
    plain_port: int
    certificate: Path
    access_log: Path
    error_log: Path

    def lines(self) -> list[bytes]:
        """Return what the access log holds."""
        return self.access_log.read_bytes().splitlines(keepends=True)


def render(template: str, variables: dict[str, str]) -> str:
    """Fill in ${NGINX_...} as envsubst does, and nothing else."""
    return re.sub(r"\$\{(NGINX_[A-Z0-9_]+)\}", lambda found: variables[found[1]], template)


@contextmanager
def nginx(
    directory: Path,
    *,
    portal: str,
    weights: Path,
    extra: str = "",
    tls: bool = True,
    port: int = 0,
    **variables: str,
) -> Iterator[Nginx]:
    """Serve the portal at `portal` (host:port) until the block ends.

    `variables` go over those of the template, unless empty; `extra` is added at the http level.
    """
    assert NGINX is not None
    directory.mkdir(parents=True, exist_ok=True)
    certificate, key = self_signed(directory)
    port, plain_port = port or free_port(), free_port()
    front = Nginx(
        url=f"{'https' if tls else 'http'}://localhost:{port}",
        port=port,
        plain_port=plain_port,
        certificate=certificate,
        access_log=directory / "access.log",
        error_log=directory / "error.log",
    )
    filled = {
        "NGINX_LISTEN": f"127.0.0.1:{port}" + (" ssl http2" if tls else ""),
        "NGINX_LISTEN_HTTP": f"127.0.0.1:{plain_port}",
        "NGINX_SERVER_NAME": "localhost",
        "NGINX_CERTIFICATE": str(certificate),
        "NGINX_CERTIFICATE_KEY": str(key),
        "NGINX_ACCESS_LOG": str(front.access_log),
        "NGINX_PORTAL": portal,
        "NGINX_WEIGHTS": str(weights),
        "NGINX_S3_ENDPOINT": "http://127.0.0.1:9",
        "NGINX_S3_TRUSTED": str(certificate),
        "NGINX_STREAMS": "16",
        **{name: value for name, value in variables.items() if value},
    }
    main = write_configuration(directory, filled, extra)
    output = directory / "output.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [NGINX, "-c", str(main), "-e", str(front.error_log)],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port, output)
        yield front
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def write_configuration(directory: Path, filled: dict[str, str], extra: str = "") -> Path:
    """Write the filled template and what is around it; return the file that nginx starts with."""
    (directory / "site.conf").write_text(render(TEMPLATE.read_text(), filled))
    # As root it would take another account, which may not look into a test's directory.
    user = "user root;" if os.geteuid() == 0 else ""
    main = directory / "nginx.conf"
    main.write_text(_AROUND.format(user=user, directory=directory, extra=extra))
    return main


def self_signed(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost and its key; whoever trusts the first trusts the server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = directory / "certificate.pem", directory / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


def _wait(process: "subprocess.Popen[bytes]", port: int, output: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nginx did not start:\n{output.read_text()}")
