"""BlazeFace short range, rebuilt in Keras from the weights in MediaPipe's tflite file.

Architecture: Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on
Mobile GPUs" (arXiv:1907.05047). Weights: Google MediaPipe, Apache-2.0.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from training.dataset import FloatArray
from training.errors import TrainingError

SIDE = 128  # pixels of the square input; the raw regressors are in these pixels too
STEM = 24
# (channels out, stride) of the sixteen blocks, in the order of the tflite's layer numbers.
BLOCKS = (
    ((24, 1), (28, 1), (32, 2), (36, 1), (42, 1), (48, 2))
    + ((56, 1), (64, 1), (72, 1), (80, 1), (88, 1))
    + ((96, 2), (96, 1), (96, 1), (96, 1), (96, 1))
)
FINE_BLOCK = 10  # the last block on the 16 x 16 grid: the fine heads read it
HEADS = {8: (16, 2), 16: (8, 6)}  # stride -> (cells a side, anchors a cell)
VALUES = 16  # a box (centre x, y, width, height) and six keypoints (x, y) for every anchor
KEYPOINTS = ("right_eye", "left_eye", "nose_tip", "mouth", "right_ear", "left_ear")
COLUMNS = ("score", "xmin", "ymin", "xmax", "ymax") + tuple(
    f"{name}_{axis}" for name in KEYPOINTS for axis in "xy"
)


def anchors() -> FloatArray:
    """Centres (x, y) of the SSD anchors, float32 [896, 2], in units of the input (0..1).

    Two anchors in each cell of the 16 x 16 grid, then six in each of the 8 x 8 grid, row by row
    (MediaPipe's strides 8, 16, 16, 16; its fixed anchor size of 1 leaves only the centres).
    """
    levels = []
    for cells, each in HEADS.values():
        centres = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(centres, centres, indexing="ij")
        levels.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), each, axis=0))
    return np.concatenate(levels).astype(np.float32)


def build(tflite: Path) -> keras.Model:
    """The detector: float32 [n, 128, 128, 3], RGB 0..255 -> [n, 896, 17] as named by COLUMNS.

    The score is 0..1; box corners and keypoints are in units of the input (0..1, and beyond it
    for faces that are cut off). Right and left are the person's own, as MediaPipe has them.
    Raises TrainingError when `tflite` is missing or holds another network.
    """
    raw = build_raw(tflite)
    regressors, logits = raw.outputs
    score = ops.sigmoid(ops.clip(logits, -100.0, 100.0))
    centres = anchors()
    centre = regressors[..., :2] / SIDE + centres
    half = regressors[..., 2:4] / (2 * SIDE)
    keypoints = regressors[..., 4:] / SIDE + np.tile(centres, len(KEYPOINTS))
    decoded = ops.concatenate([score, centre - half, centre + half, keypoints], axis=-1)
    return keras.Model(raw.input, decoded, name="blazeface")


def build_raw(tflite: Path) -> keras.Model:
    """The network as MediaPipe runs it: the same input as `build`, two outputs.

    Regressors [n, 896, 16] in pixels of the input, relative to the anchors, and scores
    [n, 896, 1] as logits. Raises TrainingError as `build` does.
    """
    weights = _read_weights(tflite)
    model = _network()
    for layer in model.layers:
        if not layer.weights:
            continue
        found = weights.get(layer.name, [])
        if [value.shape for value in found] != [tuple(w.shape) for w in layer.weights]:
            raise TrainingError(f"{tflite} is not BlazeFace short range: see its {layer.name}")
        layer.set_weights(found)
    return model


def _network() -> keras.Model:
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(image)
    x = layers.Conv2D(STEM, 5, strides=2, padding="same", name="conv2d")(x)
    x = layers.ReLU()(x)
    fine = None
    for number, (channels, stride) in enumerate(BLOCKS):
        x = _block(x, number, channels, stride)
        if number == FINE_BLOCK:
            fine = x
    regressors, logits = [], []
    for (stride, (cells, each)), features in zip(HEADS.items(), (fine, x), strict=True):
        at = cells * cells * each
        head = layers.Conv2D(each * VALUES, 1, name=f"regressor_{stride}")(features)
        regressors.append(ops.reshape(head, (-1, at, VALUES)))
        head = layers.Conv2D(each, 1, name=f"classificator_{stride}")(features)
        logits.append(ops.reshape(head, (-1, at, 1)))
    outputs = [layers.Concatenate(axis=1)(levels) for levels in (regressors, logits)]
    return keras.Model(image, outputs, name="blazeface_raw")


def _block(x: keras.KerasTensor, number: int, channels: int, stride: int) -> keras.KerasTensor:
    """A BlazeBlock: depthwise 3x3, pointwise 1x1, and a shortcut padded with zero channels."""
    suffix = f"_{number}" if number else ""
    shortcut = layers.MaxPooling2D(2)(x) if stride == 2 else x
    added = channels - x.shape[-1]
    if added:
        shortcut = ops.pad(shortcut, [[0, 0], [0, 0], [0, 0], [0, added]])
    y = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=f"depthwise_conv2d{suffix}"
    )(x)
    y = layers.Conv2D(channels, 1, name=f"conv2d_{number + 1}")(y)
    return layers.ReLU()(layers.Add()([shortcut, y]))


def _read_weights(tflite: Path) -> dict[str, list[FloatArray]]:
    """Layer name -> [kernel] or [kernel, bias], float32, in Keras's axis order."""
    import tensorflow as tf  # here only: the rest of the module runs on every Keras backend

    try:
        content = Path(tflite).read_bytes()
    except OSError as error:
        raise TrainingError(f"cannot read {tflite}: {error.strerror}") from error
    try:
        interpreter = tf.lite.Interpreter(model_content=content)
        tensors = interpreter.get_tensor_details()
    except ValueError as error:
        raise TrainingError(f"{tflite} is not a tflite file") from error
    weights: dict[str, list[FloatArray]] = {}
    # In reverse alphabetical order a layer's kernel comes before its bias, as Keras wants them.
    for tensor in sorted(tensors, key=lambda tensor: tensor["name"], reverse=True):
        layer, _, part = tensor["name"].rpartition("/")
        if tensor["dtype"] != np.float16 or part not in ("Kernel", "Bias"):
            continue
        value = interpreter.get_tensor(tensor["index"]).astype(np.float32)
        if part == "Kernel":
            # Stored as [out, height, width, in], and depthwise as [1, height, width, channels].
            value = value.transpose(1, 2, 3, 0)
        elif not value.any():
            # The depthwise convolutions' biases are all zero: left out, because a zero bias is
            # exported as a scalar, which the wasm backend refuses.
            continue
        weights.setdefault(layer, []).append(value)
    return weights
