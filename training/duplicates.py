"""Faces that are in the data set more than once, pixel for pixel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from training.dataset import SPLITS, Dataset


@dataclass(frozen=True)
class Duplicates:
    """groups: the indices of each image that is there several times, in file order;

    trained: those of the groups with an image in Training; across: those that span splits;
    contradicting: those whose labels differ;
    leaked: for each test split, how many of its images are also in Training.
    """

    groups: list[list[int]]
    trained: list[list[int]]
    across: list[list[int]]
    contradicting: list[list[int]]
    leaked: dict[str, int]

    @staticmethod
    def of(data: Dataset) -> Duplicates:
        """Find all of them."""
        places = defaultdict(list)
        for index, image in enumerate(data.images):
            places[image.tobytes()].append(index)
        groups = [group for group in places.values() if len(group) > 1]
        training = SPLITS.index("Training")
        trained = [group for group in groups if (data.splits[group] == training).any()]
        return Duplicates(
            groups,
            trained,
            across=[group for group in groups if len(set(data.splits[group])) > 1],
            contradicting=[group for group in groups if len(set(data.labels[group])) > 1],
            leaked={
                name: sum(int((data.splits[group] == split).sum()) for group in trained)
                for split, name in enumerate(SPLITS)
                if split != training
            },
        )


def images_in(groups: list[list[int]]) -> int:
    """How many images the groups hold."""
    return sum(map(len, groups))
