"""What a webcam does to a face that FER-2013's pictures do not show, one change at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np

from training.augment import enlargement
from training.dataset import SIDE, UInt8Array

CENTRE = (SIDE - 1) / 2
Change = Callable[[UInt8Array], UInt8Array]  # uint8 [48, 48] in and out


def _move(
    face: UInt8Array, x: float = 0, y: float = 0, scale: float = 1, degrees: float = 0
) -> UInt8Array:
    matrix = cv2.getRotationMatrix2D((CENTRE, CENTRE), degrees, scale)
    matrix[0, 2] += x * SIDE
    matrix[1, 2] += y * SIDE
    return cv2.warpAffine(
        face, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _darken(face: UInt8Array) -> UInt8Array:
    return (face * 0.4).round().astype(np.uint8)


def _blur(face: UInt8Array) -> UInt8Array:
    return cv2.GaussianBlur(face, (0, 0), sigmaX=1)


def _enlarge(face: UInt8Array, side: int) -> UInt8Array:
    """As a page's canvas does it in Chromium."""
    small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    rows = enlargement(side)
    return (rows @ small @ rows.T).round().clip(0, 255).astype(np.uint8)


CHANGES: Mapping[str, Change] = {
    "10 % to the left": partial(_move, x=-0.1),
    "10 % to the right": partial(_move, x=0.1),
    "10 % up": partial(_move, y=-0.1),
    "10 % down": partial(_move, y=0.1),
    "10 % smaller": partial(_move, scale=0.9),
    "10 % larger": partial(_move, scale=1.1),
    "rolled by 10° to the left": partial(_move, degrees=10),
    "rolled by 10° to the right": partial(_move, degrees=-10),
    "darkened to 40 %": _darken,
    "out of focus (Gaussian, sigma 1 pixel of 48)": _blur,
    "24 pixels wide, enlarged": partial(_enlarge, side=24),
}
