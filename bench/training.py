"""How fast each model trains."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any

import keras
import numpy as np

from training.batches import Batches
from training.dataset import LABELS, SIDE, VOTES, Dataset
from training.learner import Learner
from training.models import MODELS
from training.page import markdown_table
from training.run import Config
from training.train import begin, compile_model, machine

COLUMNS = ("model", "batch", "images/s", "ms a step")
ROUNDS = 5
SECONDS = 8.0  # of each


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


def bench_training() -> str:
    """The table of all models, and what it was measured on."""
    rows = []
    for name in MODELS:
        print(f"training {name} for about {SECONDS * (1 + ROUNDS):.0f} s", flush=True)
        rows.append(measure_training(name))
    return f"{markdown_table(COLUMNS, rows)}\n{machine()}"


def measure_training(name: str, seconds: float = SECONDS) -> tuple[str, int, str, str]:
    """A row of COLUMNS for one model, on noise of FER-2013's size with the model's own settings.

    It is the median of rounds of about so many seconds each.
    """
    config = replace(Config.of(name), weights="none")
    learner = begin(config)
    compile_model(learner, config, config.learning_rate, steps=1000)
    few = Batches(_noise(4 * config.batch), config, epoch=0)
    _step(learner, few)  # the first step builds the graph
    steps = max(4, round(seconds / _step(learner, few)))
    batches = Batches(_noise(steps * config.batch), config, epoch=0)
    step = median(_step(learner, batches) for _ in range(ROUNDS))
    return name, config.batch, f"{config.batch / step:,.0f}", f"{1000 * step:,.1f}"


def _step(learner: Learner, batches: Batches) -> float:
    stopwatch = Stopwatch()
    learner.fit(batches, shuffle=False, verbose=0, callbacks=[stopwatch])
    return stopwatch.seconds


def _noise(count: int) -> Dataset:
    rng = np.random.default_rng(1)
    return Dataset(
        rng.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8),
        rng.integers(0, len(LABELS), count, dtype=np.uint8),
        np.zeros(count, np.uint8),
        np.ones((count, len(VOTES)), np.uint8),
    )
