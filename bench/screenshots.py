"""Take the README's pictures, of a simulated class: `make screenshots`.

The student's webcam shows scikit-image's photograph of the astronaut Eileen Collins (NASA).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import skimage.data
from playwright.sync_api import Browser, sync_playwright

from bench.demo import open_tryout
from bench.programs import serve
from tests.live_server import ROOT
from training.browser import chromium, wait_until

IMAGES = ROOT / "docs/images"
ASKED = 25  # seconds before that picture at which the class is asked
SECONDS = 150  # of a lesson before the room's picture: enough for a timeline


def take(folder: Path = IMAGES, seconds: float = SECONDS) -> None:
    """Write the pictures into a folder, the room's after so much of a lesson."""
    with serve() as server, _browser_with_webcam() as browser:
        home = browser.new_page(viewport={"width": 1000, "height": 820})
        home.goto(server.url)
        home.get_by_role("button", name="Try it").wait_for()
        home.screenshot(path=folder / "home.png", full_page=True)
        opened = open_tryout(server.url)
        student = browser.new_page(permissions=["camera"], viewport={"width": 1000, "height": 960})
        student.goto(opened["join_url"])
        student.get_by_role("button", name="Join with my camera").click()
        student.get_by_role("button", name="Just right").click()
        student.locator("#looks", has_text="looks").wait_for(timeout=60_000)
        sent = "document.querySelector('#last-sent').textContent"
        wait_until(student, f"{sent}.includes('label')")
        student.get_by_text("What is sent").last.click()
        student.screenshot(path=folder / "student.png")
        room = browser.new_page(viewport={"width": 1200, "height": 900})
        room.goto(opened["room_url"])
        room.locator("#looks li").first.wait_for()
        room.wait_for_timeout(1000 * max(0, seconds - ASKED))
        room.get_by_role("button", name="Ask “Got it?”").click()
        room.wait_for_timeout(1000 * min(seconds, ASKED))
        room.screenshot(path=folder / "room.png")
        room.set_viewport_size({"width": 1280, "height": 720})
        room.keyboard.press("j")
        room.get_by_role("img", name="QR code").last.wait_for()
        room.screenshot(path=folder / "join.png")


@contextmanager
def _browser_with_webcam() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        webcam = Path(folder, "webcam.mjpeg")
        picture = cv2.resize(skimage.data.astronaut()[:384, :, ::-1], (640, 480))
        webcam.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes() * 30)
        arguments = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={webcam}",
        ]
        browser = tools.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()
