"""The prepared data set: every face in one compressed file that the other steps read."""

from __future__ import annotations

import io
import zlib
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
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
# What people may say of a face besides its data set's labels, as FER+'s annotators could.
NO_LABELS = ("contempt", "unknown", "not a face")
VOTES = (*LABELS, *NO_LABELS)  # of FER+
# What every network answers: what people would say, of the labels and NO_LABELS, and the label.
HEADS = ("people", "label")
SIDE = 48
FER2013 = "FER-2013"
PARTS = ("images", "labels", "splits", "votes")  # of a data set, face by face

Labels = tuple[str, ...]  # a data set's, in the order of their indices
# Arrays by what they hold; docstrings give their shapes.
UInt8Array = NDArray[np.uint8]
IntArray = NDArray[np.integer[Any]]  # of any width, UInt8Array among them
FloatArray = NDArray[np.floating[Any]]
BoolArray = NDArray[np.bool]


@dataclass(frozen=True)
class Dataset:
    """Faces with their labels: FER-2013, or anybody's own.

    images: uint8 [n, 48, 48], grey levels; labels and splits: uint8 [n], indices into label_names
    and SPLITS; votes: uint8 [n, label_names + 3], how many of FER+'s annotators chose each label,
    or one of NO_LABELS, all zero where there are none; name: of the data set, one line.
    """

    images: UInt8Array
    labels: UInt8Array
    splits: UInt8Array
    votes: UInt8Array
    label_names: Labels = LABELS
    name: str = FER2013

    @property
    def judge(self) -> str:
        """What says whether an answer is right: people where some voted, or else the label."""
        return "what people say" if self.votes.any() else f"{self.name}'s label"

    def split(self, name: str) -> Dataset:
        """The faces of one split, in file order."""
        return self._pick(self.splits == SPLITS.index(name))

    def to_learn(self) -> tuple[Dataset, Dataset]:
        """The faces of Training, and of PublicTest. Raises TrainingError if either has none."""
        training, public = self.split("Training"), self.split("PublicTest")
        if not len(training.images) or not len(public.images):
            raise TrainingError("the data set needs both Training and PublicTest images")
        return training, public

    def sample(self, limit: int | None) -> Dataset:
        """At most `limit` faces, evenly spaced because files come label by label; all for None."""
        if limit is None or limit >= len(self.images):
            return self
        return self._pick(np.linspace(0, len(self.images), limit, endpoint=False, dtype=int))

    def counts(self) -> IntArray:
        """Images per label and split: int [label_names, 3]."""
        table = np.zeros((len(self.label_names), len(SPLITS)), int)
        np.add.at(table, (self.labels, self.splits), 1)
        return table

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all but the name: it tells whether data are the same."""
        content = sha256(repr(self.label_names).encode())
        for part in self._parts().values():
            content.update(part.tobytes())
        return content.hexdigest()

    def require_labels(self, labels: Labels, whose: object) -> None:
        """Raises TrainingError, naming `whose`, unless these are the data's, in the same order."""
        if labels != self.label_names:
            raise TrainingError(
                f"{whose} has other labels than {self.name}: {', '.join(labels)}; "
                f"not {', '.join(self.label_names)}"
            )

    def save(self, path: Path) -> None:
        """Write the data set; an earlier file stays whole until the new one is complete.

        Raises TrainingError if it cannot be written.
        """
        content = io.BytesIO()  # on a full disk, NumPy would write on when all is over
        np.savez_compressed(content, **asdict(self))
        with new_file(path) as partial:
            partial.write_bytes(content.getbuffer())

    def _parts(self) -> dict[str, Any]:
        """What there is of each face."""
        return {part: getattr(self, part) for part in PARTS}

    def _pick(self, chosen: IntArray | BoolArray) -> Dataset:
        return replace(self, **{name: part[chosen] for name, part in self._parts().items()})

    @staticmethod
    def load(path: Path) -> Dataset:
        """Read what `save` wrote. Raises TrainingError if the file is missing or is not one."""
        if not path.is_file():
            raise TrainingError(f"{path} does not exist: run `python -m training prepare` first")
        try:
            with ZipFile(path) as archive, archive.open("images.npy"):
                pass  # np.load alone also takes files of other kinds
            with np.load(path) as file:
                data = Dataset(*(file[part] for part in PARTS))
                if "label_names" in file:  # which files of earlier versions lack: all of FER-2013
                    names = tuple(file["label_names"].tolist())
                    data = replace(data, label_names=names, name=str(file["name"]))
        except (BadZipFile, KeyError, ValueError, OSError, EOFError, zlib.error) as error:
            raise TrainingError(f"{path} is not a prepared data set: {error}") from error
        if data.votes.shape != (len(data.images), len(data.label_names) + len(NO_LABELS)):
            raise TrainingError(f"{path} was prepared by an older version: prepare it again")
        return data
