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
# Two cores are common, and while two threads hash, two wait for the disk.
THREADS = 4
_LOOK_SECONDS = 0.2


class Stopped(Exception):
    """Another file failed, or the time is up: this one is left."""


class Watch:
    """Counts bytes for the progress, and carries the word to stop into the threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._under_way: dict[str, int] = {}
        self._passed = self._told = 0

    def over(self, path: str, blocks: Iterable[memoryview]) -> Iterator[memoryview]:
        """Pass the blocks of a file on. Raises Stopped."""
        for block in blocks:
            if self._stopped.is_set():
                raise Stopped
            yield block
            with self._lock:
                self._passed += len(block)
                self._under_way[path] = self._under_way.get(path, 0) + len(block)

    def stop(self) -> None:
        """Let every file end at its next block."""
        self._stopped.set()

    def forget(self, path: str) -> None:
        """Count a file no longer among those under way."""
        with self._lock:
            self._under_way.pop(path, None)

    def take(self) -> int:
        """Return how many bytes passed since it was asked last."""
        with self._lock:
            count, self._told = self._passed - self._told, self._passed
        return count

    def life(self, seconds: float) -> jobs.Life:
        """Return what is under way, and how fast it went in `seconds`."""
        with self._lock:
            files = sorted(self._under_way)
            return jobs.Life(
                file=files[0] if files else "",
                bytes=sum(self._under_way.values()),
                rate=int(self._passed / seconds) if seconds else 0,
            )


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
    began = beaten = time.monotonic()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ingest") as pool:
        try:
            _begin(pool, owed, work, watch, running)
            while running:
                done, _ = wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                if progress is not None and (count := watch.take()):
                    progress(count)
                now = time.monotonic()
                if now - beaten > jobs.HEARTBEAT_SECONDS:
                    jobs.beat(release_id, token, watch.life(now - began))
                    beaten = now
                if done:
                    finished = [(running.pop(each), each.result()) for each in done]
                    yield finished
                    for artifact, _result in finished:
                        watch.forget(artifact.path)
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
    while len(running) < THREADS + 2:
        artifact = next(owed, None)
        if artifact is None:
            return
        running[pool.submit(work, artifact, watch)] = artifact
