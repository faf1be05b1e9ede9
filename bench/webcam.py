"""Photographs as a webcam shows them: at a distance, never quite still, through a noisy sensor."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from training.browser import detect
from training.crop import FRAMING
from training.dataset import UInt8Array
from training.errors import TrainingError
from training.tfjs import STATIC

WIDTH, HEIGHT = 640, 480
PICTURES_A_SECOND = 15  # each twice in a video, which Chromium plays at 30
MIN_SCORE = 0.5
NOISE = 3.0  # standard deviation of a sensor's noise, grey levels
JPEG_QUALITY = 92
SQUARE = 128  # side of the detector's input
GREY = 128


class Portrait(NamedTuple):
    """A photograph, BGR, and its face: the middle and the width of the detector's box, pixels."""

    photo: UInt8Array
    x: float
    y: float
    width: float

    def frame(self, width: float, seconds: float) -> UInt8Array:
        """The webcam's picture at a time, BGR uint8: the face is about so many pixels wide.

        It moves as that of somebody who listens: about 5 mm, 2 degrees and 1 % of the distance.
        """
        sway = [math.sin(2 * math.pi * seconds / period) for period in (7.3, 5.1, 9.7, 6.1)]
        scale = width / self.width * (1 + 0.01 * sway[3])
        near = min(1.0, scale)  # what shrinks is averaged first, as a lens does
        photo = cv2.resize(self.photo, None, fx=near, fy=near, interpolation=cv2.INTER_AREA)
        centre = self.x * near, self.y * near
        turn = cv2.getRotationMatrix2D(centre, 2 * sway[2], scale / near)
        turn[:, 2] += (
            WIDTH / 2 + 0.03 * width * sway[0] - centre[0],
            0.45 * HEIGHT + 0.02 * width * sway[1] - centre[1],
        )
        picture = cv2.warpAffine(
            photo, turn, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        noise = np.empty(picture.shape, np.int16)
        cv2.randn(noise, np.zeros(3), np.full(3, NOISE))
        return np.clip(picture + noise, 0, 255).astype(np.uint8)


def portraits(photos: dict[str, UInt8Array]) -> list[Portrait]:
    """Find the best face in each named photograph, BGR. Raises TrainingError if one has none."""
    squares, scales = [], []
    for photo in photos.values():
        scale = SQUARE / max(photo.shape[:2])
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        square = np.zeros((SQUARE, SQUARE, 3), np.uint8)
        square[: small.shape[0], : small.shape[1]] = small[..., ::-1]
        squares.append(square)
        scales.append(SQUARE / scale)
    found = []
    rows = detect(np.stack(squares), STATIC / "model/face")
    for (name, photo), candidates, side in zip(photos.items(), rows, scales, strict=True):
        score, left, top, right, bottom = candidates[candidates[:, 0].argmax(), :5]
        if score < MIN_SCORE:
            raise TrainingError(f"no face in {name}")
        x, y, width = (left + right) / 2, (top + bottom) / 2, right - left
        found.append(Portrait(photo, x * side, y * side, width * side))
    return found


def crop_portrait(crop: UInt8Array) -> Portrait:
    """A crop of FER-2013, uint8 [48, 48], in grey: a detector wants something around a face."""
    framing = json.loads(FRAMING.read_text())
    box = len(crop) / framing["scale"]
    photo = cv2.copyMakeBorder(crop, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=GREY)
    x = len(photo) / 2
    y = x - framing["offset_y"] * box
    return Portrait(cv2.cvtColor(photo, cv2.COLOR_GRAY2BGR), x, y, box)


def write_video(path: Path, portrait: Portrait, widths: Sequence[float], seconds: float) -> None:
    """Write a file for Chromium's fake camera: so long in all, an equal part at each width."""
    with path.open("wb") as file:
        for picture in _pictures(portrait, widths, seconds):
            _, frame = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            file.write(2 * frame.tobytes())


def _pictures(portrait: Portrait, widths: Sequence[float], seconds: float) -> Iterator[UInt8Array]:
    count = round(seconds * PICTURES_A_SECOND)
    for index in range(count):
        yield portrait.frame(widths[index * len(widths) // count], index / PICTURES_A_SECOND)
