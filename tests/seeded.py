"""The demo's instance in the test database, committed, for the tests of one module."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import override_settings

from accounts.models import User
from common.dsse import derived_private_key
from portal import seed
from portal.seed.catalog import HERON_NEXT
from releases.models import Release
from releases.selectors import release_by_name

SIGNING_KEY = derived_private_key("a key for tests")


@contextmanager
def seeded_demo(directory: Path, blocker: Any) -> Iterator[None]:
    """Fill the database with a small demo and empty it afterwards."""
    store = directory / "weights"
    store.mkdir()
    with (
        blocker.unblock(),
        override_settings(WEIGHTS_DIR=store, DATA_DIR=directory, SIGNING_KEY=SIGNING_KEY),
    ):
        seed.seed(heron=HERON_NEXT)
        try:
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)


def person(name: str) -> User:
    """Return a person of the demo by the first part of their address."""
    return User.objects.get(email=f"{name}@demo.example")


def demo_release(name: str) -> Release:
    """Return a release of the demo: "heron v1.0"."""
    model, _, version = name.partition(" ")
    release = release_by_name("demo", model, version)
    assert release is not None
    return release
