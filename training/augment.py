"""Make faces look as a webcam might show them: moved, mirrored, lit otherwise, far away, covered.

A whole batch is changed at once, by whatever trains the network: an accelerator waits for no
processor.
"""

from __future__ import annotations

import math
from functools import cache

import cv2
import keras
import numpy as np
from keras import ops

from training.dataset import SIDE, FloatArray

MOST_ANGLE = math.radians(18)
CENTRE = (SIDE - 1) / 2
FAR = range(18, 44)  # pixels of a face that is small, or badly focused


def augment(
    faces: keras.KerasTensor, seeds: keras.random.SeedGenerator, strength: float = 1.0
) -> keras.KerasTensor:
    """Changed copies of faces, float32 [n, 48, 48, 1] of 0..255 in and out.

    `strength` 0..1 is how far and how often; at 0 a copy is mirrored or not, no more.
    """
    faces = _move(faces, seeds, strength)
    faces = _blur(faces, seeds, strength)
    faces = _light(faces, seeds, strength)
    return _cover(faces, seeds, strength)


def _move(
    faces: keras.KerasTensor, seeds: keras.random.SeedGenerator, strength: float
) -> keras.KerasTensor:
    """Rotation, scale and aspect, shear and shift about the centre; half of them mirrored."""
    changes = strength * keras.random.uniform((ops.shape(faces)[0], 7), -1, 1, seed=seeds)
    angle, zoom, stretch_x, stretch_y, shear, x, y = ops.unstack(changes, axis=1)
    cosine, sine = ops.cos(angle * MOST_ANGLE), ops.sin(angle * MOST_ANGLE)
    scale_x = (1 + 0.18 * zoom) * ops.exp(0.06 * stretch_x)
    scale_y = (1 + 0.18 * zoom) * ops.exp(0.06 * stretch_y)
    mirror = ops.sign(keras.random.uniform(ops.shape(angle), -1, 1, seed=seeds))
    # Rotation times shear times scale, about the centre: from a pixel to where it is taken from.
    xx, xy = mirror * cosine * scale_x, (0.1 * shear * cosine - sine) * scale_y
    yx, yy = mirror * sine * scale_x, (0.1 * shear * sine + cosine) * scale_y
    shift_x = CENTRE * (1 - xx - xy) + 0.12 * SIDE * x
    shift_y = CENTRE * (1 - yx - yy) + 0.12 * SIDE * y
    none = ops.zeros_like(x)
    matrix = ops.stack([xx, xy, shift_x, yx, yy, shift_y, none, none], axis=1)
    return ops.image.affine_transform(faces, matrix, fill_mode="nearest")


def _blur(
    faces: keras.KerasTensor, seeds: keras.random.SeedGenerator, strength: float
) -> keras.KerasTensor:
    """Four in ten, at full strength, as if they were small."""
    count = ops.shape(faces)[0]
    side = keras.random.randint((count,), 1, len(FAR) + 1, seed=seeds)
    chosen = keras.random.uniform((count,), seed=seeds) < 0.4 * strength
    rows = ops.take(_resampling(), ops.where(chosen, side, 0), axis=0)
    blurred = ops.matmul(ops.matmul(rows, faces[..., 0]), ops.transpose(rows, (0, 2, 1)))
    return blurred[..., None]


@cache
def _resampling() -> FloatArray:
    """What being far away does to a column, for no change and then for each size: [27, 48, 48]."""
    identity = np.eye(SIDE, dtype=np.float32)
    far = [
        enlargement(side) @ cv2.resize(identity, (SIDE, side), interpolation=cv2.INTER_AREA)
        for side in FAR
    ]
    return np.stack([identity, *far], dtype=np.float32)


def enlargement(side: int) -> FloatArray:
    """What a page's canvas in Chromium does to a column of `side` < 48 pixels: [48, side].

    The cubic filter, B = C = 1/3, of Mitchell and Netravali 1988, "Reconstruction Filters in
    Computer Graphics".
    """
    places = (np.arange(SIDE) + 0.5) * side / SIDE - 0.5
    x = np.abs(places[:, None] - np.arange(side))
    near = (7 * x**3 - 12 * x**2 + 16 / 3) / 6
    far = (-7 / 3 * x**3 + 12 * x**2 - 20 * x + 32 / 3) / 6
    weights = np.select([x < 1, x < 2], [near, far], 0)
    rows: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return rows


def _light(
    faces: keras.KerasTensor, seeds: keras.random.SeedGenerator, strength: float
) -> keras.KerasTensor:
    """Gamma, contrast, brightness, a sideways slope and noise: the face stays the same."""
    count = ops.shape(faces)[0]
    changes = strength * keras.random.uniform((count, 4, 1, 1, 1), -1, 1, seed=seeds)
    gamma, contrast, brightness, slope = ops.unstack(changes, axis=1)
    grey = ops.clip(faces / 255, 0.0, 1.0) ** ops.exp(0.4 * gamma)
    grey = (grey - 0.5) * (1 + 0.3 * contrast) + 0.5 + 0.15 * brightness
    grey = grey + 0.2 * slope * ops.reshape(ops.linspace(-1.0, 1.0, SIDE), (SIDE, 1))
    noise = keras.random.uniform((count, 1, 1, 1), 0.01, 0.05, seed=seeds)
    noisy = keras.random.uniform((count, 1, 1, 1), seed=seeds) < 0.15 * strength
    grey = grey + ops.where(noisy, noise, 0.0) * keras.random.normal(ops.shape(faces), seed=seeds)
    return 255 * ops.clip(grey, 0.0, 1.0)


def _cover(
    faces: keras.KerasTensor, seeds: keras.random.SeedGenerator, strength: float
) -> keras.KerasTensor:
    """Cutout (DeVries and Taylor 2017): a grey rectangle, as a hand or hair might hide a part."""
    count = ops.shape(faces)[0]
    begin = keras.random.uniform((count, 2, 1), -6, SIDE - 8, seed=seeds)
    end = begin + keras.random.uniform((count, 2, 1), 8, 22, seed=seeds)
    places = ops.arange(SIDE, dtype="float32")
    rows, columns = ops.unstack(ops.logical_and(places >= begin, places < end), axis=1)
    hidden = ops.logical_and(rows[:, :, None, None], columns[:, None, :, None])
    covered = keras.random.uniform((count, 1, 1, 1), seed=seeds) < 0.5 * strength
    grey = keras.random.uniform((count, 1, 1, 1), 0, 255, seed=seeds)
    return ops.where(ops.logical_and(hidden, covered), grey, faces)
