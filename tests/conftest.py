"""Fixtures that every test may use; rows come from tests.factories."""

from pathlib import Path

import hypothesis
import pytest
from pytest_django import DjangoDbBlocker, Settings

from tests import emptying, template

emptying.install()
# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile(
    "sluice", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("sluice")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call files by their argument: a name of their bytes is unreadable, and holds times."""
    return argname if isinstance(val, bytes) and len(val) > 60 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one module on one worker where they share a seeded demo.

    Apart, each worker would seed it.
    """
    for item in items:
        shares_a_demo = "demo" in getattr(item, "fixturenames", ())
        if shares_a_demo and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(Path(item.location[0]).stem))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy a migrated database instead of migrating an empty one in each process."""
    with django_db_blocker.unblock():
        template.use_template()


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
