"""server.wsgi that says how much it remembers of WebSockets, without a garbage collection."""

import gc
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import server.app

server.app.PING_INTERVAL = 2  # until then a connection that is over may be known
server.app.PING_TIMEOUT = 1

from websockets.frames import Frame  # noqa: E402
from websockets.protocol import Protocol  # noqa: E402

from server.sockets.transport import Connection  # noqa: E402
from server.wsgi import app as served  # noqa: E402

gc.disable()


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/remembered":
        return served(environ, start_response)
    count = sum(type(each) in (Connection, Protocol, Frame) for each in gc.get_objects())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(count).encode()]
