"""How gunicorn serves Classpulse, the same for `make run`, Heroku and the tests."""

import gc
import os
import resource
import socket
import sys
import tempfile
from contextlib import suppress
from typing import Any

import gevent

from server.config import Settings, SettingsError
from server.ops.logs import CONFIG, log_failed_task

FILES = 20_000  # where there is no limit: more than there can be connections (server/app.py)

try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    sys.exit(f"error: {error}")


def addresses(port: int) -> list[str]:
    """Where to listen: for IPv4 and IPv6 on one socket, or on two where a system has it so."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::", 0))
            is_for_one = probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    except OSError:  # there is no IPv6
        return [f"0.0.0.0:{port}"]
    return [f"[::]:{port}", f"0.0.0.0:{port}"] if is_for_one else [f"[::]:{port}"]


def writable_folder() -> str:
    """For the file by which a worker shows that it lives: in memory, where no disk holds it up."""
    for folder in ("/dev/shm", None):
        with suppress(OSError), tempfile.TemporaryFile(dir=folder):
            return folder or tempfile.gettempdir()
    sys.exit("error: no folder can be written: mount a tmpfs at /tmp")


def open_more_files() -> None:
    """As many as the system lets us: each connection is one, and 1,024 is what many begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):  # macOS has another limit behind this one
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


open_more_files()
bind = addresses(settings.port)
worker_class = "server.ops.worker.Worker"
workers = 1  # Socket.IO keeps a client's state in its process: scale by processes, not workers
# More than are waited for (server.ops.worker) and than stay (server.sockets.lasting) together, so
# that there is always room for a page; WebSockets do not count, unless they are Engine.IO's own.
worker_connections = 4000
graceful_timeout = 9  # seconds for everybody to connect elsewhere (server.app.MOVING)
# A proxy keeps its connections, and must be the first to give one up: Heroku's after 90 seconds.
keepalive = 100 if settings.proxies else 5
worker_tmp_dir = writable_folder()
secure_scheme_headers: dict[str, str] = {}  # server/http/forwarded.py reads them
forwarder_headers = ""  # no request says by which path we are to be found
logconfig_dict = CONFIG
control_socket_disable = True  # one file for every gunicorn of a user, which nothing here needs


def post_worker_init(worker: Any) -> None:
    """Few collections, failures that are logged, and a goodbye that waits for nobody."""
    gc.collect()
    gc.freeze()
    gevent.get_hub().print_exception = log_failed_task
    gc.set_threshold(10_000, 10, 50)  # with 10,000 students a full one takes a quarter of a second
    worker.goodbye = gevent.spawn(say_goodbye, worker)


def say_goodbye(worker: Any) -> None:
    """Send everybody away as soon as the worker does not listen any more.

    worker_exit would be too late for it: a worker ends when all its requests have, and a browser
    that polls, or a proxy that keeps a connection, may wait for longer than graceful_timeout.
    """
    while worker.alive:
        gevent.sleep(0.1)
    gevent.sleep(1)  # in which gunicorn closes its sockets, so that nobody comes back to this one
    worker.hear_no_more()
    sys.modules["server.wsgi"].server.stop()


def worker_exit(arbiter: Any, worker: Any) -> None:
    """WebSockets are no requests, and would not keep a worker: this does, until all are gone."""
    worker.alive = False
    if goodbye := getattr(worker, "goodbye", None):
        goodbye.join()


def when_ready(server: Any) -> None:
    """Say where to go."""
    print(f"Classpulse is at http://localhost:{settings.port}", file=sys.stderr, flush=True)
