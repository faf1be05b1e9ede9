"""A proxy in front of a server, as on networks that know nothing of WebSockets."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CUT = 0.3  # seconds: a page that polls may have no request under way, and its next try is later
KINDS = ("hangs", "silent", "deaf", "forbidden", "resets", "strips")


class SwallowingProxy:
    """Passes on all but WebSockets, while `kind` says what becomes of these; None passes them, too.

    hangs: the browser gets no answer; silent: none after the handshake; deaf: what the browser says
    after the handshake goes nowhere; forbidden: the answer is 403; resets: the connection is gone;
    strips: the server never hears that a WebSocket was asked for.
    """

    def __init__(self, upstream: int, kind: str | None) -> None:
        self._upstream = upstream
        self.kind = kind
        self.delay = 0.0  # seconds until the server hears of a request
        self.asked = 0  # WebSockets that browsers asked for
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._cut_until = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections, and those that come within a moment."""
        self._cut_until = time.monotonic() + CUT
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections, and end those that there are."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        with client, suppress(OSError):
            self._answer(client)
        self._open.discard(client)

    def _answer(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:  # one request a connection is told from all that follow
            if not (data := client.recv(65536)):
                return
            head += data
        if time.monotonic() < self._cut_until:
            return
        kind = self.kind
        if re.search(rb"\r\nupgrade: *websocket", head, re.IGNORECASE):
            self.asked += 1
            if kind == "hangs":
                client.recv(1)
                return
            if kind == "resets":
                return
            if kind == "forbidden":
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            if kind == "strips":
                head = re.sub(rb"\r\n(upgrade|connection):[^\r]*", b"", head, flags=re.IGNORECASE)
        else:
            kind = None
            # So that the next request comes on a connection of its own, and is looked at.
            head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.IGNORECASE)
            head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        time.sleep(self.delay)
        with socket.create_connection(("127.0.0.1", self._upstream)) as server:
            server.sendall(head)
            answers = [server, client, kind == "silent"]
            back = threading.Thread(target=_copy, args=answers, daemon=True)
            back.start()
            _copy(client, server, nothing=kind == "deaf")
            back.join()


def _copy(
    source: socket.socket, to: socket.socket, stops: bool = False, nothing: bool = False
) -> None:
    """Until one of the ends; stops: after the first answer, the handshake's."""
    passes = not nothing
    with suppress(OSError):
        while data := source.recv(65536):
            if passes:
                to.sendall(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if stops else data)
            passes = passes and not stops
    for each in (source, to):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def swallowing(upstream: int, kind: str | None) -> Iterator[SwallowingProxy]:
    """A proxy in front of what listens at a port of this machine."""
    proxy = SwallowingProxy(upstream, kind)
    try:
        yield proxy
    finally:
        proxy.close()
