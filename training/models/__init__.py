"""The models by name: each takes nothing and returns logits [n, 7] for faces [n, 48, 48, 1]."""

from __future__ import annotations

from collections.abc import Callable

import keras

from training.errors import TrainingError
from training.models import compact

MODELS: dict[str, Callable[[], keras.Model]] = {"compact": compact.build}


def build(name: str) -> keras.Model:
    """A fresh model. Raises TrainingError for a name that is not in the table."""
    if name not in MODELS:
        raise TrainingError(f"unknown model {name!r}, expected one of {', '.join(MODELS)}")
    return MODELS[name]()
