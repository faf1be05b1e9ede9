"""Make one face look as a webcam might show it: moved, mirrored, lit otherwise, far away, covered.

OpenCV does the work, a fraction of a millisecond a face, so that the network never waits.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from training.dataset import SIDE, FloatArray, UInt8Array

MOST_ANGLE = math.radians(18)
CENTRE = (SIDE - 1) / 2
LEVELS = np.arange(256) / 255
RAMP = np.linspace(-1, 1, SIDE)  # from the left to the right


def augment(image: UInt8Array, rng: np.random.Generator, strength: float = 1.0) -> UInt8Array:
    """A changed copy of `image`, uint8 [48, 48] in and out; the same `rng` gives the same copy.

    `strength` 0..1 is how far and how often; at 0 the copy is mirrored or not, no more.
    """
    image = _move(image, rng, strength)
    if rng.random() < 0.5:
        image = cv2.flip(image, 1)
    if rng.random() < 0.4 * strength:
        image = far_away(image, int(rng.integers(18, 44)))
    image = _light(image, rng, strength)
    if rng.random() < 0.5 * strength:
        image = _cover(image, rng)
    return image


def _move(image: UInt8Array, rng: np.random.Generator, strength: float) -> UInt8Array:
    """Rotation, scale and aspect, shear and shift about the centre."""
    # Plain floats, because arrays as small as these are slow.
    changes = (strength * rng.uniform(-1, 1, 7)).tolist()
    angle, zoom, stretch_x, stretch_y, shear, x, y = changes
    cosine, sine = math.cos(angle * MOST_ANGLE), math.sin(angle * MOST_ANGLE)
    scale_x = (1 + 0.18 * zoom) * math.exp(0.06 * stretch_x)
    scale_y = (1 + 0.18 * zoom) * math.exp(0.06 * stretch_y)
    # Rotation times shear times scale, about the centre.
    xx, xy = cosine * scale_x, (0.1 * shear * cosine - sine) * scale_y
    yx, yy = sine * scale_x, (0.1 * shear * sine + cosine) * scale_y
    shift_x = CENTRE * (1 - xx - xy) + 0.12 * x * SIDE
    shift_y = CENTRE * (1 - yx - yy) + 0.12 * y * SIDE
    return warp(image, np.array([[xx, xy, shift_x], [yx, yy, shift_y]]))


def warp(image: UInt8Array, matrix: FloatArray) -> UInt8Array:
    """The image moved by an affine matrix [2, 3]; edges are repeated: what lies beyond is lost."""
    return cv2.warpAffine(
        image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def far_away(image: UInt8Array, side: int) -> UInt8Array:
    """Lose detail as a face does that is small, `side` pixels, or badly focused."""
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def _light(image: UInt8Array, rng: np.random.Generator, strength: float) -> UInt8Array:
    """Gamma, contrast, brightness and a sideways slope, through which the face stays the same."""
    gamma, contrast, brightness, slope = strength * rng.uniform(-1, 1, 4)
    # What is the same for all pixels of one level is worked out once for each level.
    levels = (LEVELS ** np.exp(0.4 * gamma) - 0.5) * (1 + 0.3 * contrast) + 0.5 + 0.15 * brightness
    grey = levels.take(image) + 0.2 * slope * RAMP
    if rng.random() < 0.15 * strength:
        grey = grey + rng.normal(0, rng.uniform(0.01, 0.05), grey.shape)
    return (np.clip(grey, 0, 1) * 255).round().astype(np.uint8)


def _cover(image: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Cutout (DeVries and Taylor 2017): a grey rectangle, as a hand or hair might hide a part."""
    height, width = rng.integers(8, 22, 2)
    top, left = rng.integers(-6, SIDE - 8, 2)
    covered = image.copy()
    covered[max(top, 0) : top + height, max(left, 0) : left + width] = rng.integers(0, 256)
    return covered
