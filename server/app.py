"""The one place that wires everything."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_socketio import SocketIO

from server import access, ticker
from server.classroom import Classroom
from server.config import Settings
from server.pages import create_pages
from server.sockets import Sockets
from server.static import StaticFlask
from server.store import ClassStore

WEB = Path(__file__).resolve().parent.parent / "web"
SWEEP_SECONDS = 60 * 60
MAX_MESSAGE_BYTES = 10_000  # the longest honest message, a name in a help, has a few hundred


@dataclass(frozen=True)
class Server:
    """A wired server: `app` answers, `start` sets the beat going."""

    app: Flask
    socketio: SocketIO
    sockets: Sockets
    classroom: Classroom
    settings: Settings

    def start(self) -> None:
        """Forget what was kept long enough, and begin to tick, in the background."""
        self._sweep()
        for task, seconds in (
            (self.sockets.tick, self.settings.tick_seconds),
            (self._sweep, SWEEP_SECONDS),
        ):
            self.socketio.start_background_task(ticker.run, task, seconds, self.socketio.sleep)

    def _sweep(self) -> None:
        self.classroom.sweep(time.time())


def create_server(settings: Settings) -> Server:
    """Wire a server; nothing ticks until `start`."""
    app = StaticFlask(
        __name__, static_folder=str(WEB / "static"), template_folder=str(WEB / "templates")
    )
    app.config["MAX_CONTENT_LENGTH"] = MAX_MESSAGE_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]  # shares come largest first
    store = ClassStore(settings.database_url)
    classroom = Classroom(
        store,
        access.new_code,
        min_students=settings.min_students,
        cameras_allowed=settings.sensing == "camera",
        retention_days=settings.retention_days,
    )
    tokens = access.Tokens(settings.secret_key)
    app.register_blueprint(create_pages(classroom, tokens))
    # No cookies, no Flask session: a connection is known by its auth object alone.
    socketio = SocketIO(
        app, async_mode="gevent", manage_session=False, max_http_buffer_size=MAX_MESSAGE_BYTES
    )
    return Server(app, socketio, Sockets(socketio, classroom, tokens), classroom, settings)
