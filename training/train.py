"""Train one model on the Training split, keeping the weights that do best on PublicTest."""

from __future__ import annotations

import math
import os
import platform
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
from keras import ops

from training import models
from training.batches import Batches, make_targets
from training.dataset import HEADS, Dataset
from training.errors import TrainingError
from training.files import reserved
from training.learner import Learner, loss, steps_to_momentum
from training.people import said
from training.run import (
    BEST_WEIGHTS,
    Config,
    best_accuracy,
    load_best,
    load_network,
    load_weights,
    read_history,
    save_weights,
    write_history,
)

BACKUP = "backup"  # the folder in a run
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
HEAD_RATE = 1e-3  # the learning rate of frozen epochs, in which the heads alone learn
# Few faces come in smaller batches, so that an epoch has so many steps: with fewer, a short run
# ends before anything is learnt. Batch normalisation wants some faces in each.
LEAST_STEPS, LEAST_BATCH = 32, 8
SEEDS = 2**32  # of NumPy's random numbers
TRIED = 10  # steps, after which the time of the whole is estimated
SLOW = 1.5  # times the time that float32 takes: what is slower is no gain to anybody


class Backup(keras.callbacks.Callback):
    """Keeps the state before each epoch, so that a run killed at any moment loses that epoch only.

    Redone, the epoch comes out the same: the state holds the optimizer's too, and the random
    numbers of layers such as Dropout, which Keras does not save, follow from seed and epoch.
    """

    def __init__(self, run: Path, seed: int) -> None:
        super().__init__()
        self._run, self._seed = run, seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        layers = self.model.network.layers
        seeds = [each.seed_generator for each in layers if hasattr(each, "seed_generator")]
        for number, generator in enumerate([self.model.seeds, *seeds]):
            generator.state.assign([self._seed + number, epoch * self.params["steps"]])
        before = _backups(self._run)
        save_weights(self.model, self._run / BACKUP / f"epoch-{epoch}.weights.h5")
        for number, path in before.items():
            if number != epoch:
                path.unlink()


