"""What was downloaded is verified by the public tool, against the public key."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from releases import services
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
RELEASE = "/models/demo/heron/v1.0/"


@pytest.fixture
def downloaded(client: Client, tmp_path: Path) -> Path:
    """A directory as a recipient has it: the files, the signature and the key beside it."""
    client.force_login(person("deployer"))
    directory = tmp_path / "heron"
    for artifact in demo_release("heron v1.0").artifacts.all():
        target = directory / artifact.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(client.get(f"{RELEASE}files/{artifact.path}").getvalue())
    (tmp_path / "model.sig").write_bytes(client.get(f"{RELEASE}model.sig").content)
    key = demo_release("heron v1.0").signature.key.fingerprint
    (tmp_path / "sluice.pem").write_bytes(client.get(f"/keys/{key}.pem").content)
    return directory


def verified(directory: Path) -> str:
    """Run `model_signing verify key`; return what it prints, after "0" or "1"."""
    beside = directory.parent
    tool = Path(sys.executable).parent / "model_signing"
    command: list[str | Path] = [tool, "verify", "key", directory]
    command += ["--signature", beside / "model.sig", "--public_key", beside / "sluice.pem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{done.returncode} {done.stdout}{done.stderr}"


def test_what_was_released_verifies_and_nothing_else_does(downloaded: Path) -> None:
    assert verified(downloaded).startswith("0 Verification succeeded")
    config = downloaded / "config.json"
    content = config.read_bytes()
    config.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert "Hash mismatch for 'config.json'" in verified(downloaded)
    config.unlink()
    assert "Missing files in model 'heron': config.json" in verified(downloaded)
    config.write_bytes(content)
    (downloaded / "added.txt").write_text("more")
    assert "Extra files found in model 'heron': added.txt" in verified(downloaded)
    (downloaded / "added.txt").unlink()
    assert verified(downloaded).startswith("0 ")


def test_demotion_and_withdrawal_do_not_alter_it(client: Client) -> None:
    release, lead = demo_release("heron v1.0"), person("lead")
    client.force_login(lead)
    before = client.get(f"{RELEASE}model.sig").content
    services.place_hold(
        actor=lead, model=release.model, release=release, kind="all", reason="A fault."
    )
    services.withdraw_release(actor=lead, release=release, reason="A fault.")
    assert client.get(f"{RELEASE}model.sig").content == before


def test_the_keys_are_public_and_unknown_ones_are_not_there(client: Client) -> None:
    key = demo_release("heron v1.0").signature.key
    page = client.get("/keys/").content.decode()
    assert key.fingerprint in page
    response = client.get(f"/keys/{key.fingerprint}.pem")
    assert response.content.decode() == key.public_pem
    for unknown in ("0" * 64, "x", "%00"):
        assert client.get(f"/keys/{unknown}.pem").status_code == 404
    assert client.get("/models/demo/kestrel/v0.9/model.sig").status_code == 404
