"""`hf download` of a thousand small files, beside nginx serving the same client recorded answers.

The client is the one of SLUICE_HUB_CLIENTS, or is installed once below `.data`.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from releases.store.directory import root
from tests.bench.timing import Figure, in_turn
from tests.bench.world import SMALL_FILES, World
from tests.browser.running import CHECKOUT, free_port
from tests.delivery.nginx import BEHIND_NGINX, nginx
from tests.delivery.serving import gunicorn

VERSION = "2.4.0"
ROUNDS = 3
MODEL = "demo/heron"


def measure(world: World) -> list[Figure]:
    """Return how much longer it takes than from recorded answers."""
    client = _client()
    recorded = world.directory / "recorded"
    recorded.mkdir()
    port, front_port = free_port(), free_port()
    with ExitStack() as running:
        server = running.enter_context(
            gunicorn(
                world.directory / "hub.log",
                *("--workers", "2", "--threads", "8"),
                **{**BEHIND_NGINX, "BEHIND_TLS_PROXY": "0"},
                # Answers name the next page of a listing in full.
                BASE_URL=f"http://localhost:{front_port}",
            )
        )
        extra = _record(server.url, world, recorded, port)
        front = running.enter_context(
            nginx(
                world.directory / "nginx-hub",
                portal=server.address,
                weights=root(),
                extra=extra,
                tls=False,
                port=front_port,
            )
        )
        ours, peer = in_turn(
            partial(_download, client, front.url, world),
            partial(_download, client, f"http://localhost:{port}", world),
            rounds=ROUNDS,
        )
    name = f"hf download of {SMALL_FILES} small files"
    return [Figure(name, ours, peer, "s", at_most=2)]


def _client() -> Path:
    given = os.environ.get("SLUICE_HUB_CLIENTS")
    if given:
        return Path(given) / VERSION / "bin" / "hf"
    directory = CHECKOUT / ".data" / f"huggingface_hub-{VERSION}"
    if not (directory / "bin" / "hf").exists():
        subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
        pip = [str(directory / "bin" / "pip"), "install", "--quiet"]
        subprocess.run([*pip, f"huggingface_hub=={VERSION}"], check=True)
    return directory / "bin" / "hf"


def _download(client: Path, url: str, world: World) -> None:
    """Download the small files into an empty directory; anything but success is an error."""
    home = world.directory / "hf"
    shutil.rmtree(home, ignore_errors=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HF_HOME": str(home),
        "HF_ENDPOINT": f"{url}/hf",
        "HF_TOKEN": world.secret,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }
    result = subprocess.run(
        [str(client), "download", MODEL, "--include", "small/*"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found = len(list(home.glob("hub/*/snapshots/*/small/*")))
    if result.returncode or found != SMALL_FILES:
        raise SystemExit(f"hf download brought {found} files:\n{result.stdout}{result.stderr}")


def _record(url: str, world: World, directory: Path, port: int) -> str:
    """Keep the portal's answers as files; return the server of nginx that gives them again."""
    info = _ask(url, f"/hf/api/models/{MODEL}/revision/main", world)
    commit = info["sha"]
    entries = _tree(url, f"/hf/api/models/{MODEL}/tree/{commit}?recursive=true", world)
    (directory / "info.json").write_text(json.dumps(info))
    (directory / "tree.json").write_text(json.dumps(entries))
    files = []
    for entry in entries:
        if entry["type"] != "file":
            continue
        sha256 = entry["lfs"]["oid"]
        stored = root() / "objects" / sha256[:2] / sha256
        files.append(
            f"location = /hf/{MODEL}/resolve/{commit}/{entry['path']} {{ alias {stored};"
            f" etag off; add_header ETag '\"{sha256}\"'; add_header X-Repo-Commit {commit}; }}"
        )
    api = f"/hf/api/models/{MODEL}"
    return f"""
    server {{
        listen 127.0.0.1:{port};
        access_log off;
        sendfile on;
        default_type application/json;
        location = {api}/revision/main {{ alias {directory}/info.json; }}
        location = {api}/tree/{commit} {{ alias {directory}/tree.json; }}
        {" ".join(files)}
    }}
    """


def _tree(url: str, path: str, world: World) -> list[dict]:
    """Return every page of a tree as one."""
    found: list[dict] = []
    while path:
        request = urllib.request.Request(f"{url}{path}", headers=_headers(world))
        with urllib.request.urlopen(request, timeout=30) as response:
            found += json.load(response)
            link = response.headers.get("Link", "")
        # The address is that of the portal's public name.
        path = link.partition("<")[2].partition(">")[0].partition("/hf/")[2]
        path = f"/hf/{path}" if path else ""
    return found


def _ask(url: str, path: str, world: World) -> dict:
    request = urllib.request.Request(f"{url}{path}", headers=_headers(world))
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict = json.load(response)
    return answer


def _headers(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.secret}"}
