"""A step of a sweep that fails for the first item it is called for."""

from collections.abc import Callable
from typing import Any

import pytest


def fail_once(monkeypatch: pytest.MonkeyPatch, target: Any, name: str) -> list[Any]:
    """Let a function fail at its first call; return what it was called for."""
    real: Callable[..., Any] = getattr(target, name)
    calls: list[Any] = []

    def failing(*args: Any) -> Any:
        calls.append(args[0])
        if len(calls) == 1:
            raise RuntimeError("The first one is broken.")
        return real(*args)

    monkeypatch.setattr(target, name, failing)
    return calls
