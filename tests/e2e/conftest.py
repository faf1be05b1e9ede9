"""Chromium with a fake webcam that plays real photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    sync_playwright,
)

from tests.conftest import ROOT, require_chromium
from training.browser import chromium
from training.dataset import UInt8Array

LOADING = 60_000  # milliseconds that a busy machine may take to start the models
FRAMES_A_SECOND = 30  # at which Chromium plays a file of JPEGs
NOISE = 2.0  # grey levels: a sensor's in a lit room


def webcam_picture(photo: UInt8Array) -> UInt8Array:
    """The upper part of a photograph at a webcam's 640 x 480; BGR uint8."""
    height, width = photo.shape[:2]
    part = photo[: min(height, width * 3 // 4)]
    return cv2.resize(part, (640, 480), interpolation=cv2.INTER_AREA)


def astronaut() -> UInt8Array:
    """scikit-image's photograph of Eileen Collins, who smiles; BGR."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


def neutral_face() -> UInt8Array:
    """A photograph of somebody who looks neutral, from @vladmandic/face-api; BGR 640 x 480."""
    photo = cv2.imread(str(ROOT / "node_modules/@vladmandic/face-api/demo/sample3.jpg"))
    return cv2.resize(photo[302:662, 452:932], (640, 480), interpolation=cv2.INTER_AREA)


def two_people() -> UInt8Array:
    """The astronaut twice, the nearer one on the left of the frame; BGR uint8 640 x 480."""
    picture = np.full((480, 640, 3), 160, np.uint8)
    face = astronaut()[0:260, 100:360]
    picture[60:420, 0:360] = cv2.resize(face, (360, 360), interpolation=cv2.INTER_AREA)
    picture[100:370, 370:640] = cv2.resize(face, (270, 270), interpolation=cv2.INTER_AREA)
    return picture


def wall() -> UInt8Array:
    """Nobody; BGR uint8 640 x 480."""
    return np.full((480, 640, 3), 150, np.uint8)


def film(*scenes: tuple[UInt8Array, float], noise: float = NOISE) -> bytes:
    """What a webcam sees: pictures, BGR uint8 640 x 480, for so many seconds each, again and again.

    Each second of a scene has the same ten frames, three times; without noise they are one.
    """
    rng = np.random.default_rng(0)
    reel = []
    for picture, seconds in scenes:
        jpegs = []
        for _ in range(10):
            noisy = picture + rng.normal(0, noise, picture.shape) if noise else picture
            frame = np.clip(noisy, 0, 255).astype(np.uint8)
            jpegs.append(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
        reel += [jpegs[index % 10] for index in range(round(seconds * FRAMES_A_SECOND))]
    return b"".join(reel)


@pytest.fixture(scope="package")  # one Playwright at a time: the training tests start their own
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as tools:
        require_chromium(tools)
        yield tools


@pytest.fixture
def browser_with_camera(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Start Chromium with a webcam that shows a picture or a film, or for None without a webcam."""
    browsers: list[Browser] = []

    def start(seen: UInt8Array | bytes | None, *more: str) -> Browser:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-quic", *more]
        if seen is not None:
            video = tmp_path / f"webcam {len(browsers)}.mjpeg"
            video.write_bytes(seen if isinstance(seen, bytes) else film((seen, 1)))
            arguments += [
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
            ]
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        browsers.append(browser)
        return browser

    yield start
    for browser in browsers:
        browser.close()


class Troubles(list[str]):
    """What went wrong on a page: console errors, exceptions, answers of 400 and above."""

    def watch(self, page: Page) -> Page:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("response", self._see)
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.append(said.text)

    def _see(self, got: Response) -> None:
        if got.status >= 400:
            self.append(f"{got.status} {got.url}")


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()
