"""The server in the process of the tests, for rules that no network and no other process shows.

All of it is real but the connections, which end here, and the clock, which goes on only when a test
waits for something: a minute of a lesson takes no time.
"""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from engineio import Server
from engineio.packet import Packet as EnginePacket
from engineio.socket import Socket
from socketio.packet import ACK, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Packet
from werkzeug.test import TestResponse

from server.app import create_server
from server.config import Settings
from server.ops.clock import Clock
from server.storage.store import ClassStore
from tests.conftest import SERVE_QUICKLY
from tests.live_server import (
    METRICS_TOKEN,
    SECRET_KEY,
    TICK_SECONDS,
    LiveServer,
    figure_of,
    migrate,
)
from tests.schemas import check
from tests.services import require_program

PATIENCE = 120  # seconds of the class, in which whatever is waited for comes


class App:
    """A server with its own database; `browser` is Flask's test client, without any cookies."""

    def __init__(self, settings: Settings) -> None:
        self.now = time.time()
        self.server = create_server(settings, Clock(lambda: self.now, lambda: self.now))
        self.settings = settings
        self.browser = browser = self.server.app.test_client(use_cookies=False)
        self.url = "http://localhost"
        self.get, self.post, self.delete = browser.get, browser.post, browser.delete

    def as_teacher(
        self, opened: dict[str, Any], path: str, method: str = "GET", **headers: str
    ) -> TestResponse:
        """The answer to somebody who has the token of the class."""
        headers = {"Authorization": f"Bearer {opened['token']}", **headers}
        return self.browser.open(path, method=method, headers=headers)

    def open_class(
        self, title: str = "Algebra", mode: str = "camera", **extra: object
    ) -> dict[str, Any]:
        return self._open("/api/classes", {"title": title, "mode": mode, **extra})

    def open_course(
        self, title: str = "Algebra", mode: str = "self-report", **extra: object
    ) -> dict[str, Any]:
        return self._open("/api/courses", {"title": title, "mode": mode, **extra})

    def _open(self, path: str, asked: dict[str, object]) -> dict[str, Any]:
        answer = self.post(path, json=asked)
        assert answer.status_code == 201, answer.text
        opened: dict[str, Any] = answer.get_json()
        return opened

    def start_lesson(self, course: dict[str, Any]) -> dict[str, Any]:
        """The lesson of a course that runs from now on, as `open_class` gives it."""
        answer = self.as_teacher(course, f"/api/courses/{course['code']}/lessons", "POST")
        assert answer.status_code in (200, 201), answer.text
        opened: dict[str, Any] = answer.get_json()
        return opened

    def connect(self, address: str = "127.0.0.1", **auth: Any) -> Peer:
        return Peer(self, address, auth)

    def join(self, code: str, emotion: str | None = None, **auth: Any) -> Peer:
        """A student in a class, after the welcome; `.welcome` is what it said."""
        student = self.connect(role="student", code=code, **auth)
        assert student.refused is None, student.refused
        student.welcome = student.wait_for("welcome")
        if emotion:
            student.looks(emotion)
        return student

    def teach(self, opened: dict[str, Any]) -> Peer:
        """A teacher in the room of a class that `open_class` opened."""
        teacher = self.connect(role="teacher", code=opened["code"], token=opened["token"])
        assert teacher.refused is None, teacher.refused
        return teacher

    def figure(self, name: str) -> float:
        """What it has under a name for Prometheus."""
        answer = self.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        return figure_of(answer.text, name)

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """For a while its tables are not there."""
        path = self.settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("ALTER TABLE classes RENAME TO away")
            yield
            database.execute("ALTER TABLE away RENAME TO classes")

    def tick(self) -> None:
        """Time goes on."""
        self.now += TICK_SECONDS
        self.server.sockets.tick()
        self.server.sockets.save()


