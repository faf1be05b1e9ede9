"""Take the README's pictures of a running demo: `PYTHONPATH=. python docs/screenshots.py ROOM_URL`.

The student's webcam shows scikit-image's photograph of the astronaut Eileen Collins (NASA).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import skimage.data
from playwright.sync_api import sync_playwright

from training.browser import chromium, wait_until

IMAGES = Path(__file__).parent / "images"


def take(room_url: str) -> None:
    """Write student.png and room.png."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        webcam = Path(folder, "webcam.mjpeg")
        picture = cv2.resize(skimage.data.astronaut()[:384, :, ::-1], (640, 480))
        webcam.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes() * 30)
        browser = tools.chromium.launch(
            executable_path=chromium(),
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={webcam}",
            ],
        )
        page = browser.new_page(permissions=["camera"], viewport={"width": 1000, "height": 760})
        page.goto(room_url.partition("#")[0].replace("/room/", "/c/"))
        page.get_by_role("button", name="Join with my camera").click()
        page.get_by_role("button", name="Just right").click()
        page.locator("#looks", has_text="looks").wait_for(timeout=60_000)
        wait_until(page, "document.querySelector('#last-sent').textContent.includes('label')")
        page.screenshot(path=IMAGES / "student.png")
        room = browser.new_page(viewport={"width": 1200, "height": 900})
        room.goto(room_url)
        room.locator("#shares li").first.wait_for()
        room.wait_for_timeout(1000)  # until the bars have grown to their length
        room.screenshot(path=IMAGES / "room.png")


if __name__ == "__main__":
    take(sys.argv[1])
