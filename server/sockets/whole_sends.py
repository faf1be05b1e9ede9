"""What Engine.IO's own WebSockets lack on a network that is slower than we are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gevent.lock import Semaphore


class WholeSends:
    """Around an application of Engine.IO under gunicorn: its WebSockets send all of a message.

    simple-websocket 1.1.0, which Engine.IO sends with, takes what a socket takes at once for all of
    it, and the browser makes no sense of what comes next (its issue 45).
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if socket := environ.get("gunicorn.socket"):
            environ["gunicorn.socket"] = _Socket(socket)
        return self._application(environ, start_response)


class _Socket:
    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._sending = Semaphore()  # one message at a time, of messages and answers to pings

    def send(self, data: bytes) -> None:
        with self._sending:
            self._socket.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
