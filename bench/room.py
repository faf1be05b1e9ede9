"""The teacher's room: how soon a label is on the screen, how smooth the page is, how soon it is
there. `make bench-room` takes about eight minutes."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.programs import BAR_MILLISECONDS, TICK_SECONDS, answer, script, serve, tell
from server.domain.session import Marker
from server.domain.timeline import POINT_SECONDS, Point
from server.storage.store import ClassStore
from tests.live_server import LiveServer
from training.browser import chromium, wait_until
from training.page import markdown_table

CROWDS = (50, 500)
LESSON_SECONDS = 2 * 60 * 60
NARROW = {"width": 430, "height": 900}  # a third of a laptop
SLOWDOWN = 4
SAD = "#looks li[data-name=unhappy] .value"

# Keeps when each new text of the sad students' share was on the screen.
WATCH = f"""() => {{
  const value = document.querySelector("{SAD}");
  window.changes = [];
  new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() =>
    window.changes.push([Date.now() / 1000, value.textContent])
  ))).observe(value, {{ childList: true, characterData: true, subtree: true }});
}}"""

# The times between the frames of so many milliseconds.
FRAMES = """(milliseconds) => new Promise((resolve) => {
  const gaps = [], end = performance.now() + milliseconds;
  let before = performance.now();
  const next = (now) => {
    gaps.push(now - before);
    before = now;
    now < end ? requestAnimationFrame(next) : resolve(gaps.slice(1));
  };
  requestAnimationFrame(next);
})"""

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def bench_room(flips: int, frame_seconds: float, visits: int) -> str:
    """Measure everything; in Markdown."""
    with serve() as server, sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        delays = [
            [f"{students} students", *_delays(browser, server, students, flips)]
            for students in CROWDS
        ]
        smooth = _smoothness(browser, server, frame_seconds)
        paints = _first_paints(browser, server, visits)
        browser.close()
    return "\n\n".join(
        [
            f"## From a label to the teacher's screen, ms ({flips} changes, a tick of 1 s)",
            markdown_table(["", "median", "p90", "p99", "most", "bar for p99"], delays),
            "## The page with two hours behind it, 500 students",
            markdown_table(["", "frames a second", "p99 of a frame, ms", "longest, ms"], smooth),
            f"## First paint at 1/{SLOWDOWN} of the processor's speed, ms",
            markdown_table(["", "median", "most", "bar"], paints),
        ]
    )


@contextmanager
def crowd(server: LiveServer, code: str, students: int) -> Iterator[subprocess.Popen[str]]:
    """Students in a class, each on a socket; a line to it turns a quarter of the faces."""
    with script("crowd.mjs", server.url, code, str(students)) as process:
        assert answer(process) == "ready"
        yield process


def _delays(browser: Browser, server: LiveServer, students: int, flips: int) -> list[str]:
    opened = server.open_class()
    page = _open_room(browser, opened)
    delays = []
    chance = random.Random(0)
    with crowd(server, opened["code"], students) as sockets:
        wait_until(page, f"document.querySelector('{SAD}')?.textContent === '0 %'")
        page.evaluate(WATCH)
        for flip in range(flips):
            time.sleep(chance.uniform(0, TICK_SECONDS))  # at any moment of the tick
            tell(sockets)
            sent = float(answer(sockets))
            wanted = "25 %" if flip % 2 == 0 else "0 %"
            wait_until(page, f"window.changes.at(-1)?.[1] === '{wanted}'")
            delays.append(1000 * (page.evaluate("window.changes.at(-1)[0]") - sent))
    page.close()
    quantiles = np.quantile(delays, [0.5, 0.9, 0.99, 1.0])
    return [*(f"{value:.0f}" for value in quantiles), f"{BAR_MILLISECONDS:.0f}"]


def _smoothness(browser: Browser, server: LiveServer, seconds: float) -> list[list[str]]:
    opened = server.open_class()
    fill(server, opened["code"])
    rows = []
    with crowd(server, opened["code"], CROWDS[-1]):
        for name, slowdown in (("at full speed", 1), (f"at 1/{SLOWDOWN} of it", SLOWDOWN)):
            page = _open_room(browser, opened, slowdown)
            chart = page.locator("#timeline .u-over").first
            chart.hover()
            box = chart.bounding_box()
            assert box is not None
            frames = page.evaluate_handle(
                f"() => {{ window.frames = ({FRAMES})({1000 * seconds}) }}"
            )
            until = time.monotonic() + seconds
            x = 0.0
            while time.monotonic() < until:  # a hand that reads off the chart
                x = (x + 9) % box["width"]
                page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
            gaps = np.array(page.evaluate("window.frames"))
            frames.dispose()
            rate = f"{1000 / gaps.mean():.1f}"
            rows.append([name, rate, f"{np.quantile(gaps, 0.99):.1f}", f"{gaps.max():.1f}"])
            page.close()
    return rows


def _first_paints(browser: Browser, server: LiveServer, visits: int) -> list[list[str]]:
    opened = server.open_class()
    fill(server, opened["code"])
    times = []
    for _ in range(visits):
        page = _open_room(browser, opened, SLOWDOWN)
        times.append(page.evaluate(PAINT))
        page.close()
    return [["first paint", f"{np.median(times):.0f}", f"{max(times):.0f}", "500"]]


def _open_room(browser: Browser, opened: dict[str, Any], slowdown: int = 1) -> Page:
    """A teacher's page in a browser that has not seen it before."""
    page = browser.new_context(viewport=NARROW).new_page()
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    page.goto(opened["room_url"])
    wait_until(page, "document.querySelector('#headline').textContent !== 'Connecting…'")
    return page


def fill(server: LiveServer, code: str) -> None:
    """Two hours that the class has had already, with what a teacher noted."""
    chance = random.Random(1)
    now = time.time() // POINT_SECONDS * POINT_SECONDS - POINT_SECONDS
    points = []
    for number in range(LESSON_SECONDS // POINT_SECONDS):
        happy, sad = chance.uniform(0.3, 0.5), chance.uniform(0.0, 0.3)
        shares = {"happy": happy, "sad": sad, "neutral": 1 - happy - sad}
        pace = {word: chance.randrange(20) for word in ("slow_down", "fine", "speed_up", "lost")}
        hidden = number % 60 < 3
        points.append(
            Point(
                t=now - LESSON_SECONDS + number * POINT_SECONDS,
                students=500,
                seen=None if hidden else chance.randrange(400, 500),
                shares=None if hidden else shares,
                suppressed="few_faces" if hidden else None,
                valence=None if hidden else happy - sad,
                pace=pace,
                alerts=(),
            )
        )
    store = ClassStore(server.settings["DATABASE_URL"])
    store.add_points((code, point) for point in points)
    for number in range(20):
        store.add_marker(code, Marker(points[number * 36].t, f"part {number + 1}"))
