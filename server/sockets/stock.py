"""What Engine.IO's own WebSockets lack, where they serve in the place of ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import gevent
from engineio import Server
from engineio.async_drivers.gevent import WebSocketWSGI
from gevent.lock import Semaphore

from server.access.limits import Bucket

SILENCE_SECONDS = 60.0  # in which somebody sends something, if only an answer to a ping, or reads
# Of a connection so much is read at once, and then for a moment nothing; and before it is ended not
# more in the long run than many times what pages send. A flood of the smallest frames is costly.
READ_BYTES = 256
PAUSE_SECONDS = 0.1
READS_A_SECOND = 2.0
READS_AT_ONCE = 50

log = logging.getLogger(__name__)


class StockWebSockets:
    """Around an application with Engine.IO's WebSockets under gunicorn.

    They send all of a message: simple-websocket 1.1.0, with which Engine.IO sends, takes what a
    socket takes at once for all of it, and the browser makes no sense of what comes next (its issue
    45). What is no Socket.IO ends its connection: gunicorn would log it with the class code. And
    nobody can send without end, or without reading anything.
    """

    def __init__(self, application: WSGIApplication, engine: Server) -> None:
        self._application = application
        engine._async = {**engine._async, "websocket": _WebSocket}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_UPGRADE" not in environ:
            return self._application(environ, start_response)
        environ["gunicorn.socket"] = _Socket(environ["gunicorn.socket"])
        try:
            return self._application(environ, start_response)
        except StopIteration:
            raise  # the connection is over
        except Exception as error:  # of many kinds: what comes is decoded without much ado
            log.debug("this is not Socket.IO: %s", type(error).__name__)  # not what it was
            raise StopIteration from None  # tells gunicorn to end the connection


class _WebSocket(WebSocketWSGI):  # type: ignore[misc]  # it has no types
    """Engine.IO's, but no message is longer than others, and what is closed is over."""

    def __init__(self, handler: Any, server: Server) -> None:
        super().__init__(handler, server)
        self.server_args["max_message_size"] = server.max_http_buffer_size

    def close(self) -> None:
        with suppress(OSError):  # nobody reads it
            super().close()
        with suppress(OSError):  # it is gone already
            self.ws.sock.shutdown(SHUT_RDWR)


class _Socket:
    """A socket that sends whole messages, and of which one reads a little at a time."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._sending = Semaphore()  # either a message or the answer to a ping
        self._reads = Bucket(READS_A_SECOND, READS_AT_ONCE, time.monotonic())
        socket.settimeout(SILENCE_SECONDS)

    def send(self, data: bytes) -> None:
        with self._sending:
            self._socket.sendall(data)

    def recv(self, size: int) -> bytes:
        gevent.sleep(PAUSE_SECONDS)
        data: bytes = self._socket.recv(min(size, READ_BYTES))
        if not self._reads.take(time.monotonic()):
            return b""  # the end
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
