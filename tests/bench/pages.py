"""How fast the pages open on a phone and on a laptop, and what else Lighthouse says of them.

Lighthouse slows a phone's network and processor down by itself. It is fetched when it is needed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.room import fill
from tests.conftest import ROOT, LiveServer
from training.browser import chromium
from training.report import markdown_table

LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices")
DEVICES = {"phone": [], "laptop": ["--preset=desktop"]}
COLUMNS = ("page", "device", *CATEGORIES, "largest paint")


def bench_pages(names: list[str]) -> str:
    """A Markdown table: each page's scores, of 100, on both devices."""
    rows = []
    with TemporaryDirectory() as folder:
        server = LiveServer(Path(folder), ["gunicorn", "server.wsgi:app"], {})
        server.start()
        try:
            pages = _pages(server)
            for name in names or pages:
                for device, options in DEVICES.items():
                    rows.append([name, device, *_visit(pages[name], options)])
        finally:
            server.stop()
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


def _visit(url: str, options: list[str]) -> list[str]:
    command = ["npx", "--yes", LIGHTHOUSE, url, "--output=json", "--quiet", *options]
    command += [
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    path = {"CHROME_PATH": found} if (found := chromium()) else {}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | path, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"Lighthouse: {done.stderr.strip()[-500:]}")
    report = json.loads(done.stdout)
    scores = [f"{100 * report['categories'][name]['score']:.0f}" for name in CATEGORIES]
    return [*scores, report["audits"]["largest-contentful-paint"]["displayValue"]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="only these")
    print(bench_pages(parser.parse_args().pages))


if __name__ == "__main__":
    main()
