"""How fast each model trains, and how much of that time goes into making its batches."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import keras
import numpy as np

from training import models
from training.dataset import LABELS, SIDE, VOTES, Dataset, FloatArray
from training.run import Config
from training.train import Batches, compile_model, soft_targets

COLUMNS = ("model", "batch", "images/s", "ms a step", "input pipeline")
ROUNDS = 5


class Ready(keras.utils.PyDataset):
    """The batches of a `Batches`, made beforehand."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = [batches[index] for index in range(len(batches))]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[FloatArray, FloatArray]:
        return self._batches[index]


class Stopwatch(keras.callbacks.Callback):
    """The mean time of a step, from the end of the first one on.

    What `fit` does before and after its steps takes seconds at times, and is no part of them.
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._ends.append(time.perf_counter())

    @property
    def seconds(self) -> float:
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)


def measure_training(name: str, seconds: float = 8.0) -> tuple[str, int, str, str, str]:
    """A row of COLUMNS for one model, on noise of FER-2013's size with the model's own settings.

    The input pipeline's share is how much longer a step takes when its batch has to be made than
    when it is ready; medians of rounds, each of about so many seconds, that take turns, so that
    whatever else the machine does hits both alike.
    """
    config = Config.of(name)
    model = models.build(name)
    compile_model(model, config, config.learning_rate, steps=1000)
    few = _batches(4, config)
    _step(model, few)  # the first step builds the graph
    steps = max(4, round(seconds / _step(model, few)))
    batches = _batches(steps, config)
    ready = Ready(batches)
    rounds = [(_step(model, batches), _step(model, ready)) for _ in range(ROUNDS)]
    made, waiting = median(made for made, _ in rounds), median(ready for _, ready in rounds)
    return (
        name,
        config.batch,
        f"{config.batch / made:,.0f}",
        f"{1000 * made:,.1f}",
        f"{1 - waiting / made:.1%}",
    )


def _step(model: keras.Model, batches: keras.utils.PyDataset) -> float:
    stopwatch = Stopwatch()
    model.fit(batches, shuffle=False, verbose=0, callbacks=[stopwatch])
    return stopwatch.seconds


def _batches(steps: int, config: Config) -> Batches:
    faces = _noise(steps * config.batch)
    return Batches(faces, soft_targets(faces, config.votes_weight), config, epoch=0)


def _noise(count: int) -> Dataset:
    rng = np.random.default_rng(1)
    return Dataset(
        rng.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8),
        rng.integers(0, len(LABELS), count, dtype=np.uint8),
        np.zeros(count, np.uint8),
        np.ones((count, len(VOTES)), np.uint8),
    )
