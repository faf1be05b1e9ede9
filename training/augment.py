"""Make one face look as a webcam might show it: moved, mirrored, lit otherwise, far away, covered.

OpenCV does the work, a fraction of a millisecond a face, so that the network never waits.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.dataset import SIDE


def augment(image: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """A changed copy of `image`, uint8 [48, 48] in and out; the same `rng` gives the same copy.

    `strength` 0..1 is how far and how often; at 0 the copy is mirrored or not, no more.
    """
    image = _move(image, rng, strength)
    if rng.random() < 0.5:
        image = cv2.flip(image, 1)
    if rng.random() < 0.15 * strength:
        image = _far_away(image, rng)
    image = _light(image, rng, strength)
    if rng.random() < 0.5 * strength:
        image = _cover(image, rng)
    return image


def _move(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Rotation, scale and aspect, shear and shift about the centre; edges are repeated."""
    angle = np.deg2rad(15) * strength * rng.uniform(-1, 1)
    scale = (1 + 0.15 * strength * rng.uniform(-1, 1)) * np.exp(
        0.06 * strength * rng.uniform(-1, 1, 2)
    )
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shear = np.array([[1, 0.1 * strength * rng.uniform(-1, 1)], [0, 1]])
    linear = rotation @ shear @ np.diag(scale)
    centre = np.full(2, (SIDE - 1) / 2)
    shift = centre - linear @ centre + 0.08 * strength * rng.uniform(-1, 1, 2) * SIDE
    return cv2.warpAffine(
        image,
        np.column_stack([linear, shift]),
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _far_away(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lose detail as a small or badly focused face does."""
    side = int(rng.integers(20, 44))
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def _light(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Gamma, contrast, brightness and a sideways slope, through which the face stays the same."""
    gamma, contrast, brightness, slope = strength * rng.uniform(-1, 1, 4)
    grey = (image / 255.0) ** np.exp(0.4 * gamma)
    grey = (grey - 0.5) * (1 + 0.3 * contrast) + 0.5 + 0.15 * brightness
    grey = grey + 0.2 * slope * np.linspace(-1, 1, SIDE)
    if rng.random() < 0.15 * strength:
        grey = grey + rng.normal(0, rng.uniform(0.01, 0.05), grey.shape)
    return (np.clip(grey, 0, 1) * 255).round().astype(np.uint8)


def _cover(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cutout (DeVries and Taylor 2017): a grey rectangle, as a hand or hair might hide a part."""
    height, width = rng.integers(8, 22, 2)
    top, left = rng.integers(-6, SIDE - 8, 2)
    covered = image.copy()
    covered[max(top, 0) : top + height, max(left, 0) : left + width] = rng.integers(0, 256)
    return covered
