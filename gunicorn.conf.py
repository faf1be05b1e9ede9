"""How gunicorn serves Classpulse, the same for `make run`, Heroku and the tests."""

import os
import sys

from server.config import Settings, SettingsError

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    sys.exit(f"error: {error}")

bind = f"0.0.0.0:{settings.port}"
worker_class = "gevent"
workers = 1  # Socket.IO keeps a client's state in its process: scale by processes, not workers
graceful_timeout = 3  # seconds; sockets never end by themselves, and their clients reconnect
forwarded_allow_ips = "*"  # behind Heroku's router, so that links say https
control_socket_disable = True  # one file for every gunicorn of a user, which nothing here needs


def when_ready(server):
    """Say where to go."""
    print(f"Classpulse is at http://localhost:{settings.port}", flush=True)
