"""Cuts faces out of photographs as the student's page does.

BlazeFace finds them, and they are cut a little closer than FER-2013's. The geometry is that of
web/src/engine/crop.js.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from training.dataset import SIDE, FloatArray, UInt8Array
from training.errors import TrainingError

PACKAGES = Path(__file__).resolve().parent.parent / "node_modules"
TFLITE = PACKAGES / "@mediapipe/face_detection/face_detection_short_range.tflite"
FRAMING = Path(__file__).with_name("framing.json")  # FER's, as `training.framing` measures it
# Pages show faces to the classifier so much larger than FER-2013 does. Of PublicTest's faces, as
# the detector finds them, it tells as many then, from both sides, and reads classes as well; posed
# faces, whose framing was nobody's choice, are told the better the larger they are.
CLOSER = 1.19
MIN_SCORE = 0.7  # as in web/src/engine/faces.js
SURROUNDINGS = 2.5  # sides of the detector's box, in which a face that was found is looked at again
# Where to look, in the photograph's longer side: all of it; then from further away, because many
# data sets show nothing but a face, and the detector wants some surroundings; then closer.
DISTANCES = (1.0, 1.6, 0.6)
GREY = (128, 128, 128)  # around a photograph: with it the detector finds most faces that fill it


class Square(NamedTuple):
    """Centre and side in pixels of the photograph; the roll is in radians, clockwise as seen."""

    x: float
    y: float
    side: float
    roll: float = 0.0

    def place(self, u: float, v: float) -> tuple[float, float]:
        """Where in the photograph a point lies that is (u, v) sides from the square's centre."""
        cosine, sine = math.cos(self.roll) * self.side, math.sin(self.roll) * self.side
        return self.x + cosine * u - sine * v, self.y + sine * u + cosine * v


def page_crop() -> dict[str, float]:
    """How pages cut a face out: `scale` and `offset_y`, as `framing.measure_framing` has them."""
    measured = json.loads(FRAMING.read_text())
    return {"scale": round(measured["scale"] / CLOSER, 2), "offset_y": measured["offset_y"]}


class Cropper:
    """Finds faces and cuts them out. To make one takes seconds: the detector runs in TensorFlow.

    Raises TrainingError if MediaPipe's file is not there.
    """

    def __init__(self) -> None:
        if not TFLITE.exists():
            raise TrainingError(f"to find faces takes {TFLITE}: run `npm ci` first")
        from training import blazeface  # here only: few data sets need it

        self._detector, self._input = blazeface.build(TFLITE), blazeface.SIDE
        self._framing = page_crop()

    def crop(self, photos: Sequence[UInt8Array]) -> list[UInt8Array | None]:
        """The largest face of each photograph, grey, uint8 [48, 48]; None where there is none.

        Photographs are uint8 [height, width, 3], BGR. Where the crop leaves one, its edge goes on.
        """
        scale, down = self._framing["scale"], self._framing["offset_y"]
        return [
            face
            and cv2.cvtColor(
                _cut(photo, Square(*face.place(0, down), scale * face.side, face.roll), SIDE),
                cv2.COLOR_BGR2GRAY,
            )
            for photo, face in zip(photos, self.find(photos), strict=True)
        ]

    def find(self, photos: Sequence[UInt8Array]) -> list[Square | None]:
        """The detector's box of the largest face of each, turned as the line between its eyes."""
        faces: dict[int, Square] = {}
        for distance in DISTANCES:
            others = (index for index in range(len(photos)) if index not in faces)
            faces |= self._look(
                photos, {index: _whole(photos[index], distance) for index in others}
            )
        near = {at: face._replace(side=SURROUNDINGS * face.side) for at, face in faces.items()}
        faces |= self._look(photos, near)
        return [faces.get(index) for index in range(len(photos))]

    def _look(self, photos: Sequence[UInt8Array], at: Mapping[int, Square]) -> dict[int, Square]:
        """The largest face in a square of each of these photographs, where there is one."""
        if not at:
            return {}
        pixels = [_cut(photos[index], square, self._input, GREY) for index, square in at.items()]
        # Not compiled (`predict`): it would be for every number of photographs anew.
        found = np.asarray(self._detector(np.stack(pixels)[..., ::-1].astype(np.float32)))
        faces = {index: _largest(rows, at[index]) for index, rows in zip(at, found, strict=True)}
        return {index: face for index, face in faces.items() if face}


def _whole(photo: UInt8Array, distance: float) -> Square:
    height, width = photo.shape[:2]
    return Square(width / 2, height / 2, distance * max(height, width))


def _largest(rows: FloatArray, square: Square) -> Square | None:
    """Of the detector's rows for a square, [n, 17], the largest box with a face."""
    rows = rows[rows[:, 0] >= MIN_SCORE]
    if not len(rows):
        return None
    sides = (rows[:, 3:5] - rows[:, 1:3]).max(axis=1)
    row = rows[sides.argmax()]
    across, along = row[7:9] - row[5:7]  # from the right eye to the left
    x, y = square.place(*((row[1:3] + row[3:5]) / 2 - 0.5))
    return Square(x, y, square.side * sides.max(), square.roll + math.atan2(along, across))


def _cut(
    photo: UInt8Array, square: Square, side: int, around: Sequence[int] | None = None
) -> UInt8Array:
    """A square of a photograph, levelled, and scaled to side x side pixels.

    `around` is the colour beyond the photograph's edge; None has the edge go on.
    """
    finer = max(1, math.ceil(square.side / side))  # cut in so many pixels for each, then averaged
    scale = finer * side / square.side
    cosine, sine = scale * math.cos(square.roll), scale * math.sin(square.roll)
    middle = (finer * side - 1) / 2  # whole numbers are the centres of pixels
    x, y = square.x - 0.5, square.y - 0.5
    turned = np.array(
        [
            [cosine, sine, middle - cosine * x - sine * y],
            [-sine, cosine, middle + sine * x - cosine * y],
        ]
    )
    edge = cv2.BORDER_REPLICATE if around is None else cv2.BORDER_CONSTANT
    size = (finer * side, finer * side)
    large = cv2.warpAffine(photo, turned, size, borderMode=edge, borderValue=around or ())
    return cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
