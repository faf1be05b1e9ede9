"""gunicorn's gevent worker, in which whoever is slow has no room of others.

gunicorn waits for the rest of a request, and for whoever does not read the answer, as long as it
takes, and each of them is one of its `worker_connections`. Here there is an end to every wait, and
to how many are waited for: beyond that, those who have kept us waiting longest are cut off. The
application is not called before a request has come whole.
"""

from __future__ import annotations

import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import gevent
from gunicorn.http.errors import ParseException
from gunicorn.workers.ggevent import GeventWorker

from server.config import MAX_MESSAGE_BYTES

HEAD_SECONDS = 10.0  # from the connection to the last line of a request's head
BODY_SECONDS = 10.0
READING_SECONDS = 60.0  # in which a client takes some more of an answer, 8 kB of a file
MOST_SENDING = 500  # clients of whom we await a request, or the next one
MOST_READING = 1000  # clients that have not taken all of an answer
# Of a body that is too long so much is read, for its sender to learn that: who is cut off while
# still sending does not get to see the answer.
MOST_DRAINED = 1_000_000
PIECE = 8192  # bytes


class Worker(GeventWorker):  # type: ignore[misc]  # it has no types
    """Waits for nobody for ever, and for so many at a time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._reading = _Awaited(MOST_READING, self._end)
        self._sending = _Awaited(MOST_SENDING, self._hear_no_more)

    def load_wsgi(self) -> None:
        """Put ourselves before the application."""
        super().load_wsgi()
        self._application: WSGIApplication = self.wsgi
        self.wsgi: WSGIApplication = self._answer

    def run(self) -> None:
        """Serve until the end."""
        gevent.spawn(self._watch)
        super().run()

    def handle(self, listener: Any, client: Any, address: Any) -> None:
        """All requests of a connection."""
        self._sending.wait_for(client, HEAD_SECONDS)
        try:
            super().handle(listener, client, address)
        finally:
            self._sending.forget(client)
            self._reading.forget(client)

    def hear_no_more(self) -> None:
        """Await no more requests: at the end a worker answers those that have come, and no others.

        A proxy would keep its connections for longer than a worker has.
        """
        self._sending.end_all()

    def timeout_ctx(self) -> AbstractContextManager[None]:
        """gunicorn's own end to the wait for a request: ours is another for the first one."""
        return nullcontext()

    def _watch(self) -> None:
        while True:
            gevent.sleep(1)
            self._sending.end_late()
            self._reading.end_late()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        gevent.sleep(0)  # or whoever sends one request after the other would keep all for itself
        client = environ["gunicorn.socket"]
        self._sending.wait_for(client, BODY_SECONDS)
        body = _read(environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0))
        if not self._sending.forget(client):
            return self._send(client, _refuse(start_response, HTTPStatus.REQUEST_TIMEOUT))
        if body is None:
            return self._send(client, _refuse(start_response, HTTPStatus.BAD_REQUEST))
        if body.length > MOST_DRAINED:
            _close_afterwards(start_response)
        environ["wsgi.input"] = BytesIO(body.start)
        if environ.pop("HTTP_TRANSFER_ENCODING", None):
            environ["CONTENT_LENGTH"] = str(body.length)  # for it comes in chunks no more
        return self._send(client, self._application(environ, start_response))

    def _send(self, client: Any, answer: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for piece in answer:
                self._reading.wait_for(client, READING_SECONDS)
                yield piece
        finally:
            self._reading.forget(client)
            self._sending.wait_for(client, self.cfg.keepalive)  # for the next request
            if hasattr(answer, "close"):
                answer.close()

    def _hear_no_more(self, client: Any) -> None:
        """Whoever waits for this client learns that nothing will come, and can say so to it."""
        _shut(client, socket.SHUT_RD)
        self._reading.wait_for(client, READING_SECONDS)

    def _end(self, client: Any) -> None:
        _shut(client, socket.SHUT_RDWR)


class _Awaited:
    """Clients that have to do something: at most so many, and none for longer than it may.

    end: what is done with the others.
    """

    def __init__(self, most: int, end: Callable[[Any], None]) -> None:
        self._most, self._end = most, end
        self._until: OrderedDict[Any, float] = OrderedDict()  # who is waited for longest is first

    def wait_for(self, client: Any, seconds: float) -> None:
        """From now on."""
        self._until[client] = time.monotonic() + seconds
        self._until.move_to_end(client)
        if len(self._until) > self._most:
            longest, _ = self._until.popitem(last=False)
            self._end(longest)

    def forget(self, client: Any) -> bool:
        """Wait no more; whether we did until now."""
        return self._until.pop(client, None) is not None

    def end_late(self) -> None:
        """Those for whom we have waited long enough."""
        now = time.monotonic()
        self._end_those([client for client, until in self._until.items() if until < now])

    def end_all(self) -> None:
        """However short we have waited."""
        self._end_those(list(self._until))

    def _end_those(self, clients: Iterable[Any]) -> None:
        for client in clients:
            del self._until[client]
            self._end(client)


@dataclass(frozen=True)
class _Body:
    start: bytes  # as far as anybody may want it
    length: int


def _read(body: Any, announced: int) -> _Body | None:
    """The body of a request, or more of it than is drained; None if it is not as announced."""
    start, length = b"", 0
    try:
        while length <= MOST_DRAINED and (piece := body.read(PIECE)):
            length += len(piece)
            if len(start) <= MAX_MESSAGE_BYTES:
                start += piece
            gevent.sleep(0)  # what has come already is read without a wait
    except (OSError, ParseException):  # chunks that are none, or that broke off
        return None
    return _Body(start, length) if length >= min(announced, MOST_DRAINED) else None


def _refuse(start_response: StartResponse, status: HTTPStatus) -> list[bytes]:
    _close_afterwards(start_response)
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/plain")])
    return [f"{status.description}.".encode()]


def _close_afterwards(start_response: Any) -> None:
    """The connection, for nobody knows where on it the next request begins."""
    start_response.__self__.force_close()  # of gunicorn's response, as WSGI has no way to say it


def _shut(client: Any, how: int) -> None:
    with suppress(OSError):  # it is gone already
        client._sock.shutdown(how)  # that of gevent raises an error in whoever waits