class Peer:
    """A student or a teacher; what the server sends is kept to be waited for."""

    def __init__(self, app: App, address: str, auth: dict[str, Any]) -> None:
        self.received: deque[tuple[str, Any]] = deque()
        self.welcome: dict[str, Any] = {}  # of a student
        self.refused: str | None = None
        self.may_retry = False  # the page tries again by itself
        self._acknowledged: object = None
        self._app = app
        self._connection = _Connection(app.server.socketio.server.eio, address, self._hear)
        self._say(Packet(CONNECT, auth))

    @property
    def closed(self) -> bool:
        """Whether the server has ended the connection."""
        return bool(self._connection.closed)

    def send(self, event: str, *data: object) -> None:
        self._say(Packet(EVENT, [event, *data]))

    def ask(self, event: str, *data: object) -> object:
        """Send what is to be acknowledged, and return with what it was."""
        self._acknowledged = None
        self._say(Packet(EVENT, [event, *data], id=1))
        return self._acknowledged

    def looks(self, emotion: str) -> None:
        self.send("label", {"state": "ok", "emotion": emotion})

    def wait_for(self, event: str, such_that: Callable[[Any], object] = lambda data: True) -> Any:
        """The next such event; anything else that comes before it is dropped."""
        seen = []
        for _ in range(round(PATIENCE / TICK_SECONDS)):
            while self.received:
                name, data = self.received.popleft()
                check("server", name, data)
                if name == event and such_that(data):
                    return data
                seen.append((name, data))
            self._app.tick()
        raise AssertionError(f"no such {event}; instead came {seen[-5:]}")

    def leave(self) -> None:
        """Say goodbye."""
        self._say(Packet(DISCONNECT))

    def vanish(self, reason: str = Server.reason.TRANSPORT_CLOSE) -> None:
        """Lose the network without a goodbye."""
        self._connection.close(wait=False, abort=True, reason=reason)

    def _say(self, packet: Packet) -> None:
        encoded = packet.encode()
        for each in encoded if isinstance(encoded, list) else [encoded]:
            self._connection.receive(EnginePacket(4, each))

    def _hear(self, packet: Packet) -> None:
        if packet.packet_type == EVENT:
            event, *data = packet.data
            self.received.append((event, *data))
            if packet.id is not None:
                self._say(Packet(ACK, [], id=packet.id))
        elif packet.packet_type == ACK:
            self._acknowledged = packet.data
        elif packet.packet_type == CONNECT_ERROR:
            self.refused = packet.data["message"]
            self.may_retry = "data" in packet.data


class _Connection(Socket):
    """Engine.IO's end of a connection, behind which there is no network."""

    def __init__(self, engine: Server, address: str, hear: Callable[[Packet], None]) -> None:
        super().__init__(engine, engine.generate_id())
        self._hear = hear
        engine.sockets[self.sid] = self
        engine._trigger_event("connect", self.sid, {"REMOTE_ADDR": address}, run_async=False)

    def send(self, pkt: EnginePacket) -> None:
        self._hear(Packet(encoded_packet=pkt.data))


@pytest.fixture(scope="session", params=["lean", "engineio"])
def websockets(request: pytest.FixtureRequest) -> str:
    """Ours or Engine.IO's own, as the setting WEBSOCKETS has it."""
    return str(request.param)


@pytest.fixture(scope="session")
def each_server(
    websockets: str, server: LiveServer, start_shared_server: Callable[..., LiveServer]
) -> LiveServer:
    """A server with each kind of WebSockets."""
    return server if websockets == "lean" else start_shared_server(WEBSOCKETS=websockets)


@pytest.fixture(scope="session")
def each_quick_server(
    websockets: str, quick_server: LiveServer, start_shared_server: Callable[..., LiveServer]
) -> LiveServer:
    """The same, with shorter waits."""
    if websockets == "lean":
        return quick_server
    return start_shared_server(SERVE_QUICKLY, WEBSOCKETS=websockets)


@pytest.fixture
def preloaded(tmp_path: Path) -> Callable[[str], str]:
    """Compile a C file of this folder to what LD_PRELOAD puts before a server's own functions."""

    def compiled(name: str) -> str:
        library, source = str(tmp_path / f"{name}.so"), str(Path(__file__).with_name(f"{name}.c"))
        command = [require_program("cc"), "-shared", "-fPIC", "-o", library, source, "-ldl"]
        subprocess.run(command, check=True)
        return library

    return compiled


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Make servers of this test's own, with chosen settings."""
    apps: list[App] = []

    def start(**settings: Any) -> App:
        url = settings.pop("database_url", f"sqlite:///{tmp_path / f'app {len(apps)}.db'}")
        settings = {"metrics_token": METRICS_TOKEN, **settings}
        apps.append(App(Settings(SECRET_KEY, database_url=migrate(url), **settings)))
        return apps[-1]

    yield start
    for app in apps:
        app.server.classroom.close()


@pytest.fixture
def open_store() -> Iterator[Callable[[str], ClassStore]]:
    """Open databases; all are left after the test."""
    with ExitStack() as stores:
        yield lambda url: stores.enter_context(closing(ClassStore(url)))


@pytest.fixture
def app(start_app: Callable[..., App]) -> App:
    """A server as it is without any settings."""
    return start_app()
