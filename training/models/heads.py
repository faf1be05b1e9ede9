"""What every network answers: what people would say of a face, and its data set's label."""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import HEADS, NO_LABELS


def heads(x: keras.KerasTensor, labels: int) -> dict[str, keras.KerasTensor]:
    """Features [n, features] -> the logits of each of HEADS, whose layers have their names.

    `labels` is how many there are: `label` has as many logits, `people` also NO_LABELS'.
    """
    widths = {"people": labels + len(NO_LABELS), "label": labels}
    return {name: layers.Dense(widths[name], dtype="float32", name=name)(x) for name in HEADS}


def join(logits: dict[str, keras.KerasTensor]) -> keras.KerasTensor:
    """The logits of each head -> their probabilities side by side, [n, 2 labels + 3]."""
    return layers.Concatenate(name="probabilities")(
        [layers.Softmax(name=f"{name}_probabilities")(logits[name]) for name in HEADS]
    )
