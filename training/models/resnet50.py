"""ResNet50 (He et al. 2016) with a new last layer, for transfer learning; 23.6M parameters.

Faces keep their 48 x 48 pixels: three times as many in each direction would suit the ImageNet
weights better, at nine times the cost.
"""

from __future__ import annotations

import keras
from keras import layers

from training.dataset import SIDE
from training.errors import TrainingError
from training.models.heads import heads

IMAGENET_MEAN = (103.939, 116.779, 123.68)  # blue, green, red: as the published weights expect
DROPOUT = 0.3


def build(labels: int, weights: str | None = None) -> keras.Model:
    """Grey levels 0..255, float32 [n, 48, 48, 1] -> the logits of each of HEADS.

    `weights` for all but the last layer: None (random), "imagenet" (Keras downloads them once) or
    the path of such a file. Raises TrainingError if they cannot be had.
    """
    inputs = keras.Input((SIDE, SIDE, 1), name="face")
    colours = layers.Concatenate()([inputs] * 3)
    x = layers.Rescaling(1.0, offset=[-mean for mean in IMAGENET_MEAN])(colours)
    try:
        base = keras.applications.ResNet50(
            include_top=False, weights=weights, input_tensor=x, pooling="avg"
        )
    except Exception as error:  # a failed download is a bare Exception in Keras
        if weights is None:
            raise
        what = "be downloaded" if weights == "imagenet" else f"be read from {weights}"
        raise TrainingError(
            f"ImageNet weights cannot {what} ({error}): name a copy of "
            "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5 with --weights PATH, "
            "or begin with random weights: --weights none"
        ) from error
    x = layers.Dropout(DROPOUT)(base.output)
    return keras.Model(inputs, heads(x, labels), name="resnet50")
