"""A residual network for `compact` to learn from, with 1.6 times its work; 0.68M parameters.

The last layer but one weighs each place of the 6 x 6 map by itself (as MobileFaceNet's global
depthwise convolution does, Chen et al. 2018): a face's parts always lie in about the same places.
"""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import LABELS, SIDE

STEM = ((16, 1), (32, 2))  # filters, stride: full resolution once, for wrinkles and lids
STAGES = ((32, 2), (64, 3), (160, 3))  # filters, convolutions; each stage halves the side
DROPOUT = 0.3
SETTINGS = {
    "epochs": 45,
    "batch": 128,
    "learning_rate": 2.5e-3,
    "warmup_steps": 400,
    "weight_decay": 0.03,
    "label_smoothing": 0.05,
    "votes_weight": 0.4,
    "strength": 1.0,
    "average": 0.995,
}
# Two thirds of the weights sit in the last two convolutions: a byte each is enough for them.
UINT8 = ("*/stage3_conv2_*/*", "*/stage3_conv3_*/*")


def build() -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> logits [n, 7] in the order of LABELS."""
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    x = layers.Rescaling(1 / 64, offset=-2)(inputs)  # FER-2013: mean about 129, deviation about 65
    for number, (filters, stride) in enumerate(STEM, 1):
        x = layers.ReLU()(_convolution(x, filters, stride, f"stem_conv{number}"))
    for stage, (filters, depth) in enumerate(STAGES, 1):
        for number in range(1, depth + 1):
            narrows = number == 1 and stage > 1
            y = _convolution(x, filters, 2 if narrows else 1, f"stage{stage}_conv{number}")
            x = layers.ReLU()(y if narrows else layers.Add()([x, y]))
    x = layers.DepthwiseConv2D(x.shape[1], padding="valid", use_bias=False)(x)
    x = layers.Flatten()(layers.BatchNormalization()(x))
    x = layers.Dropout(DROPOUT)(x)
    outputs = layers.Dense(len(LABELS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, outputs, name="teacher")


def _convolution(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization()(x)
