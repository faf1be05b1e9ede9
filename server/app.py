"""The one place that wires everything."""

from __future__ import annotations

import json
import logging
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

from engineio import Server as Engine
from flask import Flask
from flask_socketio import SocketIO

from server.access.door import Door
from server.access.limits import PerAddress
from server.access.lookup import Lookup
from server.access.tokens import Tokens, new_code
from server.classroom.service import Classroom
from server.config import MAX_MESSAGE_BYTES, Settings
from server.http import errors, headers, languages, site
from server.http.api import api
from server.http.forwarded import Forwarded
from server.http.health import health
from server.http.pages import pages
from server.http.site import Site
from server.http.static import StaticFlask
from server.ops.clock import Clock
from server.ops.metrics import Metrics
from server.ops.periodic import Periodic
from server.ops.webhook import Webhook
from server.sharing.exchange import Exchange, ExchangeError, LocalExchange
from server.sharing.redis_exchange import RedisExchange
from server.sockets.handlers import Sockets
from server.sockets.lasting import MOST_LASTING, LastingRequests
from server.sockets.message_queue import MessageQueue
from server.sockets.packet import Packet
from server.sockets.rooms import Rooms
from server.sockets.stock import StockWebSockets
from server.storage.store import ClassStore, StoreError

WEB = Path(__file__).resolve().parent.parent / "web"
HOUR = 60 * 60  # seconds
SWEEP_SECONDS = HOUR
TRYOUTS_AN_HOUR = 60  # from one address, as when all teachers of a school try it out together
DELIVERY_SECONDS = 5.0
KEY_SECONDS = 10  # until a link that another process has replaced is cut off here, too
STRANGER_SECONDS = 10  # twice as long is a connection borne that is in no class
PING_INTERVAL = 20  # seconds; Heroku's router ends what is silent for 30 (H12) or 55 of them (H15)
# Seconds; a half-open connection is known after both. Less than the interval, because what counts
# is whether the last ping was answered.
PING_TIMEOUT = 15
MOST_CONNECTIONS = 15_000  # a limit to memory, above what a process can serve well
OTHER_FILES = 100  # that are open beside them: requests, the database, Redis
MOVING = 5.0  # seconds within which everybody connects elsewhere

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    """A wired server.

    `app` answers, `start` begins the periodic tasks, `stop` sends everybody away.
    """

    app: Flask
    socketio: SocketIO
    sockets: Sockets
    classroom: Classroom
    settings: Settings
    clock: Clock
    periodic: Periodic
    webhook: Webhook | None

    def start(self) -> None:
        """Tick, save, and forget what was kept long enough, in the background."""
        start = self.socketio.start_background_task
        start(self.periodic.run, self._tick, self.settings.tick_seconds, is_tick=True)
        start(self.periodic.run, self.classroom.check_keys, KEY_SECONDS)
        start(self.periodic.run, self._sweep, SWEEP_SECONDS)
        start(self.periodic.run, self.sockets.close_strangers, STRANGER_SECONDS)
        if self.webhook:
            start(self.periodic.run, self.webhook.deliver, DELIVERY_SECONDS)

    def stop(self) -> None:
        """Hand over the classes and see everybody off; takes no longer than MOVING."""
        until = time.monotonic() + MOVING
        self.periodic.stop()
        self.sockets.send_away(MOVING)
        try:
            self.classroom.close()
        except (StoreError, ExchangeError) as error:
            log.error("not all could be handed over: %s", error)
        while self.sockets.count and time.monotonic() < until:
            self.socketio.sleep(0.1)

    def _tick(self) -> None:
        self.sockets.tick()
        if self.classroom.count()["unsaved"]:
            # On its own: the class does not wait for a database.
            self.socketio.start_background_task(self.sockets.save)

    def _sweep(self) -> None:
        self.classroom.sweep(self.clock.wall())


