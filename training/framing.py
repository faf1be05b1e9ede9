"""Measures how FER-2013 frames a face, so that pages can cut theirs in a like way."""

import keras
import numpy as np
from keras import ops

from training import blazeface
from training.dataset import FloatArray, UInt8Array
from training.errors import TrainingError

# A FER crop is all face, and the detector wants some surroundings: each crop is laid into the
# middle of a grey square. Grey finds 99 % of the faces, repeated or mirrored edges 97 %; from
# 64 to 96 pixels the medians stay within 2 % (scale) and 0.01 (offset).
CROP_SIDE = 80
GREY = 128.0
# With nothing around it the detector takes a face for smaller than in a photograph, and for lower.
# The largest faces of 77 photographs, cut out at a scale of 1.115 and an offset of -0.092 of the
# box that they have there, came out at 1.16 and -0.109 (medians).
ALONE = 0.96  # sides of the box in the photograph
LOWER = 0.012  # sides of the box
MIN_SCORE = 0.5
BATCH = 250
DIGITS = 3


def measure_framing(images: UInt8Array, model: keras.Model) -> dict[str, object]:
    """How `images` (uint8 [n, side, side], grey) frame the face that `model` finds in them.

    `model` is the detector of `training.blazeface.build`. The result holds medians over the
    images with a face, in sides of the box (the longer of its two) that the detector would draw in
    the photograph that the image was cut from:
      scale         side of the crop / side of the box;
      offset_y      the crop's centre below the box's centre, in sides of the box, along the face
                    (at a right angle to the line between the eyes; negative is towards the hair);
      roll_degrees  slope of the line between the eyes, positive clockwise as seen;
    `quartiles`, the first and third of each, and `detected`, the share of the `images` used.
    To cut a crop the same way: a square of side scale * box, its centre at
    box centre + R(roll) (0, offset_y * box), turned by the roll so that the eyes are level.
    Raises TrainingError when no image has a face.
    """
    found = np.concatenate(
        [_best(images[at : at + BATCH], model) for at in range(0, len(images), BATCH)]
        or [np.empty((0, len(blazeface.COLUMNS)))]
    )
    found = found[found[:, 0] >= MIN_SCORE]
    if not len(found):
        raise TrainingError(f"no face found in {len(images)} images: is this FER-2013?")
    low, high, eye_right, eye_left = (found[:, at : at + 2] for at in (1, 3, 5, 7))
    box = (high - low).max(axis=1)
    across = eye_left - eye_right
    roll = np.arctan2(across[:, 1], across[:, 0])
    shift = (0.5 - (low + high) / 2) / box[:, None]
    values = {
        "scale": ALONE * CROP_SIDE / blazeface.SIDE / box,
        "offset_y": ALONE * (shift[:, 1] * np.cos(roll) - shift[:, 0] * np.sin(roll) + LOWER),
        "roll_degrees": np.degrees(roll),
    }
    quartiles = {name: np.percentile(each, (25, 50, 75)) for name, each in values.items()}
    return {
        **{name: _rounded(middle) for name, (_, middle, _) in quartiles.items()},
        "quartiles": {
            name: [_rounded(low), _rounded(high)] for name, (low, _, high) in quartiles.items()
        },
        "images": len(images),
        "detected": _rounded(len(found) / len(images)),
    }


def _best(images: UInt8Array, model: keras.Model) -> FloatArray:
    """The detector's best-scored row for each image, [n, 17]."""
    crops = ops.image.resize(
        images[..., None].astype(np.float32), (CROP_SIDE, CROP_SIDE), interpolation="bilinear"
    )
    margin = (blazeface.SIDE - CROP_SIDE) // 2
    around = [[0, 0], [margin, margin], [margin, margin], [0, 0]]
    grey = ops.pad(crops, around, constant_values=GREY)
    faces = ops.convert_to_numpy(model(ops.repeat(grey, 3, axis=-1)))
    return faces[np.arange(len(faces)), faces[..., 0].argmax(axis=1)]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
