"""WebSockets that cost Engine.IO no greenlets, where its own cost four each.

Four stacks for each student take 180 kB, and to wake up for each label costs more than all that is
done with it. Here, once a browser has asked for a WebSocket, its connection is taken out of
gunicorn's greenlet, which ends. Every CYCLE_SECONDS one greenlet reads what has come from all of
them, and sends the pings that are due. What is sent goes out at once, or waits in memory for a
browser that is slow; one that is too slow, or gone, does not answer a ping in time. Who polls gets
Engine.IO's own.

It stands in for parts of Engine.IO that are not public. `install` looks for all of them before it
changes anything: without it, Engine.IO's own WebSockets serve the same classes, at a higher price.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator
from http import HTTPStatus
from inspect import signature
from itertools import count
from selectors import EVENT_READ, EVENT_WRITE
from socket import socket as AnySocket
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

import gevent
from engineio import Server
from engineio.packet import OPEN, PING, Packet
from engineio.socket import Socket
from gevent import monkey
from websockets.datastructures import Headers
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN as IS_OPEN
from websockets.protocol import SERVER, Protocol
from websockets.server import ServerProtocol

from server.access.limits import Bucket

CYCLE_SECONDS = 0.1  # half as long costs a third more, and brings a label 50 ms earlier
READ_BYTES = 4096  # of a connection in a cycle: whoever floods us waits for the others
IN_A_ROW = 50  # connections that are read before others have their turn, such as the tick
MOST_UNSENT = 1_000_000  # bytes that wait behind a message, however long that one is
# Frames of one connection, of whatever kind, before it is ended; many times what pages send.
FRAMES_A_SECOND = 5.0
FRAMES_AT_ONCE = 500
MOST_PARTS = 100  # frames of a message: browsers send one, and empty ones would never end
HANDSHAKE = (
    *("Connection", "Upgrade"),
    *("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"),
)
# Nothing of it stays in memory from one message to the next.
DEFLATE = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True, client_no_context_takeover=True
)

_silent = logging.getLogger("websockets")
_silent.setLevel(logging.CRITICAL)  # it would tell of each connection
log = logging.getLogger(__name__)
# As they are without gevent, which selects slowly and remembers more of a socket.
Selector = monkey.get_original("selectors", "DefaultSelector")
PlainSocket = monkey.get_original("socket", "socket")


def install(engine: Server, most: int) -> None:
    """Take care of all WebSockets that come to `engine`; at most so many clients at a time.

    Raises AttributeError or TypeError, and changes nothing, where Engine.IO is not as it has to be.
    """
    _check(engine)
    engine._handle_connect = Transport(engine, most).connect


def _check(engine: Server) -> None:
    """What the classes below call, replace or read must be there, and take what it is given."""
    for name in ("_bad_request", "_trigger_event", "generate_id", "handlers", "sockets"):
        getattr(engine, name)
    for name in ("ping_interval", "ping_timeout", "max_http_buffer_size", "reason"):
        getattr(engine, name)
    protocol = Protocol(SERVER, state=IS_OPEN, max_size=1, logger=_silent)
    for name in ("parser", "parser_exc", "extensions"):
        getattr(protocol, name)
    theirs = Socket(engine, "")
    for name in ("queue", "connected", "upgraded", "closing", "closed", "last_ping", "receive"):
        getattr(theirs, name)
    replaced = {engine._handle_connect: Transport.connect}
    for name in ("send", "schedule_ping", "check_ping_timeout", "close"):
        replaced[getattr(theirs, name)] = getattr(Connection, name)
    for their_function, ours in replaced.items():
        _, *parameters = signature(ours).parameters
        if parameters != list(signature(their_function).parameters):
            raise TypeError(f"{their_function.__qualname__} takes other arguments than before")


class Transport:
    """Reads, writes and pings all WebSockets of a process."""

    def __init__(self, engine: Server, most: int) -> None:
        self.engine = engine
        self._most = most
        self._is_full = False
        self._poll = engine._handle_connect
        self._selector = Selector()
        self._ready: deque[Connection] = deque()  # something has come
        # Both in the order of their times, as the wait is the same for all.
        self._pings: deque[tuple[float, Connection]] = deque()
        self._answers: deque[tuple[float, Connection]] = deque()
        self._cycling: gevent.Greenlet | None = None

    def connect(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        transport: str,
        jsonp_index: int | None,
    ) -> dict[str, Any]:
        """As Server._handle_connect, for WebSockets."""
        was_full, self._is_full = self._is_full, len(self.engine.sockets) >= self._most
        if self._is_full:
            if not was_full:
                log.error("no more than %d connections", self._most)
            return self.engine._bad_request("There are too many connections.")
        if transport != "websocket":
            return self._poll(environ, start_response, transport, jsonp_index)
        # Who gets long messages asks for it: labels, one by one, would only cost more.
        compresses = "compress" in parse_qs(environ.get("QUERY_STRING", ""))
        names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in HANDSHAKE}
        headers = Headers({name: environ[key] for name, key in names.items() if key in environ})
        handshake = ServerProtocol(extensions=[DEFLATE] if compresses else None, logger=_silent)
        answer = handshake.accept(Request("/", headers))
        if answer.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return self.engine._bad_request("This is no handshake of a WebSocket.")
        if self._cycling is None:
            self._cycling = gevent.spawn(self._run)
        socket = PlainSocket(fileno=environ["gunicorn.socket"].detach())
        socket.setblocking(False)
        connection = Connection(self, socket, handshake.extensions)
        self._selector.register(socket, EVENT_READ, connection)
        connection.begin(answer.serialize(), environ.get("REMOTE_ADDR", ""))
        raise StopIteration  # tells gunicorn that there is nothing more to answer

    def unregister(self, socket: AnySocket) -> None:
        """Select this socket no more; before it is closed."""
        self._selector.unregister(socket)

    def select_writes(self, socket: AnySocket, connection: Connection, is_full: bool) -> None:
        """Whether to wait for a socket to be writable, too: `is_full` while data is unsent."""
        events = EVENT_READ | EVENT_WRITE if is_full else EVENT_READ
        self._selector.modify(socket, events, connection)

    def ping_later(self, connection: Connection) -> None:
        """Once, after the ping interval."""
        self._pings.append((time.monotonic() + self.engine.ping_interval, connection))

    def _run(self) -> None:
        while True:
            gevent.sleep(CYCLE_SECONDS)
            try:
                self._cycle()
            except Exception:  # nobody would be heard any more
                log.exception("a cycle of the connections failed")

    def _cycle(self) -> None:
        for key, _ in self._selector.select(0):
            connection = key.data
            if connection.is_busy:
                continue
            connection.is_busy = True
            if connection.is_new:  # to let somebody in takes as long as the database does
                gevent.spawn_raw(connection.process)
            else:
                self._ready.append(connection)
        if self._ready:
            gevent.spawn_raw(self._process_ready)  # if one has to wait, the next cycle goes on
        for connection in _due(self._pings):
            connection.ping()
            self._answers.append((time.monotonic() + self.engine.ping_timeout, connection))
        for connection in _due(self._answers):
            connection.check()

    def _process_ready(self) -> None:
        for turn in count(1):
            if not self._ready:
                return
            self._ready.popleft().process()
            if turn % IN_A_ROW == 0:
                gevent.sleep(0)


class Connection(Socket):
    """A non-blocking WebSocket in the shape of Engine.IO's own, which has no greenlets."""

    closing: bool
    closed: bool
    last_ping: float | None  # None while no answer is awaited

    def __init__(
        self, transport: Transport, socket: AnySocket, extensions: list[Extension]
    ) -> None:
        super().__init__(transport.engine, transport.engine.generate_id())
        del self.queue
        self.connected = self.upgraded = True
        self.is_new = True  # nothing has come yet
        self.is_busy = False  # what came is being handled
        self._transport = transport
        self._socket: AnySocket | None = socket
        self._protocol = Protocol(
            SERVER, state=IS_OPEN, max_size=self.server.max_http_buffer_size, logger=_silent
        )
        self._protocol.extensions = extensions
        self._unsent: list[bytes] = []  # the first of them is on its way
        self._frames = Bucket(FRAMES_A_SECOND, FRAMES_AT_ONCE, time.monotonic())
        self._parts: list[Frame] = []  # of a message that has not come whole

    def begin(self, answer: bytes, address: str) -> None:
        """Finish the handshakes of WebSocket and of Engine.IO with whom we know by this address."""
        engine = self.server
        engine.sockets[self.sid] = self
        self._write(answer)
        greeting = {
            "sid": self.sid,
            "upgrades": [],
            "pingTimeout": int(engine.ping_timeout * 1000),
            "pingInterval": int(engine.ping_interval * 1000),
            "maxPayload": engine.max_http_buffer_size,
        }
        self.send(Packet(OPEN, greeting))
        # All that our handlers ask for: Socket.IO keeps it as long as the connection lasts.
        environ = {"REMOTE_ADDR": address}
        engine._trigger_event("connect", self.sid, environ, run_async=False)
        self.schedule_ping()

    def send(self, pkt: Packet) -> None:
        """Send it, or keep it until the browser takes it."""
        if self._protocol.state is not IS_OPEN:
            return
        data = pkt.encode()
        if isinstance(data, bytes):
            self._protocol.send_binary(data)
        else:
            self._protocol.send_text(data.encode())
        self._flush()

    def schedule_ping(self) -> None:
        """The last ping was answered."""
        if self.last_ping:
            self.last_ping = None
            self._transport.ping_later(self)

    def ping(self) -> None:
        """Ask for a sign of life."""
        if not self.closed:
            self.last_ping = time.monotonic()
            self.send(Packet(PING))

    def check(self) -> None:
        """End it if a ping was not answered in time, or our goodbye."""
        if self.last_ping:
            self.close(reason=self.server.reason.PING_TIMEOUT)
        if self.closed:
            self._abort()

    def check_ping_timeout(self) -> bool:
        """Engine.IO's own way, by a clock that may leap; `check` does it."""
        return True

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Say goodbye; the browser then ends the connection, unless we do (`abort`)."""
        if self.closing or self.closed:
            return
        self.closing = True
        reason = reason or self.server.reason.SERVER_DISCONNECT
        self.server._trigger_event("disconnect", self.sid, reason, run_async=False)
        self.closed = True
        self.server.sockets.pop(self.sid, None)
        if self._protocol.state is IS_OPEN:
            self._protocol.send_close()
            self._flush()
        if abort:
            self._abort()

    def process(self) -> None:
        """Send what waits, and read and handle what came."""
        try:
            self._send_more()
            self._read()
        except Exception as error:  # of many kinds: what comes is decoded without much ado
            log.debug("this is not Socket.IO: %s", type(error).__name__)  # not what it was
            self._abort()
        self.is_new = self.is_busy = False

    def _read(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._protocol.receive_data(data)
            now = time.monotonic()
            for event in self._protocol.events_received():
                if not self._frames.take(now):
                    self._abort()
                    return
                if isinstance(event, Frame):  # as they all are after the handshake
                    self._receive_frame(event)
            self._flush()  # answers to pings and to goodbyes
        if not data or self.closed or self._protocol.state is not IS_OPEN:
            self._abort()

    def _receive_frame(self, frame: Frame) -> None:
        if self.closed or frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._parts.append(frame)
        if not frame.fin:
            if len(self._parts) == MOST_PARTS:
                self._abort()
            return
        is_text = self._parts[0].opcode is Opcode.TEXT
        data = b"".join(part.data for part in self._parts)
        self._parts.clear()
        message = data.decode() if is_text else data
        if message[:1] == "4":  # what Packet and `receive` make of nearly all that comes
            self.server.handlers["message"](self.sid, message[1:])
        else:
            self.receive(Packet(encoded_packet=message))

    def _abort(self, reason: str | None = None) -> None:
        """Close the connection at once, whatever is unsent."""
        if self._socket is not None:
            self._transport.unregister(self._socket)
            self._socket.close()
            self._socket = None
            self._unsent.clear()
            self.close(reason=reason or self.server.reason.TRANSPORT_CLOSE)
            # The protocol, its parser and what ended that hold each other: only a full garbage
            # collection, which hardly comes, would find them.
            self._protocol.parser.close()
            self._protocol.parser_exc = None

    def _flush(self) -> None:
        self._write(b"".join(self._protocol.data_to_send()))

    def _write(self, data: bytes) -> None:
        if not data or self._socket is None:
            return
        if self._unsent:
            self._unsent.append(data)
            if sum(map(len, self._unsent[1:])) > MOST_UNSENT:
                self._abort(self.server.reason.PING_TIMEOUT)  # which would come to the same
        elif rest := _send(self._socket, data):
            self._unsent.append(rest)
            self._transport.select_writes(self._socket, self, is_full=True)

    def _send_more(self) -> None:
        if not self._unsent or self._socket is None:
            return
        while self._unsent:
            if rest := _send(self._socket, self._unsent[0]):
                self._unsent[0] = rest
                return
            del self._unsent[0]
        self._transport.select_writes(self._socket, self, is_full=False)


def _send(socket: AnySocket, data: bytes) -> bytes:
    """What the socket does not take."""
    try:
        return data[socket.send(data) :]
    except BlockingIOError:
        return data
    except OSError:
        return b""  # whoever reads will learn of it


def _due(waiting: deque[tuple[float, Connection]]) -> Iterator[Connection]:
    """Take those whose time has come."""
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        yield waiting.popleft()[1]
