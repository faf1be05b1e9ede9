"""The face detector's export: MediaPipe's tflite file in, a TensorFlow.js graph model out."""

from pathlib import Path
from typing import Any

from training.tfjs import export_graph_model, quietly

SOURCE = "BlazeFace short range, Google MediaPipe, Apache-2.0"


def export_face(source: Path, to: Path) -> dict[str, Any]:
    """Rebuilds the detector in `source` and writes it to the folder `to`; returns its metadata.

    The graph takes float32 [n, height, width, channels], RGB 0..255, and gives [n, 896, 17] in
    the order of the metadata's "outputs" (see `training.blazeface.build`). The tflite's weights
    are float16 already, so only rounding them loses anything. Raises TrainingError when `source`
    is not BlazeFace short range; an earlier export is then left as it was.
    """
    with quietly():
        from training import blazeface  # imports Keras, and so TensorFlow

        model = blazeface.build(source)
    metadata = {
        "height": blazeface.SIDE,
        "width": blazeface.SIDE,
        "channels": 3,
        "outputs": list(blazeface.COLUMNS),
        "source": SOURCE,
    }
    return export_graph_model(model, to, metadata)
