"""What the operator may set, and what is said about what they may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DEPLOYED = {
    "SLUICE_DEMO": "0",
    "BASE_URL": "https://sluice.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "WEIGHTS_STORAGE_URL": "file:///srv/sluice/weights",
    "SECRET_KEY": "s" * 40,
    "PERSONAL_DATA_KEY": "p" * 40,
}


IN_A_BUCKET = {"WEIGHTS_STORAGE_URL": "s3://weights?endpoint=https://s3.example"}


def start(variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command that needs the settings and no database."""
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **DEPLOYED, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_whole_set_is_taken() -> None:
    assert start({}).returncode == 0


def test_a_bucket_with_a_public_address_is_taken() -> None:
    assert start({"DELIVERY_PUBLIC_URL": "https://x.example", **IN_A_BUCKET}).returncode == 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "abc"}, "PORT must be from 1 to 65535, not 'abc'."),
        ({"PORT": "70000"}, "PORT must be from 1 to 65535, not '70000'."),
        ({"PORT": "0"}, "PORT must be from 1 to 65535, not '0'."),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be from 0 to 10, not '-1'."),
        ({"SSL_REDIRECT": "maybe"}, "SSL_REDIRECT must be 0 or 1, not 'maybe'."),
        ({"BASE_URL": ""}, "BASE_URL must be set"),
        ({"BASE_URL": "ftp://x"}, "BASE_URL must be an http or https address"),
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set to at least 32 random characters."),
        ({"PERSONAL_DATA_KEY": "short"}, "PERSONAL_DATA_KEY must be set to at least 32"),
        ({"WEIGHTS_STORAGE_URL": "/srv"}, "WEIGHTS_STORAGE_URL must look like file:///"),
        ({"WEIGHTS_STORAGE_URL": "s3://bucket"}, "WEIGHTS_STORAGE_URL needs an address like"),
        ({"DOCUMENTS_STORAGE_URL": "/srv"}, "DOCUMENTS_STORAGE_URL must look like file:///"),
        ({"EVIDENCE_MOST_MB": "0"}, "EVIDENCE_MOST_MB must be from 1 to 500, not '0'."),
        ({"DELIVERY_PUBLIC_URL": "https://x.example"}, "DELIVERY_PUBLIC_URL needs a bucket"),
        (
            {"DELIVERY_PUBLIC_URL": "https://sluice.example:8443", **IN_A_BUCKET},
            "DELIVERY_PUBLIC_URL must have another host name than BASE_URL",
        ),
        (
            {"DELIVERY_PUBLIC_URL": "https://key:word@x.example", **IN_A_BUCKET},
            "DELIVERY_PUBLIC_URL needs an address like https://s3.example.org, not one with a us",
        ),
        ({"DELIVERY": "apache"}, "DELIVERY must be stream or nginx, not 'apache'."),
        ({"INGEST_ROOTS": "weights"}, "INGEST_ROOTS needs absolute paths"),
        ({"INGEST_S3_ROOTS": "file:///a"}, "INGEST_S3_ROOTS must look like s3://"),
        ({"INGEST_S3_ROOTS": "s3://bucket/a"}, "INGEST_S3_ROOTS needs an address"),
        ({"SIGNING_KEY": "no key"}, "SIGNING_KEY cannot be used. It is not an unencrypted"),
        ({"SIGNING_KEY_FILE": "/no/such/file"}, "SIGNING_KEY_FILE cannot be read"),
        ({"REHASH_DAYS": "0"}, "REHASH_DAYS must be from 1 to 3650"),
    ],
)
def test_what_is_set_wrongly_stops_the_start_with_a_sentence(
    variables: dict[str, str], sentence: str
) -> None:
    started = start(variables)
    assert started.returncode == 2
    assert started.stderr.startswith("Sluice is not configured: ")
    assert sentence in started.stderr
    assert "Traceback" not in started.stderr


OIDC = {
    "OIDC_CLIENT_ID": "sluice",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_ISSUER": "https://id.example.org/realm/",
}


def test_identity_providers_are_there_once_they_are_named() -> None:
    assert "github" not in start({}).stdout
    every = OIDC | {
        "GITHUB_CLIENT_ID": "a", "GITHUB_CLIENT_SECRET": "b",
        "ORCID_CLIENT_ID": "c", "ORCID_CLIENT_SECRET": "d", "ORCID_SANDBOX": "1",
    }  # fmt: skip
    started = start(every)
    assert started.returncode == 0, started.stderr
    for word in ("providers.github", "providers.orcid", "sandbox.orcid.org", "realm'"):
        assert word in started.stdout


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"GITHUB_CLIENT_ID": "a"}, "missing: GITHUB_CLIENT_SECRET"),
        ({"ORCID_CLIENT_SECRET": "a"}, "missing: ORCID_CLIENT_ID"),
        ({"OIDC_ISSUER": "https://id.example.org"}, "missing: OIDC_CLIENT_ID"),
        (OIDC | {"OIDC_ISSUER": "http://id.example.org"}, "must be an https address"),
        (OIDC | {"OIDC_ISSUER": "id.example.org"}, "must be an https address"),
        (OIDC | {"OIDC_NAME": "x" * 41}, "OIDC_NAME must be one line"),
    ],
)
def test_half_an_identity_provider_stops_the_start(
    variables: dict[str, str], sentence: str
) -> None:
    started = start(variables)
    assert started.returncode != 0
    assert sentence in started.stderr
