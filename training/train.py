"""Train one model on the Training split, keeping the weights that do best on PublicTest."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training import models
from training.augment import augment
from training.dataset import LABELS, Dataset, FloatArray
from training.errors import TrainingError
from training.run import (
    BEST_WEIGHTS,
    Config,
    best_accuracy,
    load_best,
    load_classifier,
    load_weights,
    read_history,
    save_weights,
    write_history,
)

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
HEAD = "logits"  # the layer that alone learns in frozen epochs, and its learning rate
HEAD_RATE = 1e-3


class Batches(keras.utils.PyDataset):
    """The training faces, shuffled and augmented anew each epoch, the same for the same seed."""

    def __init__(self, faces: Dataset, targets: FloatArray, config: Config, epoch: int) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self._faces, self._targets = faces, targets
        self._config, self._epoch = config, epoch
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._config.batch)

    def __getitem__(self, index: int) -> tuple[FloatArray, FloatArray]:
        rng = np.random.default_rng([self._config.seed, self._epoch, index])
        strength = self._config.strength
        chosen = self._order[index * self._config.batch : (index + 1) * self._config.batch]
        images = np.stack([augment(self._faces.images[face], rng, strength) for face in chosen])
        return images[..., None].astype(np.float32), self._targets[chosen]

    def on_epoch_end(self) -> None:
        """Called by Keras between epochs."""
        self._epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        rng = np.random.default_rng([self._config.seed, self._epoch])
        self._order = rng.permutation(len(self._faces.images))


def make_targets(faces: Dataset, config: Config) -> FloatArray:
    """float32 [n, 7]: what the run is to learn: labels, votes and its teachers' answers, mixed.

    Raises TrainingError if a teacher cannot be loaded.
    """
    targets = soft_targets(faces, config.votes_weight)
    if not config.teachers:
        return targets
    taught = teach(faces, config.teachers.split(","))
    return targets + np.float32(config.teachers_weight) * (taught - targets)


def soft_targets(faces: Dataset, votes_weight: float) -> FloatArray:
    """float32 [n, 7]: the label, mixed with the distribution of FER+ votes where there are any."""
    labels = np.eye(len(LABELS), dtype=np.float32)[faces.labels]
    votes = faces.votes[:, : len(LABELS)]
    total = votes.sum(axis=1, keepdims=True, dtype=np.float32)
    weight = np.where(total > 0, np.float32(votes_weight), np.float32(0))
    return (1 - weight) * labels + weight * (votes / np.maximum(total, 1))


def teach(faces: Dataset, runs: Sequence[str]) -> FloatArray:
    """float32 [n, 7]: the mean answer of some runs' models for each face and its mirror image.

    Raises TrainingError if a run's model cannot be loaded.
    """
    images = faces.images[..., None].astype(np.float32)
    views = images, images[:, :, ::-1]
    teachers = [load_classifier(Path(run)) for run in runs]
    answers = [each.predict(view, 256, verbose=0) for each in teachers for view in views]
    return np.mean(answers, axis=0)


class Backup(keras.callbacks.Callback):
    """Keeps the state before each epoch, so that a run killed at any moment loses that epoch only.

    Redone, the epoch comes out the same: the state holds the optimizer's too, and the random
    numbers of layers such as Dropout, which Keras does not save, follow from seed and epoch.
    """

    def __init__(self, run: Path, seed: int) -> None:
        super().__init__()
        self._run, self._seed = run, seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for layer in self.model.layers:
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([self._seed, epoch * self.params["steps"]])
        before = _backups(self._run)
        save_weights(self.model, self._run / "backup" / f"epoch-{epoch}.weights.h5")
        for number, path in before.items():
            if number != epoch:
                path.unlink()


class Record(keras.callbacks.Callback):
    """After each epoch: its row in the history, and its weights if it did best on PublicTest."""

    def __init__(self, run: Path, config: Config) -> None:
        super().__init__()
        self._run, self._config = run, config
        self._history = read_history(run)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        figures = {name: str(value) for name, value in (logs or {}).items()}
        seconds = f"{time.perf_counter() - self._began:.1f}"
        row = {"epoch": str(epoch), **figures, "seconds": seconds, "machine": machine()}
        if not self._history or best_accuracy([row]) > best_accuracy(self._history):
            # A model of its own, to leave out the optimizer's state.
            model = keras.Model(self.model.input, self.model.output)
            save_weights(model, self._run / BEST_WEIGHTS)
        self._history.append(row)
        write_history(self._run, self._history)
        self.model.stop_training = _is_over(self._history, self._config)


def train(data: Dataset, run: Path, config: Config, resume: bool = False) -> float:
    """Train into the folder `run` and return the best PublicTest accuracy.

    Raises TrainingError if the folder already holds a run and `resume` is false, or holds none
    (or another configuration) and `resume` is true, or if there is nothing to train with.
    """
    _check(config)
    if not data.votes.any():  # then the run must not claim to have learnt from any
        config = replace(config, votes_weight=0.0)
    if config.weights == "none":  # what a frozen random network sees is nothing to learn from
        config = replace(config, frozen_epochs=0)
    started = (run / "config.json").exists()
    if resume and Config.load(run) != config:
        raise TrainingError(f"{run} was started with other settings: {Config.load(run)}")
    if started and not resume:
        raise TrainingError(f"{run} already holds a run: --resume goes on with it")
    faces, public = data.split("Training").sample(config.limit), data.split("PublicTest")
    if not len(faces.images) or not len(public.images):
        raise TrainingError("the data set needs both Training and PublicTest images")

    if _is_over(read_history(run), config):
        return best_accuracy(read_history(run))
    targets = make_targets(faces, config)
    keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy(config.precision)
    try:
        _train(faces, targets, public, run, config)
    finally:
        keras.config.set_dtype_policy("float32")
    return best_accuracy(read_history(run))


def machine() -> str:
    """What computes here, in words."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")  # Linux knows better
    if about.exists():
        lines = (line.partition(":") for line in about.read_text().splitlines())
        name = next((text.strip() for key, _, text in lines if key.strip() == "model name"), name)
    devices = ", ".join(keras.distribution.list_devices())
    return f"{os.cpu_count()} x {name}; {keras.config.backend()} on {devices}"


