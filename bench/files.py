"""Files for the pages of a benchmark: its own, the libraries' and ours, compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.live_server import ROOT
from training.browser import QuietHandler, serve_folder
from training.tfjs import STATIC

SCRIPTS = ROOT / "bench/scripts"  # which run in pages


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
