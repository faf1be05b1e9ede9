"""Read FER-2013 as people have it (Kaggle's zip, an unpacked folder, fer2013.csv) into a Dataset.

The image forms hold `train/<label>/*.jpg` and `test/<label>/{PublicTest,PrivateTest}_*.jpg`; the
CSV has the columns `emotion`, `pixels` (48 x 48 grey levels) and `Usage`.
"""

from __future__ import annotations

import csv
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np

from training.dataset import LABELS, SIDE, SPLITS, Dataset
from training.errors import TrainingError

# FER+ names of our labels; its contempt, unknown and NF (not a face) have no counterpart.
VOTE_COLUMNS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")

Face = tuple[str, np.ndarray, int, int]  # path (or CSV row), pixels [48, 48], label, split


def prepare(source: Path, votes: Path | None = None) -> Dataset:
    """The whole data set found at `source`, with FER+ votes joined by path where given.

    Raises TrainingError, naming the file and the first thing wrong with it, and reads nothing
    partially: either every face is sound or there is no data set.
    """
    if not source.exists():
        raise TrainingError(f"{source} does not exist")
    if source.is_dir():
        faces = list(_from_images(_folder_files(source)))
    elif source.suffix.lower() == ".csv":
        faces = list(_from_csv(source))
    else:
        faces = list(_from_images(_zip_files(source)))
    if not faces:
        raise TrainingError(
            f"{source} holds no FER-2013 faces: expected train/<label>/*.jpg and test/<label>/*.jpg"
        )
    paths, images, labels, splits = zip(*faces, strict=True)
    by_path = _read_votes(votes) if votes else {}
    none = np.zeros(len(LABELS), np.uint8)
    dataset = Dataset(
        np.stack(images),
        np.array(labels, np.uint8),
        np.array(splits, np.uint8),
        np.stack([by_path.get(path, none) for path in paths]),
    )
    if votes and not dataset.votes.any():
        raise TrainingError(f"{votes}: no path in it is one of {source}'s")
    return dataset


def describe(dataset: Dataset) -> str:
    """A table of images per label and split, and how many have FER+ votes."""
    counts = dataset.counts()
    rows = [f"{'':10}" + "".join(f"{split:>13}" for split in SPLITS)]
    rows += [
        f"{label:10}" + "".join(f"{count:13,}" for count in row)
        for label, row in zip(LABELS, counts, strict=True)
    ]
    rows.append(f"{'all':10}" + "".join(f"{count:13,}" for count in counts.sum(axis=0)))
    rows.append(f"FER+ votes for {int(dataset.votes.any(axis=1).sum()):,} images")
    return "\n".join(rows)


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _zip_files(path: Path) -> Iterator[tuple[str, bytes]]:
    name = ""
    try:
        with ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    yield name, archive.read(name)
    # What zipfile raises for damage, encryption (RuntimeError) and unknown ways to compress.
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        what = f"{path}: {name} cannot be read" if name else f"{path} is not a zip file"
        raise TrainingError(f"{what}: {error}") from error


def _from_images(files: Iterable[tuple[str, bytes]]) -> Iterator[Face]:
    for name, content in files:
        path = PurePosixPath(name)
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png"} or path.name.startswith("."):
            continue
        if len(path.parts) < 3 or path.parts[-3] not in {"train", "test"}:
            continue
        label = path.parts[-2]
        if label not in LABELS:
            raise TrainingError(f"{name}: unknown label {label!r}, expected one of {LABELS}")
        split = "Training" if path.parts[-3] == "train" else path.name.split("_")[0]
        if split not in SPLITS:
            raise TrainingError(f"{name}: a test file's name starts with PublicTest or PrivateTest")
        pixels = _decode(content)
        if pixels is None:
            raise TrainingError(f"{name}: not a readable image")
        if pixels.shape != (SIDE, SIDE):
            raise TrainingError(f"{name}: {pixels.shape[1]} x {pixels.shape[0]}, expected 48 x 48")
        yield "/".join(path.parts[-3:]), pixels, LABELS.index(label), SPLITS.index(split)


def _decode(content: bytes) -> np.ndarray | None:
    """The grey levels of an image file, or None where there is none (OpenCV raises if empty)."""
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None


def _from_csv(path: Path) -> Iterator[Face]:
    for number, row in _csv_rows(path, {"emotion", "pixels", "Usage"}):
        where = f"{path} line {number}"
        label = row["emotion"]
        if label not in {str(index) for index in range(len(LABELS))}:
            raise TrainingError(f"{where}: unknown label {label!r}, expected 0 to 6")
        if row["Usage"] not in SPLITS:
            raise TrainingError(
                f"{where}: unknown Usage {row['Usage']!r}, expected one of {SPLITS}"
            )
        try:
            pixels = np.array((row["pixels"] or "").split(), int)
        except (ValueError, OverflowError) as error:
            raise TrainingError(f"{where}: pixels are not all numbers") from error
        if pixels.size != SIDE * SIDE or pixels.min() < 0 or pixels.max() > 255:
            raise TrainingError(
                f"{where}: expected {SIDE * SIDE} pixels of 0 to 255, found {pixels.size} numbers"
            )
        face = pixels.astype(np.uint8).reshape(SIDE, SIDE)
        yield str(number), face, int(label), SPLITS.index(row["Usage"])


def _read_votes(path: Path) -> dict[str, np.ndarray]:
    votes = {}
    for number, row in _csv_rows(path, {"path", *VOTE_COLUMNS}):
        try:
            votes[row["path"]] = np.array([int(row[name]) for name in VOTE_COLUMNS], np.uint8)
        except (ValueError, OverflowError, TypeError) as error:
            raise TrainingError(f"{path} line {number}: votes are not whole numbers") from error
    return votes


def _csv_rows(path: Path, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise TrainingError(f"{path} lacks the columns {', '.join(sorted(missing))}")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path} is not a readable CSV: {error}") from error
