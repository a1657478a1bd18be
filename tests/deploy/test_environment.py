"""The example of an environment is whole: the portal starts with it, and nginx.conf is filled."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.running import CHECKOUT, free_port
from tests.delivery.nginx import (
    NGINX,
    TEMPLATE,
    needs_nginx,
    render,
    self_signed,
    write_configuration,
)

EXAMPLE = CHECKOUT / "deploy" / "env.example"
SECRETS = {"SECRET_KEY": "s" * 40, "PERSONAL_DATA_KEY": "p" * 40}
FILLED = re.compile(r"\$\{(NGINX_\w+)\}")


def example() -> dict[str, str]:
    """Read it as systemd and a shell both do."""
    words = shlex.split(EXAMPLE.read_text(), comments=True)
    return dict(word.split("=", 1) for word in words)


def start(variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "SLUICE_DEMO": "0", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_portal_takes_every_variable_once_the_secrets_are_filled_in() -> None:
    started = start(example() | SECRETS)
    assert started.returncode == 0, started.stderr
    assert "DELIVERY = 'nginx'" in started.stdout


def test_without_secrets_the_portal_does_not_start() -> None:
    started = start(example())
    assert started.returncode == 2
    assert "SECRET_KEY must be set" in started.stderr


def test_the_example_and_the_template_know_the_same_variables() -> None:
    named = {name for name in example() if name.startswith("NGINX_")}
    assert named == set(FILLED.findall(TEMPLATE.read_text()))


def test_the_documented_command_fills_the_template_as_the_tests_do() -> None:
    envsubst = shutil.which("envsubst")
    if envsubst is None:
        pytest.skip("needs the Debian package gettext-base")
    documented = re.search(r"^    (envsubst .+?) \\?$", _operations(), re.MULTILINE)
    assert documented
    command = f"{documented[1]} < deploy/nginx.conf"
    filled = subprocess.run(
        ["bash", "-c", command],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **example()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert filled.stdout == render(TEMPLATE.read_text(), example())
    assert not FILLED.search(filled.stdout)


@needs_nginx
def test_nginx_takes_the_example_once_it_has_a_certificate(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    here = {
        "NGINX_CERTIFICATE": str(certificate),
        "NGINX_CERTIFICATE_KEY": str(key),
        "NGINX_ACCESS_LOG": str(tmp_path / "access.log"),
        # What an ordinary account may listen on.
        "NGINX_LISTEN": f"{free_port()} ssl http2",
        "NGINX_LISTEN_HTTP": str(free_port()),
    }
    main = write_configuration(tmp_path, example() | here)
    tested = subprocess.run(
        [str(NGINX), "-t", "-c", str(main), "-e", str(tmp_path / "error.log")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test is successful" in tested.stderr, tested.stderr
    assert "warn" not in tested.stderr


def _operations() -> str:
    return (CHECKOUT / "docs" / "operations.md").read_text()
