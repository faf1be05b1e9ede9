"""One training run as a folder: its settings, its history, its best weights.

`config.json`, `history.csv` (a row an epoch), `best.weights.h5`, and `backup/` with the state
before the latest epoch, from which an interrupted run goes on.
"""

from __future__ import annotations

import csv
import json
import math
import shlex
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np

from training import models
from training.dataset import FER2013, LABELS, Labels
from training.errors import TrainingError
from training.files import new_file
from training.models.heads import join

BEST_WEIGHTS = "best.weights.h5"
HDF5_OVERHEAD = 8192  # bytes for each array, at most
OF_DATA = ("labels", "data", "data_sha256")  # settings that follow from the data set
NO_OPTIONS = ("model", *OF_DATA)  # settings that a command says in another way
COLUMNS = ("epoch", "loss", "val_loss", "val_people", "val_accuracy", "seconds", "machine")


@dataclass(frozen=True)
class Config:
    """Everything that decides how a run goes, saved with it."""

    model: str = "compact"
    labels: Labels = LABELS  # the data set's
    data: str = FER2013  # its name
    weights: str = "none"  # to begin with: none, imagenet, a file of such, or a run's folder
    epochs: int = 50
    frozen_epochs: int = 0  # of these, at first, in which only the last layer learns
    patience: int | None = None  # stop after so many epochs without a better one
    batch: int = 32
    learning_rate: float = 1e-3  # the peak; falls to zero along a cosine
    warmup_steps: int = 0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    votes_weight: float = 0.0  # share of the FER+ annotators in the target; the rest is the label
    mix: float = 0.0  # share of the faces that are mixed with another one
    rarity: float = 0.0  # exponent with which faces of rare labels are drawn more often
    teachers: str = ""  # runs, by commas, whose mean answer is part of the target
    teachers_weight: float = 0.0  # how large a part; the rest is label and votes
    strength: float = 0.5  # of the augmentation, 0..1
    average: float = 0.0  # momentum of the moving average of the weights that is kept; 0: none
    precision: str = "float32"  # what layers compute in: float32, mixed_float16, mixed_bfloat16
    seed: int = 1
    limit: int | None = None  # use only so many of the training images: for a quick try
    data_sha256: str = ""  # `Dataset.fingerprint` of what it learns from; runs of before lack it

    @staticmethod
    def of(model: str, **given: object) -> Config:
        """The settings that suit the model, except those given.

        Raises TrainingError for an unknown model.
        """
        settings: dict[str, Any] = {"model": model, **models.recipe(model).settings, **given}
        return Config(**settings)

    @staticmethod
    def load(run: Path) -> Config:
        """The configuration saved in a run.

        Raises TrainingError if there is none, or one with settings that are not known here.
        """
        try:
            settings = dict(json.loads((run / "config.json").read_text()))
            settings["labels"] = tuple(settings.get("labels", LABELS))
        except (OSError, ValueError, TypeError) as error:
            raise TrainingError(f"{run} is not a training run: {error}") from error
        unknown = sorted(settings.keys() - {field.name for field in fields(Config)})
        if unknown:
            raise TrainingError(
                f"{run} is not a training run of this version, which has no setting "
                f"{', '.join(unknown)}: a newer one made it"
            )
        return Config(**settings)

    def save(self, run: Path) -> None:
        """Write it to a run's folder, which is made where there is none."""
        with new_file(run / "config.json") as partial:
            partial.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def command(self, run: Path) -> str:
        """The command that makes such a run, with only what differs from the model's own.

        It leaves out where the data set lies, which a run does not know.
        """
        usual = Config.of(self.model)
        given = [f"python -m training train --run {shlex.quote(str(run))} --model {self.model}"]
        for name in (field.name for field in fields(self) if field.name not in NO_OPTIONS):
            value = getattr(self, name)
            if value != getattr(usual, name):
                given.append(f"--{name.replace('_', '-')} {shlex.quote(str(value))}")
        return " ".join(given)


def defaults() -> str:
    """The settings of every model where none are given, as options: a line for each."""
    usual = Config(weights="none")
    named = {name: Config.of(name) for name in models.MODELS}

    def options(config: Config, than: Config | None) -> str:
        return " ".join(
            f"--{field.name.replace('_', '-')} {getattr(config, field.name)}"
            for field in fields(config)
            if field.name not in NO_OPTIONS
            and getattr(config, field.name) not in (None, "")
            and (than is None or getattr(config, field.name) != getattr(than, field.name))
        )

    lines = ["where nothing is given:", f"  {options(usual, None)}", "and with --model"]
    lines += [f"  {name}: {options(each, usual) or 'all of these'}" for name, each in named.items()]
    return "\n".join(lines)


def read_history(run: Path) -> list[dict[str, str]]:
    """A row for each epoch that the run has finished. Raises TrainingError if it is damaged."""
    path = run / "history.csv"
    if not path.exists():
        return []
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for name in ("epoch", "loss", "val_loss", "val_people", "val_accuracy"):
                float(row[name])
            float(row.get("seconds") or 0)  # which runs of earlier versions lack
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise TrainingError(f"{path} cannot be read: {error}") from error
    return rows


def write_history(run: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Replace what `read_history` reads."""
    with new_file(run / "history.csv") as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def best_accuracy(history: Sequence[Mapping[str, str]]) -> float:
    """The best on PublicTest in a history, by what people say; 0 before the first epoch."""
    return max((float(row["val_people"]) for row in history), default=0.0)


def load_best(model: keras.Model, run: Path) -> None:
    """Give `model` the run's best weights.

    Raises TrainingError if the run has none yet, weights of another model, or numbers that are
    none.
    """
    path = run / BEST_WEIGHTS
    if not path.exists():
        raise TrainingError(f"{run} has no {BEST_WEIGHTS} yet: let it train for an epoch")
    load_weights(model, path)
    if not all(np.isfinite(each).all() for each in model.get_weights()):
        raise TrainingError(f"{path} holds weights that are no numbers (NaN): train it anew")


def load_classifier(run: Path) -> keras.Model:
    """The run's best weights: faces [n, 48, 48, 1], grey levels 0..255 -> probabilities.

    They are those of each head side by side, as `models.heads.join` puts them. Raises TrainingError
    as `load_best` does.
    """
    network = load_network(run)
    return keras.Model(network.input, join(network.output))


def load_network(run: Path) -> keras.Model:
    """The run's best weights: faces [n, 48, 48, 1], grey levels 0..255 -> the logits of HEADS.

    Raises TrainingError as `load_best` does.
    """
    config = Config.load(run)
    model = models.build(config.model, len(config.labels))
    load_best(model, run)
    return models.recipe(config.model).folded(model)


def load_weights(model: keras.Model, path: Path) -> None:
    """Give `model` what `save_weights` wrote. Raises TrainingError if it does not fit."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of each array that does not fit
            model.load_weights(path)
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    except (ValueError, KeyError) as error:
        raise TrainingError(
            f"{path} cannot be read: its weights are not those of {model.name} as it is today, but "
            "of another model or an older version"
        ) from error


def save_weights(model: keras.Model, path: Path) -> None:
    """Write the weights, and the optimizer's state where the model is compiled.

    Raises TrainingError if there is no room for them.
    """
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *(optimizer.variables if optimizer else ())]
    most = sum(math.prod(each.shape) * 4 + HDF5_OVERHEAD for each in variables)
    with new_file(path) as partial:
        # HDF5 takes the whole process down when the disk fills up: try the room out before it.
        partial.write_bytes(bytes(most))
        model.save_weights(partial)
