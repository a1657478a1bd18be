"""SIGINT and SIGTERM as one exception, raised only where it can be answered in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(Exception):
    """SIGINT or SIGTERM came."""


class StopSignals:
    """Turns the two signals into `Stopped`, at once or at the end of a held stretch."""

    def __init__(self) -> None:
        self._asked = False
        self._held = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        if not self._held:
            raise Stopped

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a stretch run to its end before a signal is answered."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._asked:
            raise Stopped

    def ignore(self) -> None:
        """Take no more notice: everything is being stopped already."""
        self._held = True
