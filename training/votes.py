"""What FER+'s annotators saw in the faces of FER-2013, joined to the faces by path or by row.

Two files hold these votes: a CSV with a `path` inside the image forms of FER-2013, and Microsoft's
fer2013new.csv (https://github.com/microsoft/FERPlus), whose rows are those of fer2013.csv.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.dataset import VOTES, UInt8Array
from training.errors import TrainingError
from training.rows import Row, read_rows

# FER+'s names of VOTES, in that order; NF is "not a face".
COLUMNS = (
    *("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"),
    *("contempt", "unknown", "NF"),
)


def join_votes(path: Path, faces: Sequence[str], usages: Sequence[str] | None) -> UInt8Array:
    """uint8 [n, 10]: the votes for each face in the order of VOTES, zeros where it has none.

    `faces`: the path of each, `train/<label>/<file>` or `test/<label>/<file>`; `usages`: the Usage
    of each if the faces are the rows of fer2013.csv, else None. Raises TrainingError if the file
    cannot be read or is not about these faces.
    """
    rows = list(read_rows(path, {"path", *COLUMNS}, {"Usage", *COLUMNS}))
    if not rows:
        raise TrainingError(f"{path} has no rows")
    if "path" in rows[0][1]:
        return _by_path(path, rows, faces)
    return _by_row(path, rows, usages)


def _by_path(path: Path, rows: Sequence[Row], faces: Sequence[str]) -> UInt8Array:
    by_path = {row["path"]: _counts(path, number, row) for number, row in rows}
    if by_path.keys().isdisjoint(faces):
        raise TrainingError(f"{path}: no path in it is one of the source's")
    none = np.zeros(len(VOTES), np.uint8)
    return np.stack([by_path.get(face, none) for face in faces])


def _by_row(path: Path, rows: Sequence[Row], usages: Sequence[str] | None) -> UInt8Array:
    if usages is None:
        raise TrainingError(f"{path} counts the rows of fer2013.csv: it needs that as the source")
    if len(rows) != len(usages):
        raise TrainingError(
            f"{path} has {len(rows):,} rows, but the source {len(usages):,}: not the same faces"
        )
    for (number, row), usage in zip(rows, usages, strict=True):
        if row["Usage"] != usage:
            raise TrainingError(
                f"{path} line {number}: Usage {row['Usage']!r}, but the source has {usage!r} there"
            )
    return np.stack([_counts(path, number, row) for number, row in rows])


def _counts(path: Path, number: int, row: dict[str, str]) -> UInt8Array:
    try:
        return np.array([int(row[name]) for name in COLUMNS], np.uint8)
    except (ValueError, OverflowError, TypeError) as error:
        raise TrainingError(f"{path} line {number}: votes are not whole numbers") from error
