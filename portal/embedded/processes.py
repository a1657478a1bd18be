"""Children that never outlive the command that started them."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Child:
    """A started process, what it is called to people, and where it writes."""

    title: str
    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> int | None:
        """Return the exit status, or nothing while it runs."""
        return self.process.poll()

    def last_lines(self, count: int = 8) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def spawn(
    title: str, command: Sequence[str], *, log: Path, cwd: Path, env: Mapping[str, str]
) -> Child:
    """Start a child in a session of its own, which ends when this process does."""
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops them in order.
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no thread runs at this point
        )
    return Child(title, process, log)


def stop_all(children: Sequence[Child], *, patience: float = 4.5) -> None:
    """Ask all children to finish, then make them: SIGTERM, SIGQUIT, and SIGKILL to what is left."""
    for signal_number, seconds in (
        (signal.SIGTERM, patience),
        (signal.SIGQUIT, 1.0),
        (signal.SIGKILL, 1.0),
    ):
        running = [child for child in children if child.ended() is None]
        for child in running:
            if signal_number == signal.SIGKILL:
                _kill_session(child)
            else:
                child.process.send_signal(signal_number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(child.ended() is None for child in running):
            time.sleep(0.05)
    for child in children:
        # A child that died by itself may have left children of its own.
        _kill_session(child)


def _kill_session(child: Child) -> None:
    try:
        os.killpg(child.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
