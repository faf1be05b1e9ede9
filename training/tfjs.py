"""A Keras model as a TensorFlow.js graph model: one folder, replaced whole or not at all."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from training.errors import TrainingError
from training.files import new_folder

if TYPE_CHECKING:
    import keras

GRAPH = "model.json"  # in the folder of a model, with its weights beside it
# What the pages' scripts have of TensorFlow.js: web/build.mjs leaves out what no model here needed.
STATIC = Path(__file__).resolve().parent.parent / "web/static"
BUILT, SHIPPED = STATIC / "dist/operations.json", STATIC / "model/emotion"
# Of the ten bits of a float16's fraction. The others are as good as random, so that no compressor
# makes them smaller, and a third of a percent of a weight changes no answer that counts.
FRACTION_BITS = 6
LARGE = 1000  # weights: what has fewer, such as biases, costs few bytes as it is


def export_graph_model(
    model: keras.Model, to: Path, metadata: dict[str, Any], *, uint8: Sequence[str] = ()
) -> dict[str, Any]:
    """Writes `to`/model.json, its weight shards and metadata.json; returns the metadata.

    `model`: a built Keras model with one input and one output. Weights are stored as float16,
    those whose graph names match a pattern of `uint8` (fnmatch; kernels are named
    ".../<layer>_1/convolution/ReadVariableOp" or the like) as uint8, scaled between their own
    minimum and maximum. Large float16 weights are rounded to FRACTION_BITS. The metadata given is
    kept and gains "params", "bytes" (model.json and the shards), "sha256" (of each of these files,
    in hexadecimal) and "created" (ISO date).

    An export that stood at `to` is replaced only once the new one is complete. Raises
    TrainingError when `to` is something other than an export or cannot be written, when
    TensorFlow.js lacks an operation of the model, and on any Keras backend but TensorFlow.
    """
    import keras

    if keras.config.backend() != "tensorflow":
        raise TrainingError("exporting needs the TensorFlow backend: set KERAS_BACKEND=tensorflow")
    with new_folder(to, GRAPH) as folder, tempfile.TemporaryDirectory() as work:
        _convert(model, Path(work), folder, list(uint8))
        _round(folder)
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        metadata = metadata | {
            "params": model.count_params(),
            "bytes": sum(map(len, files.values())),
            "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
            "created": datetime.date.today().isoformat(),
        }
        Path(folder, "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")
    return metadata


def what_pages_lack(exported: Path) -> str | None:
    """A line, if students' pages as they are built cannot run an exported model."""
    nodes = json.loads((exported / GRAPH).read_text())["modelTopology"]["node"]
    folder = "" if exported.resolve() == SHIPPED else f"MODEL={shlex.quote(str(exported))} "
    way = f"run `{folder}npm run build`"
    try:
        built = json.loads(BUILT.read_text())
    except FileNotFoundError:
        return f"the pages are not built yet: {way}"
    lacking = sorted({node["op"] for node in nodes} - set(built))
    return (
        f"the pages lack {', '.join(lacking)}, which this model needs: {way}" if lacking else None
    )


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


def _round(folder: Path) -> None:
    """Rounds the large float16 weights of a graph model to FRACTION_BITS, in its files."""
    below = 10 - FRACTION_BITS
    for group in json.loads(Path(folder, GRAPH).read_text())["weightsManifest"]:
        shards = [folder / path for path in group["paths"]]
        content = bytearray().join(shard.read_bytes() for shard in shards)
        at = 0
        for weight in group["weights"]:
            stored = np.dtype(weight.get("quantization", weight)["dtype"])
            count = math.prod(weight["shape"])
            if stored == np.float16 and count >= LARGE:
                bits = np.frombuffer(content, np.uint16, count, at)  # no copy: content itself
                bits += 1 << (below - 1)
                bits >>= below
                bits <<= below
            at += count * stored.itemsize
        for shard in shards:
            size = shard.stat().st_size
            shard.write_bytes(content[:size])
            content = content[size:]
