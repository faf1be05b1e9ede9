"""What Engine.IO's own WebSockets lack, where they serve in the place of ours."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gevent.lock import Semaphore

log = logging.getLogger(__name__)


class StockWebSockets:
    """Around an application with Engine.IO's WebSockets under gunicorn.

    They send all of a message: simple-websocket 1.1.0, with which Engine.IO sends, takes what a
    socket takes at once for all of it, and the browser makes no sense of what comes next (its issue
    45). And what is no Socket.IO ends its connection: gunicorn would log it with the class code.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_UPGRADE" not in environ:
            return self._application(environ, start_response)
        environ["gunicorn.socket"] = _WholeSends(environ["gunicorn.socket"])
        try:
            return self._application(environ, start_response)
        except StopIteration:
            raise  # the connection is over
        except Exception as error:  # of many kinds: what comes is decoded without much ado
            log.info("this is not Socket.IO: %s", type(error).__name__)  # not what it was
            raise StopIteration from None  # tells gunicorn to end the connection


class _WholeSends:
    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._sending = Semaphore()  # either a message or the answer to a ping

    def send(self, data: bytes) -> None:
        with self._sending:
            self._socket.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
