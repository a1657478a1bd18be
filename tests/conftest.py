"""Fixtures that every test may use; rows come from tests.factories."""

from pathlib import Path

import pytest
from pytest_django import Settings


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call files by their argument: a name of their bytes is unreadable, and holds times."""
    return argname if isinstance(val, bytes) and len(val) > 60 else None


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Hash passwords quickly: what is slow on purpose in life only costs time here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Name static files as they are: tests collect none, so there is no manifest to look in."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    # whitenoise warns of a directory that is missing, and warnings are errors here.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
