"""A HEAD of a file: the verdict and nothing else, beside one primary-key lookup."""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

from releases.models import Artifact
from tests.bench.timing import Figure, in_turn
from tests.bench.world import World
from tests.delivery.serving import gunicorn

ROUNDS = 400


def asking(url: str, method: str, path: str, secret: str = "") -> Callable[[], None]:
    """Return an act that asks once on a connection that stays open."""
    parts = urlsplit(url)
    client = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask() -> None:
        client.request(method, path, headers=headers)
        response = client.getresponse()
        response.read()
        if response.status != http.HTTPStatus.OK:
            raise SystemExit(f"{method} {path} was answered {response.status}")

    return ask


def measure(world: World) -> list[Figure]:
    """Return the figures of single small requests."""
    artifact = Artifact.objects.get(path="small/0000.txt")
    commit = str(artifact.release.digest)[:40]
    with gunicorn(
        world.directory / "head.log", application="tests.bench.site:application"
    ) as server:
        resolve = f"/hf/demo/heron/resolve/{commit}/{artifact.path}"
        head, get, lookup = in_turn(
            asking(server.url, "HEAD", resolve, world.secret),
            asking(server.url, "GET", resolve, world.secret),
            asking(server.url, "GET", f"/bench/artifacts/{artifact.pk}"),
            rounds=ROUNDS,
        )
    return [
        Figure("HEAD resolve, p50", head * 1e3, lookup * 1e3, "ms", at_most=3),
        Figure("GET resolve of a small file, p50", get * 1e3, lookup * 1e3, "ms"),
    ]
