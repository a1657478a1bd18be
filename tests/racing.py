"""Two at once, over two database connections."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from common.errors import Refused

# Continuous integration runs 200 of each; fewer are enough while working.
ROUNDS = int(os.environ.get("SLUICE_RACE_ROUNDS", "10"))


def race(*acts: Callable[[], Any]) -> Sequence[Any]:
    """Start all acts at the same moment; return each one's result, or the refusal it met."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            results[number] = act()
        except Refused as refused:
            results[number] = refused
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Refused):
            raise result
    return results


Act = Callable[[], object]
Race = Callable[..., list[object]]
PATIENCE = 60


@contextmanager
def racers(count: int) -> Iterator[Race]:
    """Keep `count` hands, each with a connection of its own, for the many rounds of a test.

    Gives what runs acts at once; a refusal is a result.
    """
    with ThreadPoolExecutor(count) as pool:

        def run(*acts: Act) -> list[object]:
            start = threading.Barrier(len(acts), timeout=PATIENCE)
            attempts = [pool.submit(_attempt, act, start) for act in acts]
            return [attempt.result(PATIENCE) for attempt in attempts]

        yield run
        end = threading.Barrier(count, timeout=PATIENCE)
        for closing in [pool.submit(_disconnect, end) for _hand in range(count)]:
            closing.result(PATIENCE)


def _attempt(act: Act, start: threading.Barrier) -> object:
    start.wait()
    try:
        return act()
    except Refused as refused:
        return refused


def _disconnect(end: threading.Barrier) -> None:
    end.wait()
    connection.close()


@contextmanager
def uncommitted(act: Act) -> Iterator[None]:
    """Have an act done on another connection before the block, and committed after it."""
    done, go = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                assert go.wait(PATIENCE)
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        try:
            assert done.wait(PATIENCE)
            if running.done():
                running.result()
            yield
        finally:
            go.set()
        running.result(PATIENCE)


def kept_waiting(act: Act) -> Future[object]:
    """Begin an act on another connection; give its result to come once it waits for a row."""

    def run() -> object:
        try:
            return act()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    coming = pool.submit(run)
    pool.shutdown(wait=False)
    until = time.monotonic() + PATIENCE
    while not _somebody_waits():
        assert not coming.done(), coming.result()
        assert time.monotonic() < until
        time.sleep(0.01)
    return coming


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
