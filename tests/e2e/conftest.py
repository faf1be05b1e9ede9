"""One Chromium for all tests, with a webcam that shows real photographs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
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
    expect,
    sync_playwright,
)

from tests.conftest import require_chromium
from tests.e2e import coverage
from tests.live_server import ROOT, free_port
from training.browser import chromium
from training.dataset import UInt8Array

FRAMES = (
    11  # of a film, which is played again and again: a look a second sees another one each time
)
FRAMES_A_SECOND = 10  # several for each look, as a webcam has
NOISE = 2.0  # grey levels: a sensor's in a lit room

LOADING = 90_000  # milliseconds that a busy machine may take to start the models
expect.set_options(timeout=LOADING)  # and for all else: where all is well nobody waits in vain


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
    photo = cv2.imread(str(ROOT / "node_modules/@vladmandic/face-api/demo/sample6.jpg"))
    return cv2.resize(photo[320:740, 920:1480], (640, 480), interpolation=cv2.INTER_AREA)


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


def film(picture: UInt8Array, noise: float = NOISE) -> bytes:
    """What a webcam sees of a still picture, BGR uint8 640 x 480; without noise nothing moves.

    It is YUV4MPEG2, which costs a browser far less time than to decode JPEGs.
    """
    rng = np.random.default_rng(0)
    height, width = picture.shape[:2]
    frames = [f"YUV4MPEG2 W{width} H{height} F{FRAMES_A_SECOND}:1 C420jpeg\n".encode()]
    for _ in range(FRAMES):
        noisy = picture + rng.normal(0, noise, picture.shape)
        frame = np.clip(noisy, 0, 255).astype(np.uint8)
        frames += [b"FRAME\n", cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes()]
    return b"".join(frames)


@cache
def smiling() -> bytes:
    """A film of the astronaut."""
    return film(webcam_picture(astronaut()))


def qr_code_in(picture: UInt8Array) -> str:
    """What the QR code in a picture says, BGR uint8; empty without one that can be read."""
    # OpenCV's other detector misses one in fifty or so of codes that nothing ails.
    return cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0]


def labels_of(page: Page) -> list[str]:
    """The labels that leave the page from now on, as a list that grows."""
    labels: list[str] = []

    def note(sent: str | bytes) -> None:
        if isinstance(sent, str) and sent.startswith('42["label"'):
            label = json.loads(sent[2:])[1]
            labels.append(label.get("emotion", label["state"]))

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return labels


def note(room: Page, text: str) -> None:
    """Mark this moment on a teacher's page, and put words to it."""
    room.locator("#mark").click()
    room.locator("#marker-text").fill(text)
    room.locator("#marker-text").press("Enter")
    expect(room.locator("#add-words")).to_be_hidden()


def end_class(room: Page) -> None:
    """End it on a teacher's page, which goes on to the report."""
    room.get_by_role("button", name="End the class").click()
    room.get_by_role("button", name="End it").click()


# What a browser remembers that has tried other backends out, so that it does not try them again.
WASM_IS_BEST = "localStorage.setItem('classpulse.backend', 'wasm|' + navigator.userAgent);"


class Webcam:
    """A webcam that a test lets show what it wants to be seen."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "webcam.y4m"
        self.options = [  # of the Chromium that has it
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={self._file}",
        ]

    def show(self, seen: UInt8Array | bytes) -> None:
        """Show a picture or a film, from the next time on that a page opens the webcam."""
        new = self._file.with_suffix(".new")
        new.write_bytes(seen if isinstance(seen, bytes) else film(seen))
        new.replace(self._file)  # Chromium has the old one in its memory for as long as it plays


@pytest.fixture(scope="package")  # one Playwright at a time: the training tests start their own
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as tools:
        require_chromium(tools)
        yield tools


@pytest.fixture(scope="package")
def webcam_of_all(tmp_path_factory: pytest.TempPathFactory) -> Webcam:
    return Webcam(tmp_path_factory.mktemp("webcam"))


@pytest.fixture
def webcam(webcam_of_all: Webcam) -> Webcam:
    """Shows the astronaut until the test has it show something else."""
    webcam_of_all.show(smiling())
    return webcam_of_all


def launch(playwright: Playwright, *options: str) -> Browser:
    """Chromium with these options more than all tests need."""
    usual = [
        *("--no-sandbox", "--disable-background-networking", "--disable-quic"),
        "--disable-gpu-watchdog",  # which takes a graphics card for dead where all is only slow
        # Two pages of the address bar's own that each new window would make, in a second.
        "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    ]
    return playwright.chromium.launch(executable_path=chromium(), args=[*usual, *options])


@pytest.fixture(scope="package")
def browser_of_all(
    playwright: Playwright, webcam_of_all: Webcam
) -> Iterator[tuple[Browser, coverage.Recorder | None]]:
    port = free_port()
    options = [f"--remote-debugging-port={port}"] if coverage.FOLDER else []
    with (
        launch(playwright, *webcam_of_all.options, *options) as browser,
        coverage.recording(port) as recorder,
    ):
        yield browser, recorder


@pytest.fixture
def browser(
    browser_of_all: tuple[Browser, coverage.Recorder | None], webcam: Webcam
) -> Iterator[Browser]:
    """Chromium with the webcam; what a test opens in it is closed after the test."""
    browser, recorder = browser_of_all
    yield browser
    if recorder:
        recorder.take()
    for context in browser.contexts:
        context.close()


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
