"""How gunicorn serves Classpulse, the same for `make run`, Heroku and the tests."""

import os
import signal
import sys

import gevent

from server.config import Settings, SettingsError
from server.logs import CONFIG

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    sys.exit(f"error: {error}")

bind = f"0.0.0.0:{settings.port}"
worker_class = "gevent"
workers = 1  # Socket.IO keeps a client's state in its process: scale by processes, not workers
worker_connections = 15_000  # a limit to memory, above what a process can serve well
graceful_timeout = 9  # seconds for everybody to connect elsewhere (server.app.MOVING)
forwarded_allow_ips = "*"  # behind Heroku's router, so that links say https
logconfig_dict = CONFIG
control_socket_disable = True  # one file for every gunicorn of a user, which nothing here needs


def post_worker_init(worker):
    """Before it stops, a worker sends everybody away."""
    from server.wsgi import server

    def stop(number, frame):
        worker.handle_exit(number, frame)
        gevent.spawn(server.stop)

    signal.signal(signal.SIGTERM, stop)


def when_ready(server):
    """Say where to go."""
    print(f"Classpulse is at http://localhost:{settings.port}", file=sys.stderr, flush=True)
