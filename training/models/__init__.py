"""The models by name: each takes faces [n, 48, 48, 1] and gives the logits of HEADS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import keras

from training.errors import TrainingError
from training.models import cnn, compact, efficientnet_lite2, resnet50, teacher


@dataclass(frozen=True)
class Recipe:
    """A model with the settings that suit it, where they differ from those of `run.Config`."""

    build: Callable[..., keras.Model]
    settings: Mapping[str, object] = field(default_factory=dict)
    pretrained: bool = False  # `build` takes weights that were trained on something else
    # A trained model -> one that computes the same with less to do.
    folded: Callable[[keras.Model], keras.Model] = lambda model: model
    uint8: tuple[str, ...] = ()  # patterns of weights for which a byte each is enough when exported


MODELS = {
    "resnet50": Recipe(
        resnet50.build,
        {"learning_rate": 1e-4, "weights": "imagenet", "frozen_epochs": 5},
        pretrained=True,
    ),
    "efficientnet-lite2": Recipe(
        efficientnet_lite2.build, efficientnet_lite2.SETTINGS, pretrained=True
    ),
    "cnn": Recipe(cnn.build, {"learning_rate": 1e-3}),
    "cnn-slow": Recipe(cnn.build, {"learning_rate": 1e-4}),
    "compact": Recipe(compact.build, compact.SETTINGS, folded=compact.folded, uint8=compact.UINT8),
    "teacher": Recipe(teacher.build, teacher.SETTINGS, uint8=teacher.UINT8),
}


def recipe(name: str) -> Recipe:
    """The model's entry in the table. Raises TrainingError for a name that is not in it."""
    if name not in MODELS:
        raise TrainingError(f"unknown model {name!r}, expected one of {', '.join(MODELS)}")
    return MODELS[name]


def build(name: str, labels: int, weights: str | None = None) -> keras.Model:
    """A fresh model for so many labels.

    Its weights are random, unless `weights` says otherwise to its own `build`.

    Raises TrainingError for an unknown name and for weights that the model cannot take.
    """
    entry = recipe(name)
    if weights is None:
        return entry.build(labels)
    if not entry.pretrained:
        raise TrainingError(f"{name} begins with random weights, or with those of a run's folder")
    return entry.build(labels, weights)
