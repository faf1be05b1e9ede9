"""How gunicorn serves Classpulse, the same for `make run`, Heroku and the tests."""

import gc
import os
import sys
from typing import Any

import gevent

from server.config import Settings, SettingsError
from server.ops.logs import CONFIG

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    sys.exit(f"error: {error}")

bind = f"0.0.0.0:{settings.port}"
worker_class = "gevent"
workers = 1  # Socket.IO keeps a client's state in its process: scale by processes, not workers
# Requests and those who poll; WebSockets do not count, unless they are Engine.IO's own.
worker_connections = 2000
graceful_timeout = 9  # seconds for everybody to connect elsewhere (server.app.MOVING)
forwarded_allow_ips = "*"  # behind Heroku's router, so that links say https
logconfig_dict = CONFIG
control_socket_disable = True  # one file for every gunicorn of a user, which nothing here needs


def post_worker_init(worker: Any) -> None:
    """Few collections, and a goodbye that waits for nobody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)  # with 10,000 students a full one takes a quarter of a second
    worker.goodbye = gevent.spawn(say_goodbye, worker)


def say_goodbye(worker: Any) -> None:
    """Send everybody away as soon as the worker does not listen any more.

    worker_exit would be too late for it: a worker ends when all its requests have, and a browser
    that polls may wait for longer than graceful_timeout.
    """
    while worker.alive:
        gevent.sleep(0.1)
    gevent.sleep(1)  # in which gunicorn closes its sockets, so that nobody comes back to this one
    sys.modules["server.wsgi"].server.stop()


def worker_exit(arbiter: Any, worker: Any) -> None:
    """WebSockets are no requests, and would not keep a worker: this does, until all are gone."""
    worker.alive = False
    if goodbye := getattr(worker, "goodbye", None):
        goodbye.join()


def when_ready(server: Any) -> None:
    """Say where to go."""
    print(f"Classpulse is at http://localhost:{settings.port}", file=sys.stderr, flush=True)
