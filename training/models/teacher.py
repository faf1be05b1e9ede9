"""A residual network (He et al. 2016) for `compact` to learn from; 7.2M parameters, 1 GMAC.

It is meant for an accelerator: an epoch takes seconds there and a quarter of an hour on two cores.
"""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import SIDE
from training.models.heads import heads

STEM = 64  # filters of two convolutions at full resolution, for wrinkles and lids
STAGES = ((128, 2), (256, 2), (416, 2))  # filters, blocks; each stage halves the side
DROPOUT = 0.4
FAINT = 4.0  # grey levels: a face with less contrast than about that is not stretched to the full
SETTINGS = {
    "epochs": 120,
    "batch": 256,
    "learning_rate": 2e-3,
    "warmup_steps": 400,
    "weight_decay": 0.08,
    "label_smoothing": 0.05,
    "votes_weight": 0.2,
    "mix": 0.6,
    "strength": 0.8,
    "average": 0.999,
}
# All but the stem: a byte each is enough for them.
UINT8 = ("*/stage*",)


def build(labels: int) -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> the logits of each of HEADS."""
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    # Each face by its own brightness and contrast: a dark room changes nothing.
    x = layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=FAINT**2, center=False, scale=False, dtype="float32"
    )(inputs)
    for number in (1, 2):
        x = layers.ReLU()(_convolution(x, STEM, 3, 1, f"stem{number}"))
    for stage, (filters, depth) in enumerate(STAGES, 1):
        for number in range(1, depth + 1):
            x = _block(x, filters, 2 if number == 1 else 1, f"stage{stage}_block{number}")
    x = layers.Dropout(DROPOUT)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, heads(x, labels), name="teacher")


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    y = layers.ReLU()(_convolution(x, filters, 3, stride, f"{name}_conv1"))
    # Zero: each block begins as its shortcut (Goyal et al. 2017).
    y = _convolution(y, filters, 3, 1, f"{name}_conv2", gamma="zeros")
    if stride > 1:
        x = layers.AveragePooling2D(stride)(x)
    if x.shape[-1] != filters:
        x = _convolution(x, filters, 1, 1, f"{name}_shortcut")
    return layers.ReLU()(layers.Add()([x, y]))


def _convolution(
    x: keras.KerasTensor, filters: int, side: int, stride: int, name: str, gamma: str = "ones"
) -> keras.KerasTensor:
    x = layers.Conv2D(filters, side, stride, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(gamma_initializer=gamma, name=f"{name}_norm")(x)
