"""What a run learns from: the training faces, batch by batch, with what each is labelled as."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset, FloatArray, IntArray
from training.run import Config


class Batches(keras.utils.PyDataset):
    """The training faces with their targets, in an order that follows from seed and epoch.

    What does not fill a batch is left out: an accelerator would build the network anew for it.
    """

    def __init__(self, faces: Dataset, config: Config, epoch: int) -> None:
        super().__init__()
        self._examples = {"faces": faces.images, **make_targets(faces, config)}
        self._chances = _chances(faces.labels, config.rarity)
        self._config, self._epoch = config, epoch
        self._shuffle()

    def __len__(self) -> int:
        return max(1, len(self._order) // self._config.batch)

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        chosen = self._order[index * self._config.batch : (index + 1) * self._config.batch]
        return {name: each[chosen] for name, each in self._examples.items()}

    def on_epoch_end(self) -> None:
        """Called by Keras between epochs."""
        self._epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        rng = np.random.default_rng([self._config.seed, self._epoch])
        count = len(self._chances)
        drawn = rng.choice(count, count, p=self._chances) if self._config.rarity else None
        self._order = rng.permutation(count) if drawn is None else drawn


def make_targets(faces: Dataset, config: Config) -> dict[str, NDArray[Any]]:
    """What each face is labelled as: distributions, float32 [n, choices] for each of HEADS.

    `people` is the distribution of FER+'s votes, `label` the label with `votes_weight` of the
    votes for labels mixed in, and then smoothed. `voted`, float32 [n], is 1 where there are votes;
    in a data set without any, where labels stand in for them, it is 1 everywhere.
    """
    count = len(faces.label_names)
    labels = np.eye(count, dtype=np.float32)[faces.labels]
    votes = faces.votes.astype(np.float32)
    if not votes.any():
        votes[:, :count] = labels
    named = votes[:, :count]
    weight = config.votes_weight * named.any(axis=1, keepdims=True).astype(np.float32)
    mixed = (1 - weight) * labels + weight * _shares(named)
    smoothing = np.float32(config.label_smoothing)
    return {
        "people": _shares(votes),
        "label": (1 - smoothing) * mixed + smoothing / count,
        "voted": np.asarray(votes.any(axis=1), np.float32),
    }


def _shares(counts: FloatArray) -> FloatArray:
    shares: FloatArray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def _chances(labels: IntArray, rarity: float) -> FloatArray:
    """With which probability each face is drawn: float64 [n]."""
    shares = np.bincount(labels)[labels] / len(labels)
    chances: FloatArray = shares**-rarity
    return chances / chances.sum()
