"""Real Redis, PostgreSQL and the like, as programs that a test starts, kills and pauses."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import psutil
import psycopg
import pytest
import redis

from tests.live_server import PATIENCE, ROOT, free_port, migrate


def require_program(name: str) -> str:
    """The path of a program; skips the test where there is none, but never in CI."""
    # Debian keeps some of them off the PATH.
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = [os.environ["PATH"], "/usr/sbin", *map(str, debian)]
    path = shutil.which(name, path=os.pathsep.join(places))
    if path is None:
        text = f"{name} is missing: `make test` installs it where it can"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)
    return path


class Service:
    """A program on a port and in a folder of its own, which it has again after a restart."""

    user: str | None = None  # who runs it; None for whoever runs the tests
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.port = free_port()
        # Not pytest's folder, into which nobody but its owner can look.
        self.folder = Path(tempfile.mkdtemp(prefix="classpulse-"))
        self._process: psutil.Popen | None = None

    def command(self) -> list[str]:
        """What starts it."""
        raise NotImplementedError

    def check(self) -> None:
        """Raises anything until it answers."""
        socket.create_connection(("127.0.0.1", self.port), timeout=1).close()

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("a") as log:
            self._process = psutil.Popen(
                self.command(), stdout=log, stderr=log, user=self.user, group=self.user
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.check()
            except Exception:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"it does not start:\n{self.log()}") from None
                time.sleep(0.02)

    def stop(self) -> None:
        """In good order, if it runs."""
        self.resume()
        processes = list(self._processes())
        if processes:
            processes[0].send_signal(self.stop_signal)
        self._wait_for(processes)

    def kill(self) -> None:
        """As a power cut does."""
        self.pause()  # so that none of its processes starts another one
        processes = list(self._processes())
        for process in reversed(processes):
            process.kill()
        self._wait_for(processes)

    def pause(self) -> None:
        """It keeps its connections, and gets new ones, and says nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def repair(self) -> None:
        """It runs again, whatever was done to it."""
        self.resume()
        if not any(self._processes()):
            self.start()

    def close(self) -> None:
        """Nothing is left of it."""
        self.kill()
        shutil.rmtree(self.folder)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _processes(self) -> Iterator[psutil.Process]:
        """The first one first, so that it can be stopped before the others are listed."""
        if self._process is not None and self._process.poll() is None:
            yield self._process
            yield from self._process.children(recursive=True)

    def _signal(self, number: int) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _wait_for(self, processes: list[psutil.Process]) -> None:
        deadline = time.monotonic() + PATIENCE
        while any(map(_is_alive, processes)):
            assert time.monotonic() < deadline, processes
            time.sleep(0.01)
        if self._process is not None:
            self._process.wait()


def _is_alive(process: psutil.Process) -> bool:
    # A process that ended is listed until its parent has heard of it.
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


class RedisServer(Service):
    """Without persistence: what it knew is lost with it."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [require_program("redis-server"), "--port", str(self.port), *options]

    def check(self) -> None:
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            client.ping()


class PostgresServer(Service):
    """A cluster of its own; `url` is a database in it, as Heroku writes its address."""

    user = "postgres" if os.geteuid() == 0 else None  # Debian makes one: it refuses root
    stop_signal = signal.SIGINT  # it does not wait for its clients

    def __init__(self) -> None:
        super().__init__()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def command(self) -> list[str]:
        options = ["--listen_addresses=127.0.0.1", "--unix_socket_directories=", "--fsync=off"]
        program = require_program("postgres")
        return [program, "-D", str(self.folder / "data"), f"--port={self.port}", *options]

    def check(self) -> None:
        psycopg.connect(self.url, connect_timeout=1).close()

    def start(self) -> None:
        if not (self.folder / "data").exists():
            self._create()
        super().start()

    def new_database(self) -> str:
        """The address of one more database, without any tables."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self.url.rpartition('/')[0]}/{name}"

    def _create(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        command = [require_program("initdb"), *options, str(self.folder / "data")]
        if self.user:
            shutil.chown(self.folder, self.user)
        subprocess.run(command, user=self.user, group=self.user, check=True, capture_output=True)


class PgBouncer(Service):
    """Before a PostgreSQL, as hosts have it: a transaction gets whichever connection is free.

    `url` is the address of the same database behind it.
    """

    user = PostgresServer.user

    def __init__(self, postgres: PostgresServer) -> None:
        super().__init__()
        self.url = postgres.url.replace(f":{postgres.port}/", f":{self.port}/")
        self._configuration = self.folder / "pgbouncer.ini"
        self._configuration.write_text(
            f"""
            [databases]
            * = host=127.0.0.1 port={postgres.port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {self.port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            """
        )
        if self.user:
            for path in (self.folder, self._configuration):
                shutil.chown(path, self.user)

    def command(self) -> list[str]:
        return [require_program("pgbouncer"), str(self._configuration)]

    def check(self) -> None:
        psycopg.connect(self.url, connect_timeout=1).close()


class NginxServer(Service):
    """As deploy/nginx.conf has it, in front of servers on these ports."""

    def __init__(self, *ports: int) -> None:
        super().__init__()
        servers = "\n".join(f"server 127.0.0.1:{port};" for port in ports)
        text = (ROOT / "deploy/nginx.conf").read_text()
        text = re.sub(r"server web-1.*\n *server web-2.*", servers, text)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        # By itself it writes to places that only root may.
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = " ".join(f"{kind}_temp_path {self.folder / kind};" for kind in kinds)
        self._configuration = self.folder / "nginx.conf"
        self._configuration.write_text(text.replace("http {", f"http {{ {places}"))
        self.folder.chmod(0o755)  # if we are root, its workers are somebody else
        self.url = f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        more = f"daemon off; pid {self.folder / 'pid'};"
        files = ["-c", str(self._configuration), "-e", "stderr"]
        return [require_program("nginx"), "-p", str(self.folder), *files, "-g", more]


S = TypeVar("S", bound=Service)


@contextmanager
def running(service: S) -> Iterator[S]:
    """Start a service, and leave nothing of it."""
    try:
        service.start()
        yield service
    finally:
        service.close()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    with running(RedisServer()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresServer]:
    with running(PostgresServer()) as server:
        yield server


@pytest.fixture
def postgres_server(postgres_cluster: PostgresServer) -> Iterator[PostgresServer]:
    """A PostgreSQL, whatever the test does to it, with a database of its own, with its tables."""
    postgres_cluster.url = migrate(postgres_cluster.new_database())
    yield postgres_cluster
    postgres_cluster.repair()


@pytest.fixture
def pgbouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    """A PgBouncer before the test's PostgreSQL."""
    with running(PgBouncer(postgres_server)) as server:
        yield server


@pytest.fixture
def start_nginx() -> Iterator[Callable[..., NginxServer]]:
    """Start nginx in front of servers on these ports."""
    with ExitStack() as started:
        yield lambda *ports: started.enter_context(running(NginxServer(*ports)))
