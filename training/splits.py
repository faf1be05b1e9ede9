"""Which split a face is in where no folder tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from training.dataset import SPLITS, Dataset, IntArray
from training.errors import TrainingError


def parse_shares(text: str) -> list[int]:
    """The parts of Training, PublicTest and PrivateTest, written as 80/10/10.

    Raises TrainingError if these are not three whole numbers of 1 or more.
    """
    parts = text.split("/")
    if len(parts) != len(SPLITS) or not all(part.isdecimal() and int(part) for part in parts):
        raise TrainingError(f"--split {text}: expected three whole numbers, such as 80/10/10")
    return [int(part) for part in parts]


def divide(data: Dataset, faces: IntArray, shares: Sequence[int], seed: int) -> None:
    """Gives these faces of the data set their splits, of each label as many as the shares say.

    Identical images fall into the same split. Which one follows from the seed and from what they
    show, whatever the files are called. Each split with a share has one picture at least, where
    there are enough.
    """
    pictures = defaultdict(list)
    for face in faces:
        pictures[data.images[face].tobytes()].append(face)
    by_label = defaultdict(list)
    for content, alike in pictures.items():
        key = sha256(f"{seed} ".encode() + content).digest()
        by_label[data.labels[alike[0]]].append((key, alike))
    for label in by_label.values():
        rest = [alike for _, alike in sorted(label)]
        for split in reversed(range(len(SPLITS))):
            part = max(1, round(len(label) * shares[split] / sum(shares)))
            below = sum(share > 0 for share in shares[:split])
            # The last one gets what the others leave, of which each is left one.
            part = min(part, max(1, len(rest) - below)) if below else len(rest)
            for alike in rest[:part]:
                data.splits[alike] = split
            rest = rest[part:]
