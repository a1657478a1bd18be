"""Each client gets the files it may have, with its own commands, and finds them right."""

import hashlib
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hub_clients.conftest import MakeClient
from tests.hub_clients.secure import SecurePortal
from tests.hub_clients.stalling import stalling_line

REPO = "demo/heron"


def sums(portal: SecurePortal, token: str) -> dict[str, str]:
    """Return the SHA-256 of each file of the release."""
    lines = portal.get("/models/demo/heron/v1.0/SHA256SUMS", token).decode().splitlines()
    return {path: sha256 for sha256, _, path in (line.partition("  ") for line in lines)}


def check(directory: Path, expected: dict[str, str]) -> None:
    """Compare a directory with the release, file by file."""
    for path, sha256 in expected.items():
        assert hashlib.sha256((directory / path).read_bytes()).hexdigest() == sha256, path


def test_a_token_signs_in_and_says_who_one_is(client: MakeClient, deployer: str) -> None:
    hub = client()
    hub.hf("auth", "login", "--token", deployer)
    text = hub.hf("auth", "whoami")
    assert "deployer@demo.example" in text
    assert "northwind-robotics-gmbh" in text


def test_a_snapshot_is_the_release_and_verifies(
    client: MakeClient, portal: SecurePortal, deployer: str
) -> None:
    hub = client(deployer)
    hub.hf("download", REPO)
    result = hub.python(f"result = snapshot_download({REPO!r}, local_files_only=True)")
    check(Path(result), sums(portal, deployer))
    if not hub.is_first:
        assert "All checksums match" in hub.hf("cache", "verify", REPO)


def test_one_file_comes_by_main_version_and_commit(
    client: MakeClient, portal: SecurePortal, deployer: str
) -> None:
    hub = client(deployer)
    commit = hub.python(f"result = api.model_info({REPO!r}).sha")
    expected = sums(portal, deployer)["config.json"]
    for revision in ("main", "v1.0", commit):
        path = hub.python(
            f"result = hf_hub_download({REPO!r}, 'config.json', revision={revision!r})"
        )
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == expected
        assert commit in path


def test_a_local_directory_is_filled_and_kept_when_run_again(
    client: MakeClient, portal: SecurePortal, deployer: str, tmp_path: Path
) -> None:
    hub = client(deployer)
    target = tmp_path / "heron"
    hub.hf("download", REPO, "--local-dir", str(target))
    check(target, sums(portal, deployer))
    before = {path: path.stat().st_mtime_ns for path in target.glob("*.*")}
    (target / "config.json").unlink()
    hub.hf("download", REPO, "--local-dir", str(target))
    check(target, sums(portal, deployer))
    after = {path: path.stat().st_mtime_ns for path in target.glob("*.*")}
    assert [path.name for path in after if after[path] != before[path]] == ["config.json"]


def test_odd_names_and_an_empty_file_arrive_as_they_are(
    client: MakeClient, portal: SecurePortal, version: str
) -> None:
    name = f"odd-{version}"
    made = portal.do("make_odd_names", name)
    hub = client(made["token"])
    hub.hf("download", f"acme/{name}")
    directory = hub.python(f"result = snapshot_download('acme/{name}', local_files_only=True)")
    check(Path(directory), made["sums"])
    if not hub.is_first:
        assert "All checksums match" in hub.hf("cache", "verify", f"acme/{name}")


def test_a_killed_download_is_finished_by_the_next_run(
    client: MakeClient, portal: SecurePortal, deployer: str, tmp_path: Path
) -> None:
    target = tmp_path / "heron"
    command = ("download", REPO, "--local-dir", str(target))
    with stalling_line(portal.port, after=12_000_000) as line:
        hub = client(deployer, port=line.port)
        process = hub.start(*command)
        assert line.stalled.wait(60)
        wait_until_quiet(target)
        assert process.poll() is None
        process.kill()
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        assert not all((target / path).exists() for path in sums(portal, deployer))
        line.go_on()
        hub.hf(*command)
    check(target, sums(portal, deployer))


def wait_until_quiet(directory: Path) -> None:
    """Wait until nothing was written for a second: 0.36.2 stumbles over its own half-made notes."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        written = [directory.stat().st_mtime]
        for path in directory.rglob("*"):
            with suppress(FileNotFoundError):
                written.append(path.stat().st_mtime)
        if time.time() - max(written) > 1:
            return
        time.sleep(0.1)
    pytest.fail("The client went on writing.")


def test_the_listings_of_the_library_agree_with_the_release(
    client: MakeClient, portal: SecurePortal, deployer: str
) -> None:
    hub = client(deployer)
    expected = sums(portal, deployer)
    found = hub.python(
        f"repo = {REPO!r}\n"
        "result = {\n"
        "    'tree': [each.path for each in api.list_repo_tree(repo, recursive=True)],\n"
        "    'files': api.list_repo_files(repo),\n"
        "    'paths': [[each.path, each.lfs.sha256]\n"
        "              for each in api.get_paths_info(repo, ['config.json'])],\n"
        "    'tags': [each.name for each in api.list_repo_refs(repo).tags],\n"
        "    'commits': [each.title for each in api.list_repo_commits(repo)],\n"
        "    'models': [each.id for each in api.list_models(author='demo')],\n"
        "    'blobs': {e.rfilename: e.lfs.sha256\n"
        "              for e in api.model_info(repo, files_metadata=True).siblings},\n"
        "    'check': api.auth_check(repo),\n"
        "}"
    )
    assert sorted(found["tree"]) == sorted(found["files"]) == sorted(expected)
    assert found["paths"] == [["config.json", expected["config.json"]]]
    assert found["tags"] == ["v1.1", "v1.0"]
    assert found["commits"] == ["v1.0"]
    assert found["models"] == [REPO]
    assert found["blobs"] == expected
    assert found["check"] is None


def test_a_part_of_a_file_can_be_read_as_from_a_disk(client: MakeClient, deployer: str) -> None:
    hub = client(deployer)
    result = hub.python(
        "from huggingface_hub import HfFileSystem\n"
        "with HfFileSystem().open('demo/heron/model-00001-of-00002.safetensors') as file:\n"
        "    file.seek(8)\n"
        "    result = file.read(1).decode()"
    )
    assert result == "{"


def test_curl_goes_on_where_it_stopped(portal: SecurePortal, deployer: str, tmp_path: Path) -> None:
    name = "model-00001-of-00002.safetensors"
    target = tmp_path / name
    curl = ["curl", "--silent", "--show-error", "--fail", "--cacert", str(portal.certificate)]
    curl += ["--header", f"Authorization: Bearer {deployer}", "--output", str(target)]
    address = f"{portal.url}/hf/{REPO}/resolve/main/{name}"
    subprocess.run([*curl, "--range", "0-999999", address], check=True, timeout=60)
    assert target.stat().st_size == 1_000_000
    subprocess.run([*curl, "--continue-at", "-", address], check=True, timeout=60)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sums(portal, deployer)[name]


@pytest.mark.parametrize("name", ["none.json", "a/b/c.bin"])
def test_a_file_that_is_not_there_is_said_not_to_be(
    client: MakeClient, deployer: str, name: str
) -> None:
    result = client(deployer).python(f"result = hf_hub_download({REPO!r}, {name!r})")
    assert result[0] in ("EntryNotFoundError", "RemoteEntryNotFoundError")
