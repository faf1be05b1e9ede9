"""What every network answers: what people would say of a face, and FER-2013's label."""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import HEADS


def heads(x: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
    """Features [n, features] -> the logits of each of HEADS, whose layers have their names."""
    return {
        name: layers.Dense(len(choices), dtype="float32", name=name)(x)
        for name, choices in HEADS.items()
    }


def join(logits: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
    """The logits of each head -> their probabilities side by side, [n, 17]."""
    return layers.Concatenate(name="probabilities")(
        [layers.Softmax(name=f"{name}_probabilities")(logits[name]) for name in HEADS]
    )
