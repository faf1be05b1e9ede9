"""Chromium with a fake webcam that plays real photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.conftest import require_chromium
from training.browser import chromium

LOADING = 60_000  # milliseconds that a busy machine may take to start the models


def webcam_picture(photo: np.ndarray) -> np.ndarray:
    """The upper part of a photograph at a webcam's 640 x 480; BGR uint8."""
    height, width = photo.shape[:2]
    part = photo[: min(height, width * 3 // 4)]
    return cv2.resize(part, (640, 480), interpolation=cv2.INTER_AREA)


def astronaut() -> np.ndarray:
    """scikit-image's photograph of Eileen Collins, who smiles; BGR."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


@pytest.fixture(scope="package")  # one Playwright at a time: the training tests start their own
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as tools:
        require_chromium(tools)
        yield tools


@pytest.fixture
def browser_with_camera(
    playwright: Playwright, tmp_path: Path
) -> Iterator[Callable[[np.ndarray | None], Browser]]:
    """Start Chromium with a webcam that shows a picture, or for None without any webcam."""
    browsers: list[Browser] = []

    def start(picture: np.ndarray | None) -> Browser:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-quic"]
        if picture is not None:
            video = tmp_path / f"webcam {len(browsers)}.mjpeg"
            _, frame = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
            video.write_bytes(frame.tobytes() * 30)
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


class Troubles(list):
    """What went wrong on a page: console errors, exceptions, answers of 400 and above."""

    def watch(self, page: Page) -> Page:
        page.on("console", lambda said: said.type == "error" and self.append(said.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on(
            "response", lambda got: got.status >= 400 and self.append(f"{got.status} {got.url}")
        )
        return page


@pytest.fixture
def troubles() -> Troubles:
    return Troubles()
