"""A Keras model as a TensorFlow.js graph model: one folder, replaced whole or not at all."""

import contextlib
import datetime
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from training.errors import TrainingError


def export_graph_model(model, to: Path, metadata: dict, *, uint8: Sequence[str] = ()) -> dict:
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
    to = Path(to).resolve()
    if to.exists() and not _replaceable(to):
        raise TrainingError(f"{to} is not an exported model: move it away or export elsewhere")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the last step is a rename within one file system.
        with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as work:
            graph = Path(work, "graph")
            _convert(model, Path(work, "saved_model"), graph, list(uint8))
            files = {file.name: file.read_bytes() for file in sorted(graph.iterdir())}
            metadata = metadata | {
                "params": model.count_params(),
                "bytes": sum(map(len, files.values())),
                "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
                "created": datetime.date.today().isoformat(),
            }
            Path(graph, "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")
            _swap(graph, to, Path(work, "before"))
    except OSError as error:
        raise TrainingError(f"cannot write {to}: {error.strerror}") from error
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


def _convert(model, saved_model: Path, graph: Path, uint8: list[str]) -> None:
    types = {"float16": True} | ({"uint8": uint8} if uint8 else {})
    # Its import brings in tensorflow_decision_forests, whose welcome wants IPython when the
    # standard output is anything but a terminal or a file.
    os.environ.setdefault("TFDF_DISABLE_WELCOME_MESSAGE", "1")
    with quietly():
        from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

        model.export(saved_model, verbose=False)
        try:
            converter.convert_tf_saved_model(
                str(saved_model), str(graph), quantization_dtype_map=types
            )
        except ValueError as error:
            raise TrainingError(f"TensorFlow.js cannot run this model: {error}") from error


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and (Path(folder, "model.json").exists() or not any(folder.iterdir()))


def _swap(new: Path, to: Path, before: Path) -> None:
    if to.exists():
        to.rename(before)
    try:
        new.rename(to)
    except OSError:
        if before.exists():
            before.rename(to)
        raise