class Record(keras.callbacks.Callback):
    """After each epoch: its row in the history, and its weights if it did best on PublicTest.

    It says how long the rest will take. An epoch whose loss is no number raises TrainingError.
    """

    def __init__(self, run: Path, config: Config, public: Dataset) -> None:
        super().__init__()
        self._run, self._config, self._public = run, config, public
        self._history = read_history(run)
        self._seconds: list[float] = []  # of each epoch of this process

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._seconds:
            return
        if batch == 0:  # the first step builds the graph
            self._first = time.perf_counter()
        elif batch == TRIED:
            step = (time.perf_counter() - self._first) / TRIED
            epochs = self._config.epochs - len(self._history)
            print(f"about {_spoken(step * self.params['steps'] * epochs)} left", flush=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        seconds = time.perf_counter() - self._began
        row = {
            "epoch": str(epoch),
            "loss": str((logs or {})["loss"]),
            **self._judge(),
            "seconds": f"{seconds:.1f}",
            "machine": machine(),
        }
        if not all(math.isfinite(float(row[name])) for name in ("loss", "val_loss")):
            raise TrainingError(
                f"the loss of epoch {epoch} is no number (NaN): try a smaller --learning-rate, or "
                f"--precision float32; {self._run} keeps what it had before"
            )
        if not self._history or best_accuracy([row]) > best_accuracy(self._history):
            save_weights(self.model.average, self._run / BEST_WEIGHTS)
        self._history.append(row)
        write_history(self._run, self._history)
        self._seconds.append(seconds)
        # The first epoch builds the graph, too.
        left = median(self._seconds[1:] or self._seconds) * (
            self._config.epochs - len(self._history)
        )
        shown = [f"{name} {value}" for name, value in row.items() if name != "machine"]
        print(", ".join([*shown, f"about {_spoken(left)} left"]), flush=True)
        self.model.stop_training = _is_over(self._history, self._config, self.params["steps"])

    def _judge(self) -> dict[str, str]:
        """The loss on PublicTest, and how often each head says what it should."""
        faces = self._public.images[..., None].astype(np.float32)
        logits = self.model.average.predict(faces, 512, verbose=0)
        targets = make_targets(self._public, Config())
        true = said(self._public.labels, self._public.votes)
        guesses = {name: each.argmax(axis=1) for name, each in logits.items()}
        right = (guesses["people"] == true)[true >= 0]
        return {
            "val_loss": f"{float(ops.mean(loss(targets, logits))):.4f}",
            "val_people": f"{right.mean() if len(right) else 0:.4f}",
            "val_accuracy": f"{np.mean(guesses['label'] == self._public.labels):.4f}",
        }


def train(data: Dataset, run: Path, config: Config, resume: bool = False) -> float:
    """Train into the folder `run` and return the best PublicTest accuracy.

    Raises TrainingError if the folder already holds a run and `resume` is false, or holds none
    (or another configuration, or one of other data) and `resume` is true, if there is nothing to
    train with, if another process trains into the folder, and if the loss is no number.
    """
    _check(config)
    if not sys.stdout.isatty():  # where Keras's bar of a download would be escape codes in a file
        keras.config.disable_interactive_logging()
    with reserved(run):
        return _train_into(run, data, config, resume)


def _train_into(run: Path, data: Dataset, config: Config, resume: bool) -> float:
    if not data.votes.any():  # then the run must not claim to have learnt from any
        config = replace(config, votes_weight=0.0)
    if config.weights == "none":  # what a frozen random network sees is nothing to learn from
        config = replace(config, frozen_epochs=0)
    training, public = data.to_learn()
    faces = training.sample(config.limit)
    config = _suited(config, data, len(faces.images))
    if resume:
        saved = Config.load(run)
        data.require_labels(saved.labels, run)
        if saved.data_sha256 not in ("", config.data_sha256):
            raise TrainingError(
                f"{run} learns from other data: theirs have the fingerprint "
                f"{saved.data_sha256[:12]}, {data.name} as given has {config.data_sha256[:12]}"
            )
        if _suited(saved, data, len(faces.images)) != config:  # runs of before were not suited
            raise TrainingError(f"{run} was started with other settings: {saved}")
        config = replace(saved, data_sha256=config.data_sha256)
    elif (run / "config.json").exists():
        raise TrainingError(f"{run} already holds a run: --resume goes on with it")

    steps = len(Batches(faces, config, epoch=0))
    if _is_over(read_history(run), config, steps):
        print(f"{run} is finished: there is nothing left to do")
    else:
        keras.utils.set_random_seed(config.seed)
        keras.config.set_dtype_policy(config.precision)
        try:
            _train(faces, public, run, config, steps)
        finally:
            keras.config.set_dtype_policy("float32")
    shutil.rmtree(run / BACKUP, ignore_errors=True)  # of no use to a finished run
    return best_accuracy(read_history(run))


def _suited(config: Config, data: Dataset, faces: int) -> Config:
    """The settings as they are for so many training faces of these data.

    The model's usual batch becomes smaller for few; another one was asked for, and stays.
    """
    batch = config.batch
    if batch == Config.of(config.model).batch:
        batch = min(batch, max(LEAST_BATCH, faces // LEAST_STEPS))
    return replace(
        config,
        batch=batch,
        labels=data.label_names,
        data=data.name,
        data_sha256=data.fingerprint(),
    )


def machine() -> str:
    """What computes here, in words."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")  # Linux knows better
    if about.exists():
        lines = (line.partition(":") for line in about.read_text().splitlines())
        name = next((text.strip() for key, _, text in lines if key.strip() == "model name"), name)
    devices = ", ".join(keras.distribution.list_devices())
    return f"{os.cpu_count()} x {name}; {keras.config.backend()} on {devices}"


def warning_of(precision: str) -> str | None:
    """A line, if this machine computes faster in float32.

    It is measured, with steps of a tiny network: which processors and libraries are fast at which
    precision changes from year to year, and no list of flags says what a library makes of them.
    """
    usual, other = (_step_seconds(policy) for policy in ("float32", precision))
    if other < SLOW * usual:
        return None
    return f"{precision} is slow here: a step takes {other / usual:.1f} times as long as in float32"


def _step_seconds(precision: str) -> float:
    """What a step of two small convolutions takes."""
    convolutions = [keras.layers.Conv2D(32, 3, padding="same", dtype=precision) for _ in range(2)]
    network = keras.Sequential([*convolutions, keras.layers.Flatten(dtype="float32")])
    network.compile("sgd", "mse")
    faces = np.ones((8, 24, 24, 32), np.float32)
    seconds = []
    for _ in range(4):  # the first builds the graph
        began = time.perf_counter()
        network.train_on_batch(faces, faces.reshape(len(faces), -1))
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def compile_model(learner: Learner, config: Config, rate: float, steps: int) -> None:
    """Make it ready to learn for `steps` batches, with the learning rate up to `rate`."""
    warmup = min(config.warmup_steps, steps // 5)
    schedule = (
        keras.optimizers.schedules.CosineDecay(
            0.0, steps - warmup, warmup_target=rate, warmup_steps=warmup
        )
        if warmup
        else keras.optimizers.schedules.CosineDecay(rate, steps)
    )
    optimizer = keras.optimizers.Adam(schedule, weight_decay=config.weight_decay or None)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    learner.compile(optimizer)
    # Else the first backup would lack its state.
    learner.optimizer.build(learner.trainable_variables)


def _check(config: Config) -> None:
    counts = (config.epochs, config.batch, config.patience, config.limit)
    if any(count is not None and count < 1 for count in counts):
        raise TrainingError("epochs, batch, patience and limit are 1 or more")
    if not 0 <= config.seed < SEEDS:
        raise TrainingError(f"the seed is 0 or more, and less than {SEEDS}")
    shares = (
        config.strength,
        config.votes_weight,
        config.teachers_weight,
        config.mix,
        config.rarity,
    )
    if not all(0 <= share <= 1 for share in shares):
        raise TrainingError("strength, mix, rarity, votes weight and teachers weight lie in 0..1")
    if bool(config.teachers) != bool(config.teachers_weight):
        raise TrainingError("teachers and their weight come together")
    if not 0 <= config.average < 1 or not 0 <= config.label_smoothing < 1:
        raise TrainingError("average and label smoothing are 0 or more, and less than 1")
    if not 0 <= config.weight_decay < math.inf:
        raise TrainingError("weight decay is a number of 0 or more")
    if min(config.warmup_steps, config.frozen_epochs) < 0:
        raise TrainingError("warmup steps and frozen epochs are 0 or more")
    if not 0 < config.learning_rate < 1:
        raise TrainingError("the learning rate lies between 0 and 1")
    if config.precision not in PRECISIONS:
        raise TrainingError(f"unknown precision, expected one of {', '.join(PRECISIONS)}")


def _train(faces: Dataset, public: Dataset, run: Path, config: Config, steps: int) -> None:
    backups, history = _backups(run), read_history(run)
    epoch = max(backups, default=0)
    for teacher in _teachers(config):
        faces.require_labels(Config.load(teacher).labels, teacher)
    learner = begin(config, resumed=bool(backups))
    config.save(run)
    print(
        f"{config.model} on {machine()}, in {config.precision}: {config.epochs} epochs of {steps} "
        f"steps of {config.batch} faces",
        flush=True,
    )
    if config.precision != "float32" and (warning := warning_of(config.precision)):
        print(f"warning: {warning}", file=sys.stderr, flush=True)
    write_history(run, history[:epoch])  # later epochs will be written again
    thaw = min(config.frozen_epochs, config.epochs)
    for first, last in ((0, thaw), (thaw, config.epochs)):
        if epoch >= last or _is_over(read_history(run), config, steps):
            continue
        frozen = first < thaw
        for layer in learner.network.layers:
            layer.trainable = layer.name in HEADS or not frozen
        batches = Batches(faces, config, epoch)
        rate = HEAD_RATE if frozen else config.learning_rate
        compile_model(learner, config, rate, steps=steps * (last - first))
        if epoch in backups:
            load_weights(learner, backups[epoch])
        learner.fit(
            batches,
            epochs=last,
            initial_epoch=epoch,
            shuffle=False,  # Batches does, so that a resumed run sees the same order
            verbose=0,
            callbacks=[Backup(run, config.seed), Record(run, config, public)],
        )
        epoch = last


def begin(config: Config, resumed: bool = False) -> Learner:
    """What begins to learn, or, if `resumed`, what gets the state of a backup next.

    Raises TrainingError if the weights or teachers of `config` cannot be loaded.
    """
    weights = Path(config.weights)
    if not resumed and config.weights not in ("none", "imagenet") and not weights.exists():
        raise TrainingError(
            f"{weights} does not exist: to begin with are none, imagenet, a file of such, or a "
            "run's folder"
        )
    run = weights if weights.is_dir() else None
    begins_afresh = resumed or run or config.weights == "none"
    labels = len(config.labels)
    network = models.build(config.model, labels, None if begins_afresh else config.weights)
    if run and not resumed:
        _take_over(run, network, config)
    average = models.build(config.model, labels)
    average.set_weights(network.get_weights())
    teachers = [load_network(teacher) for teacher in _teachers(config)]
    return Learner(network, average, teachers, config)


def _spoken(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _take_over(run: Path, network: keras.Model, config: Config) -> None:
    """Give `network` the run's best weights; but for the heads, if they are for other labels."""
    before = Config.load(run)
    if before.labels == config.labels:
        load_best(network, run)
        return
    other = models.build(config.model, len(before.labels))
    load_best(other, run)
    for layer, same in zip(network.layers, other.layers, strict=True):
        if layer.name not in HEADS:
            layer.set_weights(same.get_weights())
    print(f"begins with the weights of {run} but for its heads, which are for other labels")


def _teachers(config: Config) -> list[Path]:
    return [Path(run) for run in config.teachers.split(",") if run]


def _backups(run: Path) -> dict[int, Path]:
    """The saved states, by the number of epochs that each has behind it."""
    paths = (run / BACKUP).glob("epoch-*.weights.h5")
    return {int(path.name.removeprefix("epoch-").split(".")[0]): path for path in paths}


def _is_over(history: Sequence[Mapping[str, str]], config: Config, steps: int) -> bool:
    """Whether all epochs, of so many steps, are done, or the best one is `patience` epochs ago.

    Patience stops nothing before the average of the weights has the momentum that it was given:
    until then it may follow the weights less well than it will.
    """
    if len(history) >= config.epochs:
        return True
    if len(history) * steps < steps_to_momentum(config.average):
        return False
    accuracies = [float(row["val_people"]) for row in history[config.frozen_epochs :]]
    if config.patience is None or not accuracies:
        return False
    return len(accuracies) - 1 - accuracies.index(max(accuracies)) >= config.patience
