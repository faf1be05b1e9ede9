"""Read FER-2013 as people have it, or a folder of their own, into a Dataset.

FER-2013 comes as images in `train/<label>/` and `test/<label>/{PublicTest,PrivateTest}_*`, or in
folders of other names for these splits, or as a CSV with the columns `emotion`, `pixels` (48 x 48
grey levels) and `Usage`: fer2013.csv or icml_face_data.csv. People's own data lies in `<label>/`,
or in folders of splits and then of labels. All may be packed in a zip or a tar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from training.dataset import FER2013, LABELS, NO_LABELS, SIDE, SPLITS, Dataset
from training.duplicates import Duplicates, images_in
from training.errors import TrainingError
from training.images import Face, count_others, find_images, read_images
from training.rows import columns_of, read_rows
from training.sources import File, files_of
from training.splits import divide, parse_shares
from training.votes import join_votes

COLUMNS = {"emotion", "pixels", "Usage"}
OFFICIAL = (28_709, 3_589, 3_589)  # images of FER-2013, by split
SHARES, HALVES = "80/10/10", (0, 1, 1)
FEWEST_LABELS, MOST_LABELS = 2, 20
LONGEST_NAME = 80  # characters
NO_FACES = "no FER-2013 faces: expected train/<label>/*.jpg and test/<label>/*.jpg, or fer2013.csv"


def prepare(
    source: Path,
    votes: Path | None = None,
    rows: Path | None = None,
    name: str | None = None,
    split: str | None = None,
    seed: int = 1,
) -> tuple[Dataset, list[str]]:
    """The whole data set found at `source`, and in lines what of it was left aside or changed.

    `votes`: FER+'s, which count the rows of fer2013.csv (see votes.py); where the source is another
    one, `rows` holds that CSV. With a `name` of its own, or in folders of labels alone, a data set
    is not FER-2013: its labels may be any, and each has images in each split. Where folders name no
    splits, `split` has their shares ("80/10/10"), by which each label is divided as `seed` says;
    identical images stay together.

    Raises TrainingError, naming the file and the first thing wrong with it: there is a sound data
    set or none.
    """
    if not source.exists():
        raise TrainingError(
            f"{source} does not exist: run `python -m training fetch` first, or give --source"
        )
    if rows and not votes:
        raise TrainingError("--rows is what --votes count: give both")
    shares = parse_shares(split or SHARES)
    with files_of(source) as packed:
        files = [file for file in packed if not _is_hidden(file)]
        images, own = find_images(files, in_splits=True), bool(name)
        table, aside = None if images else _find_table(files), Counter[str]()
        said: list[str] = []
        if table:
            faces = list(_from_csv(table))
        else:
            if not images:
                images, own = find_images(files, in_splits=False), True
            _check_number(source, {image.label for image in images}, own)
            faces, said = read_images(images, own, aside)
    used = [table] if table else [image.file for image in images]
    aside += count_others(files, used)
    if aside:
        said.append(f"left aside: {', '.join(f'{count:,} {why}' for why, count in aside.items())}")
    if not faces:
        raise TrainingError(f"{source} holds {NO_FACES}")
    data = _dataset(faces, _label_names(faces) if own else LABELS, _name(source, name, own))
    undecided = np.flatnonzero([face.split is None for face in faces])
    if images and not images[0].folder:
        divide(data, undecided, shares, seed)
        said.append(f"no folder names a split: divided {split or SHARES}, with seed {seed}")
    elif split:
        raise TrainingError("--split is for data without splits, but folders name some here")
    elif len(undecided):
        divide(data, undecided, HALVES, seed)
        said.append("no test file's name tells its split: half are PublicTest, half PrivateTest")
    _check_classes(source, data, own)
    if votes:
        if data.label_names != LABELS:
            raise TrainingError(f"{votes} has votes for FER-2013's labels alone")
        count = _from_rows(rows) if rows else data if table else None
        data.votes[:] = join_votes(votes, data, [face.path for face in faces], count)
    return data, said


def describe(data: Dataset) -> str:
    """A table of images per label and split; then how many have votes, and how many duplicates."""
    counts = data.counts()
    totals = counts.sum(axis=0)
    width = max(10, *(len(label) + 1 for label in data.label_names))
    rows = [f"{'':{width}}" + "".join(f"{split:>13}" for split in SPLITS)]
    rows += [
        f"{label:{width}}" + "".join(f"{count:13,}" for count in row)
        for label, row in zip((*data.label_names, "all"), [*counts, totals], strict=True)
    ]
    if data.name == FER2013 and tuple(totals) != OFFICIAL:
        official = " / ".join(f"{images:,}" for images in OFFICIAL)
        rows.append(f"not FER-2013 as it was published: that has {official}")
    if data.label_names == LABELS:
        voted = int(data.votes.any(axis=1).sum())
        rows.append(f"FER+ votes for {voted:,} of {len(data.votes):,} images")
    same = Duplicates.of(data)
    leaked = " and ".join(f"{images:,} of {split}" for split, images in same.leaked.items())
    rows.append(f"{images_in(same.groups):,} images are identical to another one, pixel for pixel")
    rows.append(f"{leaked} are also in Training")
    rows.append(f"{images_in(same.contradicting):,} identical images have different labels")
    return "\n".join(rows)


def _is_hidden(file: File) -> bool:
    """Of .git, .ipynb_checkpoints and the like, or of what macOS packs beside the files."""
    return any(part.startswith(".") or part == "__MACOSX" for part in file.name.split("/"))


def _find_table(files: Sequence[File]) -> File | None:
    """The CSV with all of FER-2013, or the only file if that is a CSV of whatever kind."""
    tables = [file for file in files if file.name.lower().endswith(".csv")]
    whole = (file for file in tables if columns_of(file) >= COLUMNS)
    return next(whole, tables[0] if len(files) == len(tables) == 1 else None)


def _from_rows(path: Path) -> Dataset:
    """FER-2013 in the order of its CSV."""
    with files_of(path) as files:
        table = _find_table(files)
        if not table:
            raise TrainingError(f"{path} holds no CSV with the columns {', '.join(COLUMNS)}")
        return _dataset(list(_from_csv(table)), LABELS, FER2013)


def _from_csv(file: File) -> Iterator[Face]:
    for number, row in read_rows(file, COLUMNS):
        where = f"{file.name} line {number}"
        label, usage = row["emotion"], row["Usage"]
        if label not in {str(index) for index in range(len(LABELS))}:
            raise TrainingError(f"{where}: unknown label {label!r}, expected 0 to 6")
        if usage not in SPLITS:
            raise TrainingError(f"{where}: unknown Usage {usage!r}, expected one of {SPLITS}")
        try:
            pixels = np.array(row["pixels"].split(), int)
        except (ValueError, OverflowError) as error:
            raise TrainingError(f"{where}: pixels are not all numbers") from error
        if pixels.size != SIDE * SIDE or pixels.min() < 0 or pixels.max() > 255:
            raise TrainingError(
                f"{where}: expected {SIDE * SIDE} pixels of 0 to 255, found {pixels.size} numbers"
            )
        face = pixels.astype(np.uint8).reshape(SIDE, SIDE)
        yield Face(str(number), face, LABELS[int(label)], usage)


def _dataset(faces: Sequence[Face], label_names: tuple[str, ...], name: str) -> Dataset:
    """Faces without a split are in Training, for now."""
    splits = [SPLITS.index(face.split or "Training") for face in faces]
    return Dataset(
        np.stack([face.pixels for face in faces]),
        np.array([label_names.index(face.label) for face in faces], np.uint8),
        np.array(splits, np.uint8),
        np.zeros((len(faces), len(label_names) + len(NO_LABELS)), np.uint8),
        label_names,
        name,
    )


def _label_names(faces: Sequence[Face]) -> tuple[str, ...]:
    """FER-2013's in its order, then the others in the alphabet's."""
    found = {face.label for face in faces}
    return (*(label for label in LABELS if label in found), *sorted(found - set(LABELS)))


def _name(source: Path, given: str | None, own: bool) -> str:
    name = FER2013
    if own:
        path = source.resolve()
        name = given or (path.name if path.is_dir() else path.name.split(".")[0])
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        raise TrainingError(
            f"a data set's --name has 1 to {LONGEST_NAME} characters in one line, not {name!r}"
        )
    return name


def _check_number(source: Path, labels: set[str], own: bool) -> None:
    if own and not FEWEST_LABELS <= len(labels) <= MOST_LABELS:
        some = ", ".join([*sorted(labels)[:5], "..."]) if labels else "none"
        raise TrainingError(
            f"{source} holds {NO_FACES}; or <label>/*.jpg with {FEWEST_LABELS} to {MOST_LABELS} "
            f"labels, not {len(labels)} ({some})"
        )


def _check_classes(source: Path, data: Dataset, own: bool) -> None:
    """Each label has images to learn from and, in own data, to be measured with."""
    for split, counts in zip(SPLITS, data.counts().T, strict=True):
        empty = [
            label for label, images in zip(data.label_names, counts, strict=True) if not images
        ]
        if empty and (own or split == "Training"):
            raise TrainingError(
                f"{source} has an empty class: no {split} images of {', '.join(empty)}"
                + ("" if own else "; with a --name of its own a data set may have other labels")
            )
