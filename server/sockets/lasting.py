"""A limit to requests that last, so that there is room for all others."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from engineio import Server

PATH = "/socket.io/"
MOST_LASTING = 1500  # people who poll, or have one of Engine.IO's own WebSockets


class LastingRequests:
    """Around an application with Engine.IO, where who polls is mostly waiting for an answer.

    Beyond MOST_LASTING nobody new is let in, and nobody asks twice at the same time. Two faults of
    Engine.IO 4.15.1 are mended: a request with rubbish waits until its sender asks for more, and
    one for a connection that we have closed is an error of ours.
    are_lean: WebSockets do not count, because they are no requests any more once they are made.
    """

    def __init__(self, application: WSGIApplication, engine: Server, are_lean: bool) -> None:
        self._application = application
        self._engine = engine
        self._are_lean = are_lean
        self._polling: set[str] = set()
        engine.disconnect = self._disconnect

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PATH):
            return self._application(environ, start_response)
        query = parse_qs(environ["QUERY_STRING"])
        sid = query.get("sid", [""])[0]
        if (socket := self._engine.sockets.get(sid)) and socket.closed:
            del self._engine.sockets[sid]  # as Engine.IO does, which then raises a KeyError
            return _refuse(start_response, "400 Bad Request", "This connection is over.")
        if environ["REQUEST_METHOD"] != "GET":
            return self._application(environ, start_response)
        if not sid:
            is_request = not self._are_lean or query.get("transport", [""])[0] != "websocket"
            if is_request and self._count() >= MOST_LASTING:
                return _refuse(start_response, "503 Service Unavailable", "Too many are connected.")
            return self._application(environ, start_response)
        if sid in self._polling:
            return _refuse(start_response, "400 Bad Request", "An answer is awaited already.")
        self._polling.add(sid)
        try:
            return self._application(environ, start_response)
        finally:
            self._polling.remove(sid)

    def _disconnect(self, sid: str) -> None:
        if socket := self._engine.sockets.pop(sid, None):
            socket.close(wait=False)

    def _count(self) -> int:
        sockets = self._engine.sockets.values()
        return sum(not (self._are_lean and each.upgraded) for each in sockets)


def _refuse(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain")])
    return [text.encode()]
