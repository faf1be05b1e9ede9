"""Train one model on the Training split, keeping the weights that do best on PublicTest.

A run is a folder: `config.json`, `history.csv` (a row an epoch), `best.weights.h5`, and `backup/`
with the state before the latest epoch, from which an interrupted run goes on.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np

from training import models
from training.augment import augment
from training.dataset import LABELS, Dataset
from training.errors import TrainingError

BEST_WEIGHTS = "best.weights.h5"
BACKUP = "backup/latest.weights.h5"


@dataclass(frozen=True)
class Config:
    """Everything that decides how a run goes, saved with it."""

    model: str = "compact"
    epochs: int = 45
    batch: int = 128
    learning_rate: float = 2.5e-3  # the peak, after the warm-up
    warmup_steps: int = 400
    weight_decay: float = 0.03
    label_smoothing: float = 0.05
    votes_weight: float = 0.4  # share of the FER+ annotators in the target; the rest is the label
    strength: float = 1.0  # of the augmentation, 0..1
    init: str | None = None  # folder of a run whose best weights this one begins with
    average: float = 0.995  # momentum of the moving average of the weights that is kept
    seed: int = 1
    limit: int | None = None  # use only so many of the training images: for a quick try

    @staticmethod
    def load(run: Path) -> Config:
        """The configuration saved in a run. Raises TrainingError if there is none."""
        try:
            return Config(**json.loads((run / "config.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise TrainingError(f"{run} is not a training run: {error}") from error


class Batches(keras.utils.PyDataset):
    """The training faces, shuffled and augmented anew each epoch, the same for the same seed."""

    def __init__(self, faces: Dataset, config: Config, epoch: int) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self._faces, self._config, self._epoch = faces, config, epoch
        self._targets = soft_targets(faces, config.votes_weight)
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._config.batch)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
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


class Backup(keras.callbacks.Callback):
    """Keeps the state before each epoch, so that a run killed at any moment loses that epoch only.

    Redone, the epoch comes out the same: the state holds the optimizer's too, and the random
    numbers of layers such as Dropout, which Keras does not save, follow from seed and epoch.
    """

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__()
        self._path, self._seed = path, seed

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        for layer in self.model.layers:
            if hasattr(layer, "seed_generator"):
                layer.seed_generator.state.assign([self._seed, epoch * self.params["steps"]])
        _save_weights(self.model, self._path)


class KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the epoch that did best on PublicTest, without the optimizer's state."""

    def __init__(self, path: Path, best: float) -> None:
        super().__init__()
        self._path, self._best = path, best

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        accuracy = (logs or {})["val_accuracy"]
        if accuracy > self._best:
            _save_weights(keras.Model(self.model.input, self.model.output), self._path)
            self._best = accuracy


def _save_weights(model: keras.Model, path: Path) -> None:
    """Save; an earlier file stays whole until the new one is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("partial.weights.h5")
    model.save_weights(partial)
    partial.replace(path)


def soft_targets(faces: Dataset, votes_weight: float) -> np.ndarray:
    """float32 [n, 7]: the label, mixed with the distribution of FER+ votes where there are any."""
    labels = np.eye(len(LABELS), dtype=np.float32)[faces.labels]
    total = faces.votes.sum(axis=1, keepdims=True, dtype=np.float32)
    votes = faces.votes / np.maximum(total, 1)
    weight = np.where(total > 0, np.float32(votes_weight), np.float32(0))
    return (1 - weight) * labels + weight * votes


def load_best(model: keras.Model, run: Path) -> None:
    """Give `model` the run's best weights.

    Raises TrainingError if the run has none yet, or weights of another model.
    """
    weights = run / BEST_WEIGHTS
    if not weights.exists():
        raise TrainingError(f"{run} has no {BEST_WEIGHTS} yet: let it train for an epoch")
    try:
        model.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{weights} cannot be read: {str(error).splitlines()[0]}") from error


def train(data: Dataset, run: Path, config: Config, resume: bool = False) -> float:
    """Train into the folder `run` and return the best PublicTest accuracy.

    Raises TrainingError if the folder already holds a run and `resume` is false, or holds none
    (or another configuration) and `resume` is true, or if there is nothing to train with.
    """
    if not data.votes.any():  # then the run must not claim to have learnt from any
        config = replace(config, votes_weight=0.0)
    started = (run / "config.json").exists()
    if resume and Config.load(run) != config:
        raise TrainingError(f"{run} was started with other settings: {Config.load(run)}")
    if started and not resume:
        raise TrainingError(f"{run} already holds a run: --resume goes on with it")
    if config.epochs < 1 or config.seed < 0 or (config.limit or 1) < 1:
        raise TrainingError("a run needs one epoch, one image and a seed of 0 at the least")
    if not 0 <= config.strength <= 1 or not 0 < config.learning_rate < 1:
        raise TrainingError("the strength lies in 0..1 and the learning rate between 0 and 1")
    faces, public = data.split("Training").sample(config.limit), data.split("PublicTest")
    if not len(faces.images) or not len(public.images):
        raise TrainingError("the data set needs both Training and PublicTest images")

    keras.utils.set_random_seed(config.seed)
    model = models.build(config.model)
    if config.init:
        load_best(model, Path(config.init))
    steps_per_epoch = math.ceil(len(faces.images) / config.batch)
    steps = steps_per_epoch * config.epochs
    warmup = min(config.warmup_steps, steps // 5)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, warmup_target=config.learning_rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=config.weight_decay, use_ema=True, ema_momentum=config.average
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing
        ),
        metrics=["accuracy"],
    )
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n")
    if len(_history(run)) == config.epochs:
        return max(_history(run))
    epoch = _restore(model, run, steps_per_epoch)
    model.fit(
        Batches(faces, config, epoch),
        epochs=config.epochs,
        initial_epoch=epoch,
        shuffle=False,  # Batches does, so that a resumed run sees the same order
        validation_data=(
            public.images[..., None].astype(np.float32),
            np.eye(len(LABELS), dtype=np.float32)[public.labels],
        ),
        validation_batch_size=512,
        callbacks=[
            # Order matters: the backup holds the raw weights, the best file the averaged ones.
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            Backup(run / BACKUP, config.seed),
            KeepBest(run / BEST_WEIGHTS, best=max(_history(run), default=0.0)),
            keras.callbacks.CSVLogger(str(run / "history.csv"), append=True),
        ],
    )
    return max(_history(run))


def _restore(model: keras.Model, run: Path, steps_per_epoch: int) -> int:
    """Bring back the state in `backup/`, if any, and return how many epochs it has behind it."""
    model.optimizer.build(model.trainable_variables)  # else the first backup would lack its state
    path = run / BACKUP
    if not path.exists():
        return 0
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    epochs = int(model.optimizer.iterations) // steps_per_epoch
    history = run / "history.csv"
    if history.exists():  # what it says about later epochs will be written again
        lines = history.read_bytes().splitlines(keepends=True)[: epochs + 1]
        partial = run / "history.partial.csv"
        partial.write_bytes(b"".join(lines))
        partial.replace(history)
    return epochs


def _history(run: Path) -> list[float]:
    """PublicTest accuracy after each epoch that the run has finished."""
    path = run / "history.csv"
    if not path.exists():
        return []
    lines = path.read_text().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]  # a kill may have cut the last one
    return [float(row["val_accuracy"]) for row in csv.DictReader(whole)]
