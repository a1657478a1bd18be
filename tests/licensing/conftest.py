"""What the tests of licensing share."""

from collections.abc import Iterator

import pytest

from tests.racing import Race, racers


@pytest.fixture
def race() -> Iterator[Race]:
    """Run two acts at once, each on a connection of its own; a refusal is a result."""
    with racers(2) as run:
        yield run
