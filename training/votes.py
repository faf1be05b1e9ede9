"""What FER+'s annotators saw in the faces of FER-2013, joined to the faces by path or by row.

Two files hold these votes: a CSV with a `path` inside the image forms of FER-2013, and Microsoft's
fer2013new.csv (https://github.com/microsoft/FERPlus), whose rows are those of fer2013.csv.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.dataset import SIDE, SPLITS, VOTES, Dataset, FloatArray, IntArray, UInt8Array
from training.errors import TrainingError
from training.rows import Row, read_rows
from training.sources import File

# FER+'s names of VOTES, in that order; NF is "not a face".
COLUMNS = (
    *("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"),
    *("contempt", "unknown", "NF"),
)
# Grey levels, root mean square, by which JPEG may have changed a picture. Of FER-2013's, quality 95
# changes none by more than 1, quality 50 half of them by 7; for 98 in 100 the next is 13 away.
MAX_LOSS = 12
AT_ONCE = 500  # images whose distances to all pictures memory holds
COARSE = 4  # pixels a side of the blocks whose means tell pictures apart, and which JPEG keeps


def join_votes(path: Path, data: Dataset, faces: Sequence[str], rows: Dataset | None) -> UInt8Array:
    """uint8 [n, 10]: the votes for each face of `data` in the order of VOTES, zeros without any.

    `faces`: the path of each, `train/<label>/<file>` or `test/<label>/<file>`; `rows`: the faces
    of fer2013.csv in its order, which votes by row ask for. Raises TrainingError if the file
    cannot be read or is not about these faces.
    """
    votes = list(read_rows(File.at(path), {"path", *COLUMNS}, {"Usage", *COLUMNS}))
    if not votes:
        raise TrainingError(f"{path} has no rows")
    if "path" in votes[0][1]:
        return _by_path(path, votes, faces)
    if rows is None:
        raise TrainingError(
            f"{path} counts the rows of fer2013.csv: give that with --rows, or as the source"
        )
    by_row = _by_row(path, votes, rows)
    if rows is data:
        return by_row
    found = _find_rows(data, rows)
    if (found < 0).all():
        raise TrainingError("no picture of --rows is one of the source's")
    return np.where((found < 0)[:, None], np.uint8(0), by_row[found])


def _by_path(path: Path, votes: Sequence[Row], faces: Sequence[str]) -> UInt8Array:
    by_path = {row["path"]: _counts(path, number, row) for number, row in votes}
    if by_path.keys().isdisjoint(faces):
        raise TrainingError(f"{path}: no path in it is one of the source's")
    none = np.zeros(len(VOTES), np.uint8)
    return np.stack([by_path.get(face, none) for face in faces])


def _by_row(path: Path, votes: Sequence[Row], rows: Dataset) -> UInt8Array:
    if len(votes) != len(rows.images):
        raise TrainingError(
            f"{path} has {len(votes):,} rows, but fer2013.csv {len(rows.images):,}: "
            "not the same faces"
        )
    for (number, row), split in zip(votes, rows.splits, strict=True):
        if row["Usage"] != SPLITS[split]:
            raise TrainingError(
                f"{path} line {number}: Usage {row['Usage']!r}, but fer2013.csv has "
                f"{SPLITS[split]!r} there"
            )
    return np.stack([_counts(path, number, row) for number, row in votes])


def _find_rows(data: Dataset, rows: Dataset) -> IntArray:
    """The row that shows the picture of each face: int [n], -1 where none does.

    Of several such rows each is taken by one face, if possible of its split and label.
    """
    places = defaultdict(list)
    for row, image in enumerate(rows.images):
        places[image.tobytes()].append(row)
    alike = list(places.values())
    known = {picture: number for number, picture in enumerate(places)}
    pictures = np.array([known.get(image.tobytes(), -1) for image in data.images])
    changed = pictures < 0
    pictures[changed] = _nearest(data.images[changed], rows.images[[at[0] for at in alike]])
    taken, found = set(), np.full(len(data.images), -1)
    for face, picture in enumerate(pictures):
        if picture >= 0:
            likely = (
                (
                    row in taken,
                    rows.splits[row] != data.splits[face],
                    rows.labels[row] != data.labels[face],
                    row,
                )
                for row in alike[picture]
            )
            *_, found[face] = min(likely)
            taken.add(found[face])
    return found


def _nearest(images: UInt8Array, pictures: UInt8Array) -> IntArray:
    """The picture most like each image: int [n], -1 where none is within MAX_LOSS."""
    means, others = _coarse(images), _coarse(pictures)
    halves = (others**2).sum(axis=1) / 2
    nearest = np.full(len(images), -1)
    for at in range(0, len(images), AT_ONCE):
        some = slice(at, at + AT_ONCE)
        nearest[some] = (halves - means[some] @ others.T).argmin(axis=1)
    losses = [
        np.square(image - picture.astype(float)).mean()
        for image, picture in zip(images, pictures[nearest], strict=True)
    ]
    return np.where(np.sqrt(losses) <= MAX_LOSS, nearest, -1)


def _coarse(images: UInt8Array) -> FloatArray:
    """The mean of each block of pixels: float32 [n, blocks]."""
    cells = SIDE // COARSE
    blocks = images.reshape(-1, cells, COARSE, cells, COARSE)
    return blocks.mean(axis=(2, 4), dtype=np.float32).reshape(-1, cells * cells)


def _counts(path: Path, number: int, row: dict[str, str]) -> UInt8Array:
    try:
        return np.array([int(row[name]) for name in COLUMNS], np.uint8)
    except (ValueError, OverflowError, TypeError) as error:
        raise TrainingError(f"{path} line {number}: votes are not whole numbers") from error