def compile_model(model: keras.Model, config: Config, rate: float, steps: int) -> None:
    """Make the model ready to learn for `steps` batches, with the learning rate up to `rate`."""
    warmup = min(config.warmup_steps, steps // 5)
    schedule = (
        keras.optimizers.schedules.CosineDecay(
            0.0, steps - warmup, warmup_target=rate, warmup_steps=warmup
        )
        if warmup
        else keras.optimizers.schedules.CosineDecay(rate, steps)
    )
    optimizer = keras.optimizers.Adam(
        schedule,
        weight_decay=config.weight_decay or None,
        use_ema=config.average > 0,
        ema_momentum=config.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        ),
        metrics=["accuracy"],
    )
    # Else the first backup would lack its state.
    model.optimizer.build(model.trainable_variables)


def _check(config: Config) -> None:
    counts = (config.epochs, config.batch, config.patience, config.limit)
    if any(count is not None and count < 1 for count in counts) or config.seed < 0:
        raise TrainingError("epochs, batch, patience and limit are 1 or more, the seed 0 or more")
    shares = (config.strength, config.votes_weight, config.teachers_weight)
    if not all(0 <= share <= 1 for share in shares):
        raise TrainingError("strength, votes weight and teachers weight lie in 0..1")
    if bool(config.teachers) != bool(config.teachers_weight):
        raise TrainingError("teachers and their weight come together")
    if not 0 <= config.average < 1 or not 0 <= config.label_smoothing < 1:
        raise TrainingError("average and label smoothing are 0 or more, and less than 1")
    if min(config.weight_decay, config.warmup_steps, config.frozen_epochs) < 0:
        raise TrainingError("weight decay, warmup steps and frozen epochs are 0 or more")
    if not 0 < config.learning_rate < 1:
        raise TrainingError("the learning rate lies between 0 and 1")
    if config.precision not in PRECISIONS:
        raise TrainingError(f"unknown precision, expected one of {', '.join(PRECISIONS)}")


def _train(faces: Dataset, targets: FloatArray, public: Dataset, run: Path, config: Config) -> None:
    backups, history = _backups(run), read_history(run)
    epoch = max(backups, default=0)
    model = models.build(config.model) if backups else _begin(config)
    config.save(run)
    write_history(run, history[:epoch])  # later epochs will be written again
    validation = (
        public.images[..., None].astype(np.float32),
        np.eye(len(LABELS), dtype=np.float32)[public.labels],
    )
    thaw = min(config.frozen_epochs, config.epochs)
    for first, last in ((0, thaw), (thaw, config.epochs)):
        if epoch >= last or _is_over(read_history(run), config):
            continue
        frozen = first < thaw
        for layer in model.layers:
            layer.trainable = layer.name == HEAD or not frozen
        batches = Batches(faces, targets, config, epoch)
        rate = HEAD_RATE if frozen else config.learning_rate
        compile_model(model, config, rate, steps=len(batches) * (last - first))
        if epoch in backups:
            load_weights(model, backups[epoch])
        model.fit(
            batches,
            epochs=last,
            initial_epoch=epoch,
            shuffle=False,  # Batches does, so that a resumed run sees the same order
            validation_data=validation,
            validation_batch_size=512,
            callbacks=[
                # Order matters: the backup holds the raw weights, the best file the averaged ones.
                *([keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if config.average else []),
                Backup(run, config.seed),
                Record(run, config),
            ],
        )
        epoch = last


def _begin(config: Config) -> keras.Model:
    """The model as it begins its first epoch."""
    if config.weights == "none":
        return models.build(config.model)
    if not Path(config.weights).is_dir():
        return models.build(config.model, config.weights)
    model = models.build(config.model)
    load_best(model, Path(config.weights))
    return model


def _backups(run: Path) -> dict[int, Path]:
    """The saved states, by the number of epochs that each has behind it."""
    paths = (run / "backup").glob("epoch-*.weights.h5")
    return {int(path.name.removeprefix("epoch-").split(".")[0]): path for path in paths}


def _is_over(history: Sequence[Mapping[str, str]], config: Config) -> bool:
    """Whether all epochs are done, or the best one is `patience` epochs ago."""
    if len(history) >= config.epochs:
        return True
    accuracies = [float(row["val_accuracy"]) for row in history[config.frozen_epochs :]]
    if config.patience is None or not accuracies:
        return False
    return len(accuracies) - 1 - accuracies.index(max(accuracies)) >= config.patience
