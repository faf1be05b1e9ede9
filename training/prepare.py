"""Read FER-2013 as people have it (Kaggle's zip, an unpacked folder, fer2013.csv) into a Dataset.

The image forms hold `train/<label>/*.jpg` and `test/<label>/{PublicTest,PrivateTest}_*.jpg`; the
CSV has the columns `emotion`, `pixels` (48 x 48 grey levels) and `Usage`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np

from training.dataset import LABELS, SIDE, SPLITS, VOTES, Dataset, UInt8Array
from training.duplicates import Duplicates, images_in
from training.errors import TrainingError
from training.rows import read_rows
from training.votes import join_votes

Face = tuple[str, UInt8Array, int, int]  # path (or CSV row), pixels [48, 48], label, split


def prepare(source: Path, votes: Path | None = None) -> Dataset:
    """The whole data set found at `source`, with FER+ votes where given (see votes.py).

    Raises TrainingError, naming the file and the first thing wrong with it, and reads nothing
    partially: either every face is sound and every label has Training images, or there is no
    data set.
    """
    if not source.exists():
        raise TrainingError(
            f"{source} does not exist: run `python -m training fetch` first, or give --source"
        )
    rows = source.suffix.lower() == ".csv" and source.is_file()
    if source.is_dir():
        faces = list(_from_images(_folder_files(source)))
    else:
        faces = list(_from_csv(source) if rows else _from_images(_zip_files(source)))
    if not faces:
        raise TrainingError(
            f"{source} holds no FER-2013 faces: expected train/<label>/*.jpg and test/<label>/*.jpg"
        )
    paths, images, labels, splits = zip(*faces, strict=True)
    dataset = Dataset(
        np.stack(images),
        np.array(labels, np.uint8),
        np.array(splits, np.uint8),
        np.zeros((len(faces), len(VOTES)), np.uint8),
    )
    in_training = dataset.counts()[:, SPLITS.index("Training")]
    empty = [label for label, images in zip(LABELS, in_training, strict=True) if not images]
    if empty:
        raise TrainingError(
            f"{source} has an empty class: no Training images of {', '.join(empty)}"
        )
    if votes:
        usages = [SPLITS[split] for split in splits] if rows else None
        dataset.votes[:] = join_votes(votes, paths, usages)
    return dataset


def describe(dataset: Dataset) -> str:
    """A table of images per label and split; then how many have votes, and how many duplicates."""
    counts = dataset.counts()
    rows = [f"{'':10}" + "".join(f"{split:>13}" for split in SPLITS)]
    rows += [
        f"{label:10}" + "".join(f"{count:13,}" for count in row)
        for label, row in zip(LABELS, counts, strict=True)
    ]
    rows.append(f"{'all':10}" + "".join(f"{count:13,}" for count in counts.sum(axis=0)))
    voted = int(dataset.votes.any(axis=1).sum())
    rows.append(f"FER+ votes for {voted:,} of {len(dataset.votes):,} images")
    same = Duplicates.of(dataset)
    leaked = " and ".join(f"{images:,} of {split}" for split, images in same.leaked.items())
    rows.append(f"{images_in(same.groups):,} images are identical to another one, pixel for pixel")
    rows.append(f"{leaked} are also in Training")
    rows.append(f"{images_in(same.contradicting):,} identical images have different labels")
    return "\n".join(rows)


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                content = path.read_bytes()
            except OSError as error:
                raise TrainingError(f"{path} cannot be read: {error.strerror}") from error
            yield path.relative_to(folder).as_posix(), content


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


def _decode(content: bytes) -> UInt8Array | None:
    """The grey levels of an image file, or None where there is none (OpenCV raises if empty)."""
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None


def _from_csv(path: Path) -> Iterator[Face]:
    for number, row in read_rows(path, {"emotion", "pixels", "Usage"}):
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
