"""A server as the operator starts it: gunicorn, in a process of its own."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from alembic import command as migration
from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
# The run-time environment of `make run`, so that nothing else can be needed to serve; but that of
# the tests where coverage is measured, which takes what measures it.
COVERAGE = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
RUNTIME = Path(sys.executable).parent if COVERAGE else ROOT / ".venv/bin"
SECRET_KEY = "a key for tests and nothing else"
METRICS_TOKEN = "a-token-for-tests"
TICK_SECONDS = 0.2
PATIENCE = 30  # seconds for anything that has to happen: the machine may be busy
SERVE = ["gunicorn", "server.wsgi:app"]
# With a format of its own for what processes tell each other, as a later release.
SERVE_NEWER = ["gunicorn", "--pythonpath", "tests/server", "newer:app"]


class NoServer(AssertionError):
    """A server does not answer after its start; says what is in its log."""


def migrate(url: str) -> str:
    """Bring a database to the newest tables; returns its URL."""
    migration.upgrade(Config(toml_file=ROOT / "pyproject.toml", attributes={"url": url}), "head")
    return url


def free_port() -> int:
    """A port that nobody listens on, nor is given for a minute by asking for any port.

    A connection is made to it that ends here first, so that the kernel keeps the port waiting
    (TIME_WAIT): only whoever names it, as servers do, gets it, and no other worker of the tests.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: tuple[str, int] = listener.getsockname()
        with socket.create_connection(address):
            listener.accept()[0].close()
        return address[1]


def figure_of(metrics: str, name: str) -> float:
    """What an answer to Prometheus has under a name."""
    [value] = re.findall(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(value)


class LiveServer:
    """A gunicorn process with its own database, that can be killed and started again."""

    def __init__(self, folder: Path, command: list[str], settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._log = folder / "server.log"
        self._command = command
        self.settings = {
            **COVERAGE,
            "PATH": f"{RUNTIME}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": f"sqlite:///{folder / 'classpulse.db'}",
            "TICK_SECONDS": str(TICK_SECONDS),
            "METRICS_TOKEN": METRICS_TOKEN,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers; its database has all tables, as after a release."""
        migrate(self.settings["DATABASE_URL"])
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self.settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                requests.get(f"{self.url}/healthz", timeout=5).raise_for_status()
                return
            except requests.RequestException:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise NoServer(self._log.read_text()) from None
                time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=PATIENCE)

    def terminate(self) -> None:
        """Ask it to end, as an operator does."""
        self.process.terminate()

    def wait_for_its_end(self) -> int:
        """Its exit status."""
        return self.process.wait(timeout=PATIENCE)

    def limit_its_files(self, size: int) -> None:
        """No file of it grows beyond so many bytes, as on a full disk."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        for pid in map(int, children.read_text().split()):
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """What `start` has started."""
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> str:
        return self._log.read_text()

    def figure(self, name: str) -> float:
        """What this process has under a name for Prometheus."""
        answer = requests.get(
            f"{self.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=10
        )
        return figure_of(answer.text, name)

    def open_tryout(self) -> dict[str, Any]:
        return self._open("/api/tryout")

    def open_course(
        self, title: str = "Algebra", mode: str = "self-report", **extra: Any
    ) -> dict[str, Any]:
        return self._open("/api/courses", {"title": title, "mode": mode, **extra})

    def start_lesson(self, course: dict[str, Any]) -> dict[str, Any]:
        """The lesson of a course that runs from now on, as `open_class` gives it."""
        response = requests.post(
            f"{self.url}/api/courses/{course['code']}/lessons",
            headers={"Authorization": f"Bearer {course['token']}"},
            timeout=10,
        )
        assert response.ok, response.text
        opened: dict[str, Any] = response.json()
        return opened

    def open_class(
        self, title: str = "Algebra", mode: str = "camera", **extra: Any
    ) -> dict[str, Any]:
        return self._open("/api/classes", {"title": title, "mode": mode, **extra})

    def _open(self, path: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        response = requests.post(f"{self.url}{path}", json=asked, timeout=10)
        assert response.status_code == 201, response.text
        opened: dict[str, Any] = response.json()
        return opened
