"""What the tests of licensing share."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from common.errors import Refused

Act = Callable[[], object]
Race = Callable[..., list[object]]
PATIENCE = 60


@pytest.fixture
def race() -> Generator[Race]:
    """Run two acts at once, each on a connection of its own; a refusal is a result."""
    with ThreadPoolExecutor(2) as pool:

        def run(*acts: Act) -> list[object]:
            start = threading.Barrier(len(acts), timeout=PATIENCE)
            futures = [pool.submit(_attempt, act, start) for act in acts]
            return [future.result(PATIENCE) for future in futures]

        yield run
        barrier = threading.Barrier(2, timeout=PATIENCE)
        for closing in [pool.submit(_disconnect, barrier) for _ in range(2)]:
            closing.result(PATIENCE)


def _attempt(act: Act, start: threading.Barrier) -> object:
    start.wait()
    try:
        return act()
    except Refused as refused:
        return refused


def _disconnect(barrier: threading.Barrier) -> None:
    barrier.wait()
    connection.close()
