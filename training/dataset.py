"""The prepared data set: every FER-2013 face in one compressed file that the other steps read."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from training.errors import TrainingError
from training.files import new_file

# The order of the labels in the original fer2013.csv (0 = angry ... 6 = neutral).
LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
SPLITS = ("Training", "PublicTest", "PrivateTest")
TestSplit = Literal["PublicTest", "PrivateTest"]
TEST_SPLITS: tuple[TestSplit, ...] = ("PublicTest", "PrivateTest")
# What FER+'s annotators could choose: our labels first.
VOTES = (*LABELS, "contempt", "unknown", "not a face")
# What every network answers, and what it chooses from: what people would say, and the label.
HEADS = {"people": VOTES, "fer2013": LABELS}
SIDE = 48

# Arrays by what they hold; docstrings give their shapes.
UInt8Array = NDArray[np.uint8]
IntArray = NDArray[np.integer[Any]]  # of any width, UInt8Array among them
FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool]


@dataclass(frozen=True)
class Dataset:
    """Faces with their labels.

    images: uint8 [n, 48, 48], grey levels; labels and splits: uint8 [n], indices into LABELS and
    SPLITS; votes: uint8 [n, 10], how many of FER+'s annotators chose each of VOTES, all zero
    where there are none.
    """

    images: UInt8Array
    labels: UInt8Array
    splits: UInt8Array
    votes: UInt8Array

    def split(self, name: str) -> Dataset:
        """The faces of one split, in file order."""
        return self._pick(self.splits == SPLITS.index(name))

    def sample(self, limit: int | None) -> Dataset:
        """At most `limit` faces, evenly spaced because files come label by label; all for None."""
        if limit is None or limit >= len(self.images):
            return self
        return self._pick(np.linspace(0, len(self.images), limit, endpoint=False, dtype=int))

    def counts(self) -> IntArray:
        """Images per label and split: int [7, 3]."""
        table = np.zeros((len(LABELS), len(SPLITS)), int)
        np.add.at(table, (self.labels, self.splits), 1)
        return table

    def save(self, path: Path) -> None:
        """Write the data set; an earlier file stays whole until the new one is complete.

        Raises TrainingError if it cannot be written.
        """
        with new_file(path) as partial:
            np.savez_compressed(partial, **asdict(self))

    def _pick(self, chosen: IntArray | BoolArray) -> Dataset:
        return Dataset(*(each[chosen] for each in vars(self).values()))

    @staticmethod
    def load(path: Path) -> Dataset:
        """Read what `save` wrote. Raises TrainingError if the file is missing or is not one."""
        if not path.is_file():
            raise TrainingError(f"{path} does not exist: run `python -m training prepare` first")
        try:
            with ZipFile(path) as archive, archive.open("images.npy"):
                pass  # np.load alone also takes files of other kinds
            with np.load(path) as file:
                data = Dataset(file["images"], file["labels"], file["splits"], file["votes"])
        except (BadZipFile, KeyError, ValueError, OSError, EOFError, zlib.error) as error:
            raise TrainingError(f"{path} is not a prepared data set: {error}") from error
        if data.votes.shape != (len(data.images), len(VOTES)):
            raise TrainingError(f"{path} was prepared by an older version: prepare it again")
        return data
