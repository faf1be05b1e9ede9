"""A Keras model as a TensorFlow.js graph model: one folder, replaced whole or not at all."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from training.errors import TrainingError
from training.files import new_folder

if TYPE_CHECKING:
    import keras


def export_graph_model(
    model: keras.Model, to: Path, metadata: dict[str, Any], *, uint8: Sequence[str] = ()
) -> dict[str, Any]:
    """Writes `to`/model.json, its weight shards and metadata.json; returns the metadata.

    `model`: a built Keras model with one input and one output. Weights are stored as float16,
    those whose graph names match a pattern of `uint8` (fnmatch; kernels are named
    ".../<layer>_1/convolution/ReadVariableOp" or the like) as uint8, scaled between their own
    minimum and maximum. The metadata given is kept and gains "params",
    "bytes" (model.json and the shards), "sha256" (of each of these files, in hexadecimal) and
    "created" (ISO date).

    An export that stood at `to` is replaced only once the new one is complete. Raises
    TrainingError when `to` is something other than an export or cannot be written, when
    TensorFlow.js lacks an operation of the model, and on any Keras backend but TensorFlow.
    """
    import keras

    if keras.config.backend() != "tensorflow":
        raise TrainingError("exporting needs the TensorFlow backend: set KERAS_BACKEND=tensorflow")
    with new_folder(to, "model.json") as folder, tempfile.TemporaryDirectory() as work:
        _convert(model, Path(work), folder, list(uint8))
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        metadata = metadata | {
            "params": model.count_params(),
            "bytes": sum(map(len, files.values())),
            "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
            "created": datetime.date.today().isoformat(),
        }
        Path(folder, "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")
    return metadata


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Discards what is printed inside: TensorFlow's C++ start-up notes obey no log level.

    Works on the process's own file descriptors; exceptions pass through untouched.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)


def _convert(model: keras.Model, saved_model: Path, graph: Path, uint8: list[str]) -> None:
    types = {"float16": True} | ({"uint8": uint8} if uint8 else {})
    # tensorflowjs imports it for models of its kind alone, and Linux on ARM has no version of it.
    sys.modules["tensorflow_decision_forests"] = ModuleType("tensorflow_decision_forests")
    with quietly():
        from tensorflow.errors import OpError
        from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

        try:
            model.export(saved_model, verbose=False)
            converter.convert_tf_saved_model(
                str(saved_model), str(graph), quantization_dtype_map=types
            )
        except OpError as error:  # as TensorFlow calls what the file system refuses
            reason = error.message.split("; ")[-1].split(" [Op:")[0]
            raise TrainingError(f"cannot write the model: {reason}") from error
        except ValueError as error:
            raise TrainingError(f"TensorFlow.js cannot run this model: {error}") from error
