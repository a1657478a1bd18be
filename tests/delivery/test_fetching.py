"""The offered commands, really run: curl and aria2 against a real server, in a real shell."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from delivery import services
from delivery.commands import aria2_input, commands
from delivery.models import Download
from delivery.selectors import files_of
from licensing.verdict import Context
from releases.selectors import artifacts_of
from releases.store import path_of
from tests.delivery.serving import Server, gunicorn
from tests.factories import make_token
from tests.seeded import demo_release, person

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not shutil.which("curl"), reason="needs the Debian package curl"),
    pytest.mark.skipif(not shutil.which("aria2c"), reason="needs the Debian package aria2"),
]


@pytest.fixture(scope="module")
def server(
    demo: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with django_db_blocker.unblock(), gunicorn(log) as running:
        yield running


@pytest.fixture(scope="module")
def secret(server: Server, django_db_blocker: DjangoDbBlocker) -> str:
    with django_db_blocker.unblock():
        return make_token(person("deployer"))[1]


@pytest.fixture(scope="module")
def input_of_links(server: Server, django_db_blocker: DjangoDbBlocker) -> str:
    """Links must be committed for the server to see them."""
    with django_db_blocker.unblock():
        release = demo_release("heron v1.0")
        made = services.create_links(
            actor=person("deployer"),
            release=release,
            artifacts=artifacts_of(release),
            hours=1,
            context=Context(),
        )
        files = {file.path: file for file in files_of(release)}
        return aria2_input(
            [
                (f"{server.url}/d/{secret}/{link.filename}", files[link.artifact.path])
                for link, secret in made
            ]
        )


def run(text: str, directory: Path, secret: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-ec", text],
        cwd=directory,
        env={"PATH": "/usr/bin:/bin", "HF_TOKEN": secret},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def offered(server: Server, key: str) -> str:
    with override_settings(BASE_URL=server.url):
        found = commands(
            base=server.url,
            model="demo/heron",
            version="v1.0",
            files=files_of(demo_release("heron v1.0")),
        )
    return next(command.text for command in found if command.key == key)


def assert_whole(directory: Path) -> None:
    for file in files_of(demo_release("heron v1.0")):
        assert hashlib.sha256((directory / file.path).read_bytes()).hexdigest() == file.sha256


def test_curl_as_offered_fetches_the_largest_file(
    server: Server, secret: str, tmp_path: Path
) -> None:
    result = run(offered(server, "curl"), tmp_path, secret)
    assert result.returncode == 0, result.stderr
    largest = max(files_of(demo_release("heron v1.0")), key=lambda file: file.size)
    assert (tmp_path / largest.path).stat().st_size == largest.size


def test_aria2_and_sha256sum_as_offered_fetch_and_check_everything(
    server: Server, secret: str, tmp_path: Path
) -> None:
    # The file's addresses name the portal's public address, which in tests is not the server's.
    text = offered(server, "aria2").replace(
        "\naria2c", f"\nsed -i s,http://localhost,{server.url}, aria2.txt\naria2c"
    )
    result = run(text, tmp_path, secret)
    assert result.returncode == 0, result.stdout + result.stderr
    assert_whole(tmp_path / "heron-v1.0")
    checked = run(offered(server, "sha256sum"), tmp_path / "heron-v1.0", secret)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "FAILED" not in checked.stdout


def test_aria2_resumes_a_broken_file_through_links_alone(
    server: Server, input_of_links: str, tmp_path: Path
) -> None:
    largest = max(artifacts_of(demo_release("heron v1.0")), key=lambda each: each.size)
    directory = tmp_path / "files"
    directory.mkdir()
    had = largest.size // 3
    (directory / largest.path).write_bytes(path_of(largest.sha256).read_bytes()[:had])
    (tmp_path / "links.txt").write_text(input_of_links)
    command = "aria2c --continue=true --auto-file-renaming=false --dir=files -i links.txt"
    result = run(command, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert_whole(directory)
    downloads = Download.objects.filter(way="link")
    # It goes on at the piece in which it stopped.
    assert any(0 < each.start <= had for each in downloads.filter(artifact=largest))
    assert all(each.client.startswith("aria2 ") for each in downloads)
