"""How gunicorn serves Classpulse, the same for `make run`, Heroku and the tests."""

import gc
import os
import sys

from server.config import Settings, SettingsError
from server.logs import CONFIG

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    sys.exit(f"error: {error}")

bind = f"0.0.0.0:{settings.port}"
worker_class = "gevent"
workers = 1  # Socket.IO keeps a client's state in its process: scale by processes, not workers
worker_connections = 2000  # requests and those who poll; WebSockets do not count
graceful_timeout = 9  # seconds for everybody to connect elsewhere (server.app.MOVING)
forwarded_allow_ips = "*"  # behind Heroku's router, so that links say https
logconfig_dict = CONFIG
control_socket_disable = True  # one file for every gunicorn of a user, which nothing here needs


def post_worker_init(worker):
    """With 10,000 students a full collection takes a quarter of a second: have few of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


def worker_exit(arbiter, worker):
    """No longer listening, and before it ends, a worker sends everybody away."""
    if loaded := sys.modules.get("server.wsgi"):
        loaded.server.stop()


def when_ready(server):
    """Say where to go."""
    print(f"Classpulse is at http://localhost:{settings.port}", file=sys.stderr, flush=True)
