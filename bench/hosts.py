"""What the pages of a benchmark come from: our own server with a class, and compressed files."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from training.browser import STATIC, QuietHandler, serve_folder
from training.errors import TrainingError

ROOT = STATIC.parents[1]
SCRIPTS = ROOT / "bench/scripts"  # which run in pages


@contextmanager
def serve_class(folder: Path) -> Iterator[str]:
    """Our server as its operator starts it; yields the address of a class for students.

    Raises TrainingError if it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        **os.environ,
        "PORT": str(port),
        "SECRET_KEY": "a key for the benchmark",
        "DATABASE_URL": f"sqlite:///{folder / 'classpulse.db'}",
    }
    log = folder / "server.log"
    command = [sys.executable, "-m", "gunicorn", "server.wsgi:app"]
    with log.open("w") as output:
        release = [sys.executable, "-m", "alembic", "upgrade", "head"]
        subprocess.run(release, cwd=ROOT, env=settings, stdout=output, stderr=output)
        server = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=output)
    try:
        yield _open_class(f"http://127.0.0.1:{port}", server, log)
    finally:
        server.terminate()
        server.wait()


def _open_class(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    content = json.dumps({"title": "Benchmark", "mode": "camera"}).encode()
    request = Request(f"{address}/api/classes", content, {"Content-Type": "application/json"})
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(request, timeout=10) as answer:
                return json.load(answer)["join_url"]
        except (URLError, ConnectionError) as error:
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text().strip().splitlines() or [str(error)]
                raise TrainingError(f"the server does not start: {said[-1]}") from error
            time.sleep(0.1)


class _Compressed(QuietHandler):
    """Files as a good host sends them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            return self.send_error(404)
        content = _compress(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@cache
def _compress(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())


@contextmanager
def serve_files(root: Path) -> Iterator[str]:
    """The benchmark's pages, the libraries, and what else is put into the folder."""
    Path(root, "index.html").write_text("<!doctype html>")
    Path(root, "static").symlink_to(STATIC)
    Path(root, "bench").symlink_to(SCRIPTS)
    Path(root, "node_modules").symlink_to(ROOT / "node_modules")
    with serve_folder(root, _Compressed) as address:
        yield address
