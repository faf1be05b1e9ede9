"""The network that the student's browser runs: plain 3 x 3 convolutions, 0.47M parameters.

It learns with batch normalisation and with the input of most convolutions added to their output,
and ships as a chain of convolutions that computes the same (after RepVGG, Ding et al. 2021):
TF.js's wasm backend runs that fastest for the work it does. The last convolution weighs each place
of the 6 x 6 map by itself (as MobileFaceNet's global depthwise convolution does, Chen et al. 2018):
a face's parts always lie in about the same places. The heads see its output and that of a hidden
layer, which tells more of it for a hundredth of the network's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from training.dataset import SIDE, FloatArray
from training.models.heads import heads

STEM = 24  # filters of the first convolution, 5 x 5, which halves the side
STAGES = ((24, 2), (56, 3), (128, 3))  # filters, convolutions; all but the first halve the side
HIDDEN = 128
DROPOUT = 0.15
FAINT = 4.0  # grey levels: a face with less contrast than about that is not stretched to the full
SETTINGS = {
    "epochs": 300,
    "batch": 256,
    "learning_rate": 4e-3,
    "warmup_steps": 600,
    "weight_decay": 0.03,
    "votes_weight": 0.2,
    "mix": 0.3,
    "rarity": 0.5,
    "strength": 0.85,
    "average": 0.9995,
}
# Seven eighths of the weights: a byte each is enough for them. What rounding changes earlier in the
# network all that comes later passes on.
UINT8 = ("*/stage2_conv3*", "*/stage3*", "*/places*", "*/hidden*")

Block = Callable[..., keras.KerasTensor]


def build(labels: int) -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> the logits of each of HEADS."""
    return _network(_learning, labels)


def folded(model: keras.Model) -> keras.Model:
    """A model that computes the same as one that `build` made, with less to do."""
    network = _network(_shipped, model.get_layer("label").units)
    for layer in network.layers:
        if isinstance(layer, layers.Dense):
            layer.set_weights(model.get_layer(layer.name).get_weights())
        elif layer.get_weights():
            layer.set_weights(_fold(model, layer.name))
    return network


def _network(block: Block, labels: int) -> keras.Model:
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    # Each face by its own brightness and contrast: a dark room changes nothing.
    x = layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=FAINT**2, center=False, scale=False, dtype="float32"
    )(inputs)
    x = block(x, layers.Conv2D, "stem", filters=STEM, kernel_size=5, strides=2)
    for stage, (filters, depth) in enumerate(STAGES, 1):
        for number in range(1, depth + 1):
            strides = 2 if number == 1 and stage > 1 else 1
            name = f"stage{stage}_conv{number}"
            x = block(x, layers.Conv2D, name, filters=filters, kernel_size=3, strides=strides)
    x = block(x, layers.DepthwiseConv2D, "places", kernel_size=x.shape[1], padding="valid")
    # Flatten would ask for the number of faces in a browser: 3 % of the time for a face.
    x = layers.Dropout(DROPOUT)(keras.ops.squeeze(x, (1, 2)))
    hidden = layers.Dense(HIDDEN, "relu", name="hidden")(x)
    x = layers.Concatenate(name="features")([x, layers.Dropout(DROPOUT)(hidden)])
    return keras.Model(inputs, heads(x, labels), name="compact")


def _learning(
    x: keras.KerasTensor,
    kind: type[layers.Layer],
    name: str,
    *,
    padding: str = "same",
    **shape: Any,
) -> keras.KerasTensor:
    y = kind(padding=padding, use_bias=False, name=name, **shape)(x)
    y = layers.BatchNormalization(name=f"{name}_norm")(y)
    if y.shape == x.shape:
        y = layers.Add(name=f"{name}_add")([x, y])
    return y if kind is layers.DepthwiseConv2D else layers.ReLU()(y)


def _shipped(
    x: keras.KerasTensor,
    kind: type[layers.Layer],
    name: str,
    *,
    padding: str = "same",
    **shape: Any,
) -> keras.KerasTensor:
    activation = None if kind is layers.DepthwiseConv2D else "relu"
    return kind(padding=padding, activation=activation, name=name, **shape)(x)


def _fold(model: keras.Model, name: str) -> list[FloatArray]:
    """Kernel and bias that do what a convolution, its normalisation and the addition do."""
    layer = model.get_layer(name)
    (kernel,) = layer.get_weights()
    norm = model.get_layer(f"{name}_norm")
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    kernel = kernel * (scale[:, None] if isinstance(layer, layers.DepthwiseConv2D) else scale)
    if any(each.name == f"{name}_add" for each in model.layers):
        kernel[1, 1] += np.eye(len(scale), dtype=kernel.dtype)
    return [kernel, beta - mean * scale]
