"""The plain network of many FER-2013 tutorials: convolution, normalisation, pooling; then dense.

Four blocks, each of which halves the side and doubles the filters; 0.4M parameters.
"""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import SIDE
from training.models.heads import heads

FILTERS = (16, 32, 64, 128)  # of each block
DROPOUT = 0.2  # whole maps, after each block
HIDDEN = 256
HIDDEN_DROPOUT = 0.5


def build(labels: int) -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> the logits of each of HEADS."""
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    x = layers.Rescaling(1 / 64, offset=-2)(inputs)  # FER-2013: mean about 129, deviation about 65
    for number, filters in enumerate(FILTERS, 1):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv{number}")(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.SpatialDropout2D(DROPOUT)(layers.MaxPooling2D()(x))
    x = layers.Dense(HIDDEN, use_bias=False, name="hidden")(layers.Flatten()(x))
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(HIDDEN_DROPOUT)(x)
    return keras.Model(inputs, heads(x, labels), name="cnn")
