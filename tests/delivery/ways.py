"""The ways that bytes leave, each with real servers on free ports."""

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from delivery.nginx_log import Sent, parse_line
from tests.delivery.big import ADDRESS, Big, sparse_artifact
from tests.delivery.nginx import BEHIND_NGINX, Nginx, nginx
from tests.delivery.serving import gunicorn
from tests.factories import make_token
from tests.seeded import person

SIZE = 48_000_000


@dataclass
class Way:
    """One way out, the file behind it, and the nginx before it, if any."""

    big: Big
    front: Nginx | None

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
    """Start what a way needs: "stream" is gunicorn alone, "nginx" has one before it."""
    with ExitStack() as running:
        sha256 = sparse_artifact(SIZE)
        _token, secret = make_token(person("deployer"))
        log = directory / "gunicorn.log"
        if name == "stream":
            server = running.enter_context(gunicorn(log))
            yield Way(Big(server.url, secret, SIZE, sha256), None)
            return
        server = running.enter_context(gunicorn(log, **BEHIND_NGINX))
        store = Path(settings.WEIGHTS_DIR)
        front = running.enter_context(
            nginx(directory / "nginx", portal=server.address, weights=store)
        )
        yield Way(Big(front.url, secret, SIZE, sha256, front.certificate), front)