def create_server(settings: Settings, clock: Clock | None = None) -> Server:
    """Wire a server that goes by the clock, or this machine's; nothing ticks until `start`."""
    app = StaticFlask(
        __name__, static_folder=str(WEB / "static"), template_folder=str(WEB / "templates")
    )
    app.model = settings.model
    app.config["MAX_CONTENT_LENGTH"] = MAX_MESSAGE_BYTES
    languages.install(app, WEB / "translations")
    app.json.sort_keys = False  # type: ignore[attr-defined]  # shares come largest first
    clock = clock or Clock()
    store = ClassStore(settings.database_url, sends_reports=settings.webhook_url is not None)
    classroom = Classroom(
        store,
        _exchange(settings),
        new_code,
        min_students=settings.min_students,
        most_students=settings.max_students,
        cameras_allowed=settings.sensing == "camera",
        retention_days=settings.retention_days,
        sends_reports=settings.webhook_url is not None,
        labels=settings.labels,
    )
    tokens = Tokens(settings.secret_key)
    metrics = Metrics(classroom.count)
    lookup = Lookup(classroom, clock)
    door = Door(settings.teachers, settings.teachers_password, clock)
    openings = PerAddress(settings.classes_per_hour, HOUR)
    tryouts = PerAddress(TRYOUTS_AN_HOUR, HOUR)
    site.install(
        app,
        Site(
            *(classroom, lookup, tokens, clock, metrics, door, openings, tryouts),
            frame_ancestors=settings.frame_ancestors,
            metrics_token=settings.metrics_token,
            words_first=settings.consent_first == "words",
            school=settings.school,
        ),
    )
    headers.install(app)
    errors.install(app)
    for blueprint in (pages, api, health):
        app.register_blueprint(blueprint)
    if settings.platforms:
        from server.http.lti import create_lti  # with it, the libraries that only it needs

        app.register_blueprint(create_lti(settings))
    queue = MessageQueue(settings.redis_url) if settings.redis_url else None
    forwarded = Forwarded(settings.proxies, metrics)
    # No Flask session: a connection is known by its auth object alone.
    socketio = SocketIO(
        app,
        async_mode="gevent",
        manage_session=False,
        cors_allowed_origins=forwarded.is_ours,
        max_http_buffer_size=MAX_MESSAGE_BYTES,
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        async_handlers=False,  # one after the other for each connection, which is order and a limit
        client_manager=queue or Rooms(),
        serializer=Packet,
        json=json,  # as it is: Engine.IO's own makes a decoder for each message
        allow_upgrades=False,  # whoever has to poll goes on with that: one kind of WebSocket
    )
    engine = socketio.server.eio
    are_lean = settings.websockets == "lean" and _make_lean(engine)
    # Around both, the pages and the sockets.
    around: WSGIApplication = app.wsgi_app
    if not are_lean:
        around = StockWebSockets(around, engine)
    around = LastingRequests(around, engine, are_lean)
    around = forwarded.around(around)
    app.wsgi_app = around  # type: ignore[assignment, method-assign]  # as Flask has it done
    sockets = Sockets(socketio, classroom, lookup, tokens, clock, metrics)
    if queue:
        queue.on_listening = sockets.resend_all
    webhook = None
    if settings.webhook_url:
        key, keeps = settings.webhook_key, settings.retention_days > 0
        labels = settings.labels
        webhook = Webhook(settings.webhook_url, key, store, keeps, clock, metrics, labels)
    periodic = Periodic(socketio.sleep, metrics)
    return Server(app, socketio, sockets, classroom, settings, clock, periodic, webhook)


def _make_lean(engine: Engine) -> bool:
    """Replace Engine.IO's WebSockets, unless an upgrade has taken away what that needs."""
    try:
        from server.sockets.transport import install  # here: what it imports may be gone, too

        install(engine, _most_connections())
    except (ImportError, AttributeError, TypeError) as error:
        log.warning(
            "WebSockets are Engine.IO's own, which cost ten times as much, and no more than %d "
            "people can be connected: %s",
            MOST_LASTING,
            error,
        )
        return False
    return True


def _most_connections() -> int:
    """How many people can be connected: pages have to be answered beside them."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    most = min(MOST_CONNECTIONS, files - OTHER_FILES)
    log.info("%d files can be open, so that about %d people can be connected", files, most)
    return most


def _exchange(settings: Settings) -> Exchange:
    if settings.redis_url is None:
        return LocalExchange()
    return RedisExchange(settings.redis_url, settings.tick_seconds)
