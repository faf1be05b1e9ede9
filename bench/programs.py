"""What runs beside a benchmark: our server as its operator starts it, and simulated students."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.live_server import ROOT, SERVE, LiveServer

TICK_SECONDS = 1.0
SETTINGS = {"TICK_SECONDS": str(TICK_SECONDS)}
BAR_MILLISECONDS = 1000 * TICK_SECONDS + 250  # from a label to the teacher's view


@contextmanager
def serve() -> Iterator[LiveServer]:
    """A server with a database of its own. Raises NoServer if it does not start."""
    with TemporaryDirectory() as folder:
        server = LiveServer(Path(folder), SERVE, SETTINGS)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def script(name: str, *arguments: str, on: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """One of bench/*.mjs, which is told and answers by lines; `on`: what comes before Node."""
    command = [*on, "node", f"bench/{name}", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def tell(process: subprocess.Popen[str], line: str = "") -> None:
    """Write it a line."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")


def answer(process: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")
