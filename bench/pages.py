"""How fast the pages open on a phone and on a laptop, and what else Lighthouse says of them.

Lighthouse slows a phone's network and processor down by itself. It is fetched when it is needed.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.programs import serve
from bench.room import fill
from tests.live_server import ROOT, LiveServer
from training.browser import chromium
from training.page import markdown_table

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
DEVICES = {"phone": [], "laptop": ["--preset=desktop"]}
TRIES = 3  # Lighthouse misses the start of a page now and then, and says so
COLUMNS = ("page", "device", *CATEGORIES, "largest paint")


def bench_pages(names: list[str], runs: int = 3) -> str:
    """A Markdown table: each page's scores, of 100, on both devices; medians of so many runs."""
    rows = []
    with serve() as server:
        pages = _pages(server)
        for name in names or pages:
            for device, options in DEVICES.items():
                visits = [_visit(pages[name], options) for _ in range(runs)]
                *scores, seconds = map(median, zip(*visits, strict=True))
                written = [*(f"{score:.0f}" for score in scores), f"{seconds:.1f} s"]
                rows.append([name, device, *written])
    return markdown_table(COLUMNS, rows)


def _pages(server: LiveServer) -> dict[str, str]:
    camera, words = server.open_class(), server.open_class(mode="self-report")
    fill(server, camera["code"])
    return {
        "home": server.url,
        "student": camera["join_url"],
        "student, own words": words["join_url"],
        "room": camera["room_url"],
        "report": f"{server.url}/report/{camera['code']}#{camera['token']}",
    }


def _visit(url: str, options: list[str]) -> list[float]:
    """The scores of a page, and the seconds after which its largest part was there."""
    path = {"CHROME_PATH": found} if (found := chromium()) else {}
    with TemporaryDirectory() as folder:
        written = Path(folder) / "report.json"
        command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", *options]
        command += [
            *("--output=json", f"--output-path={written}"),
            f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless=new --no-sandbox",
        ]
        for _ in range(TRIES):
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | path, capture_output=True, text=True
            )
            report = json.loads(written.read_text()) if written.exists() else {}
            if "categories" in report and "runtimeError" not in report:
                scores = [100 * report["categories"][name]["score"] for name in CATEGORIES]
                paint = report["audits"]["largest-contentful-paint"]["numericValue"]
                return [*scores, paint / 1000]
    raise SystemExit(f"Lighthouse: {report.get('runtimeError') or done.stderr.strip()[-500:]}")
