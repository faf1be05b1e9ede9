"""A real server for each test that wants one: gunicorn, as the operator starts it."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import socketio
from playwright.sync_api import Playwright

from tests.live_server import PATIENCE, RUNTIME, SERVE, LiveServer
from tests.schemas import check
from training.browser import chromium

SERVE_QUICKLY = ["gunicorn", "--pythonpath", "tests/server", "quick:app"]  # with shorter waits

pytest_plugins = ["tests.services"]  # its fixtures


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Start servers of this test's own, with chosen settings."""
    with contextlib.ExitStack() as servers:
        yield _starter(tmp_path, servers)


@pytest.fixture(scope="session")
def start_shared_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., LiveServer]]:
    """Start servers for tests that leave them as they are: each opens classes of its own."""
    with contextlib.ExitStack() as servers:
        start = _starter(tmp_path_factory.mktemp("servers"), servers)
        yield partial(start, CLASSES_PER_HOUR="1000000")  # all from this address


@pytest.fixture(scope="session")
def server(start_shared_server: Callable[..., LiveServer]) -> LiveServer:
    """A server as it is without any settings."""
    return start_shared_server()


@pytest.fixture(scope="session")
def quick_server(start_shared_server: Callable[..., LiveServer]) -> LiveServer:
    """The same, with shorter waits."""
    return start_shared_server(SERVE_QUICKLY)


def _starter(folder: Path, servers: contextlib.ExitStack) -> Callable[..., LiveServer]:
    def start(command: list[str] = SERVE, **settings: str) -> LiveServer:
        assert RUNTIME.exists(), "the run-time environment is missing: `make test` creates it"
        own = folder / f"server {len(list(folder.iterdir()))}"
        own.mkdir()
        server = LiveServer(own, command, settings)
        servers.callback(server.stop)
        server.start()
        return server

    return start


class Peer:
    """A student or a teacher on a real socket; what the server sends is kept to be waited for."""

    welcome: dict[str, Any]  # of a student that `join` brought in

    def __init__(self, url: str, auth: dict[str, Any]) -> None:
        self.received: queue.Queue[tuple[str, object]] = queue.Queue()
        self.refused: str | None = None
        self.closed = False
        self._client = socketio.Client(reconnection=False)
        self._client.on("*", lambda event, data=None: self.received.put((event, data)))
        self._client.on("connect_error", self._on_refused)
        self._client.on("disconnect", self._on_disconnect)
        try:
            self._client.connect(
                f"{url}?class={quote(str(auth.get('code')))}",  # as our pages do, for balancers
                auth=auth,
                transports=["websocket"],
                wait_timeout=PATIENCE,
            )
        except socketio.exceptions.ConnectionError:
            assert self.refused is not None

    def send(self, event: str, *data: object) -> None:
        self._client.emit(event, data)

    def looks(self, emotion: str) -> None:
        self.send("label", {"state": "ok", "emotion": emotion})

    def wait_for(
        self,
        event: str,
        such_that: Callable[[Any], object] = lambda data: True,
        seconds: float = PATIENCE,
    ) -> Any:
        """The next such event; anything else that comes before it is dropped."""
        deadline = time.monotonic() + seconds
        seen: list[tuple[str, object]] = []
        while True:
            try:
                name, data = self.received.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such {event}; instead came {seen[-5:]}") from None
            if name != "disconnect":
                check("server", name, data)
            if name == event and such_that(data):
                return data
            seen.append((name, data))

    def leave(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        if self._client.eio.ws is not None:
            self._client.eio.ws.shutdown()  # open still, if the server was the first to go

    def vanish(self) -> None:
        """Lose the network without a goodbye."""
        if self._client.eio.ws is not None:
            # Closing it would do nothing for as long as the thread that reads it waits.
            self._client.eio.ws.sock.shutdown(socket.SHUT_RDWR)

    def _on_refused(self, data: object) -> None:
        self.refused = data["message"] if isinstance(data, dict) else str(data)

    def _on_disconnect(self, reason: str) -> None:
        self.closed = True
        self.received.put(("disconnect", reason))


@pytest.fixture
def connect() -> Iterator[Callable[..., Peer]]:
    """Connect students and teachers; all leave after the test."""
    peers: list[Peer] = []

    def peer(server: LiveServer, **auth: object) -> Peer:
        peers.append(Peer(server.url, auth))
        return peers[-1]

    yield peer
    for each in peers:
        each.leave()


@pytest.fixture
def join(connect: Callable[..., Peer]) -> Callable[..., Peer]:
    """A student in a class, after the welcome; `.welcome` is what it said."""

    def student(server: LiveServer, code: str, emotion: str | None = None, **auth: object) -> Peer:
        peer = connect(server, role="student", code=code, **auth)
        assert peer.refused is None, peer.refused
        peer.welcome = peer.wait_for("welcome")
        if emotion:
            peer.looks(emotion)
        return peer

    return student


@pytest.fixture
def teach(connect: Callable[..., Peer]) -> Callable[..., Peer]:
    """A teacher in the room of a class that `open_class` opened."""

    def teacher(server: LiveServer, opened: dict[str, Any]) -> Peer:
        peer = connect(server, role="teacher", code=opened["code"], token=opened["token"])
        assert peer.refused is None, peer.refused
        return peer

    return teacher


def require_chromium(tools: Playwright) -> None:
    """Skip a test where there is no browser, but never in CI."""
    if chromium() is not None or Path(tools.chromium.executable_path).exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing, and CI must have it")
    pytest.skip("Chromium is missing: `make test` installs it")
