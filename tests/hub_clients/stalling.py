"""A line between client and server that stops in the middle of a download."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator


class StallingLine(socketserver.ThreadingTCPServer):
    """Passes everything on, until so many bytes came from the server; then waits for `go_on`."""

    allow_reuse_address = True

    def __init__(self, target: int, after: int) -> None:
        super().__init__(("127.0.0.1", 0), _Pair)
        self.target = target
        self.port = int(self.server_address[1])
        self.stalled = threading.Event()
        self._left = after
        self._lock = threading.Lock()
        self._may_go_on = threading.Event()

    def go_on(self) -> None:
        """Pass everything on from now on."""
        self._may_go_on.set()

    def count(self, length: int) -> None:
        """Count bytes from the server, and wait where they are too many."""
        with self._lock:
            self._left -= length
            is_over = self._left < 0
        if is_over and not self._may_go_on.is_set():
            self.stalled.set()
            self._may_go_on.wait()


class _Pair(socketserver.BaseRequestHandler):
    """A client's connection and the one to the server for it."""

    server: StallingLine

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as upstream:
            back = threading.Thread(target=self._answer, args=(upstream,))
            back.start()
            _pass_on(self.request, upstream)
            back.join()

    def _answer(self, upstream: socket.socket) -> None:
        _pass_on(upstream, self.request, self.server)


def _pass_on(
    source: socket.socket, sink: socket.socket, counting: StallingLine | None = None
) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if counting is not None:
                counting.count(len(data))
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def stalling_line(target: int, *, after: int) -> Iterator[StallingLine]:
    """Make a line to a port of this machine; it closes when all its connections have."""
    with StallingLine(target, after) as line:
        serving = threading.Thread(target=line.serve_forever)
        serving.start()
        try:
            yield line
        finally:
            line.go_on()
            line.shutdown()
            serving.join()
