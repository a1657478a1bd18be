"""The ways that bytes leave, each with real servers on free ports."""

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.nginx_log import Sent, parse_line
from releases.store import name_of, path_of
from releases.store.directory import root
from tests.delivery.big import ADDRESS, Big, sparse_artifact
from tests.delivery.nginx import BEHIND_NGINX, Nginx, nginx, self_signed
from tests.delivery.serving import Server, gunicorn
from tests.factories import make_token
from tests.seaweed import REGION, Seaweed, seaweed
from tests.seeded import person

SIZE = 48_000_000
BUCKET, PREFIX = "weights", "sluice/kept"


@dataclass
class Way:
    """One way out, the file behind it, and the servers around it."""

    big: Big
    front: Nginx | None
    s3: Seaweed | None
    server: Server

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection of an ordinary client."""
        host, _, port = self.big.url.split("//")[1].partition(":")
        if self.big.certificate is None:
            return http.client.HTTPConnection(host, int(port), timeout=30)
        trusted = ssl.create_default_context(cafile=str(self.big.certificate))
        return http.client.HTTPSConnection(host, int(port), timeout=30, context=trusted)

    def ask(
        self, method: str = "GET", path: str = ADDRESS, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Ask once, with the deployer's token; return the answer and its body."""
        connection = self.connect()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={**self.authorization(), **names})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.big.secret}"}

    def logged(self, download: str) -> Sent:
        """Return what nginx wrote of a download, which it does once it has ended."""
        assert self.front is not None
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in self.front.lines():
                found = parse_line(line)
                if found is not None and found.download == download:
                    return found
            time.sleep(0.05)
        raise AssertionError("nginx wrote nothing of it")


@contextmanager
def open_way(name: str, directory: Path) -> Iterator[Way]:
    """Start what a way needs.

    "stream" is gunicorn with a directory, "nginx" has an nginx before it; "bucket" and
    "bucket-nginx" are the same with a bucket of SeaweedFS, "bucket-links-nginx" gives links,
    and in "bucket-tls-nginx" the bucket speaks https.
    """
    in_bucket, by_nginx = name.startswith("bucket"), name.endswith("nginx")
    with ExitStack() as running:
        sha256 = sparse_artifact(SIZE)
        _token, secret = make_token(person("deployer"))
        variables = dict(BEHIND_NGINX) if by_nginx else {}
        s3 = None
        if in_bucket:
            tls = self_signed(directory) if "tls" in name else None
            s3 = running.enter_context(seaweed(directory / "seaweed", tls))
            variables |= in_the_bucket(s3)
            if "links" in name:
                # Another host name than the portal's, which is localhost.
                variables["DELIVERY_PUBLIC_URL"] = s3.endpoint
            s3.client().upload_file(
                str(path_of(sha256)), BUCKET, f"{PREFIX}/objects/{name_of(sha256)}"
            )
        server = running.enter_context(gunicorn(directory / "gunicorn.log", **variables))
        if not by_nginx:
            yield Way(Big(server.url, secret, SIZE, sha256), None, s3, server)
            return
        weights = Path("/nonexistent") if in_bucket else root()
        front = running.enter_context(
            nginx(
                directory / "nginx",
                portal=server.address,
                weights=weights,
                NGINX_S3_ENDPOINT=s3.endpoint if s3 else "",
                NGINX_S3_TRUSTED=str(s3.certificate) if s3 and s3.certificate else "",
            )
        )
        big = Big(front.url, secret, SIZE, sha256, front.certificate)
        yield Way(big, front, s3, server)


def in_the_bucket(s3: Seaweed) -> dict[str, str]:
    """Make the bucket and return what a portal that keeps its weights there is told."""
    s3.make_bucket(BUCKET)
    url = f"s3://{BUCKET}/{PREFIX}?endpoint={s3.endpoint}&region={REGION}"
    return {"WEIGHTS_STORAGE_URL": url, **s3.environment}
