"""Work on several files at once, in threads that hash and copy without Python's lock.

The threads touch no database: whatever they return is written down by the thread that started
them, which also keeps the lease of the release and tells the progress.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from releases.models import Artifact
from releases.services import jobs

Progress = Callable[[int], object]
Result = TypeVar("Result")
# Hashing is what takes the time, and two cores are common; more threads only take memory.
THREADS = 2
_LOOK_SECONDS = 0.2


class Stopped(Exception):
    """Another file failed, or the time is up: this one is left."""


class Watch:
    """Counts bytes for the progress, and carries the word to stop into the threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._count = 0

    def over(self, blocks: Iterable[memoryview]) -> Iterator[memoryview]:
        """Pass blocks on. Raises Stopped."""
        for block in blocks:
            if self._stopped.is_set():
                raise Stopped
            yield block
            with self._lock:
                self._count += len(block)

    def stop(self) -> None:
        """Let every file end at its next block."""
        self._stopped.set()

    def take(self) -> int:
        """Return how many bytes passed since it was asked last."""
        with self._lock:
            count, self._count = self._count, 0
        return count


def side_by_side(
    artifacts: Iterable[Artifact],
    work: Callable[[Artifact, Watch], Result],
    *,
    release_id: int,
    token: uuid.UUID,
    budget_seconds: float,
    progress: Progress | None,
) -> Iterator[list[tuple[Artifact, Result]]]:
    """Yield what `work` returned, in batches as files are done, until none is left.

    After `budget_seconds` no file is begun any more. Raises what `work` raises, or LeaseLost; the
    other files are then stopped and waited for.
    """
    watch = Watch()
    ends_at = time.monotonic() + budget_seconds
    owed = iter(artifacts)
    running: dict[Future[Result], Artifact] = {}
    beaten = time.monotonic()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ingest") as pool:
        try:
            _begin(pool, owed, work, watch, running)
            while running:
                done, _ = wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                if progress is not None and (count := watch.take()):
                    progress(count)
                if time.monotonic() - beaten > jobs.HEARTBEAT_SECONDS:
                    jobs.beat(release_id, token)
                    beaten = time.monotonic()
                if done:
                    yield [(running.pop(each), each.result()) for each in done]
                if time.monotonic() <= ends_at:
                    _begin(pool, owed, work, watch, running)
        finally:
            watch.stop()
            wait(running)


def _begin(
    pool: ThreadPoolExecutor,
    owed: Iterator[Artifact],
    work: Callable[[Artifact, Watch], Result],
    watch: Watch,
    running: dict[Future[Result], Artifact],
) -> None:
    while len(running) < 2 * THREADS:
        artifact = next(owed, None)
        if artifact is None:
            return
        running[pool.submit(work, artifact, watch)] = artifact
