"""Files that `torch.save` wrote before PyTorch 1.6, read without PyTorch."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from training.errors import TrainingError

TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}
# What unpickling raises for what is no pickle, or one of something else.
BROKEN = (
    *(OSError, EOFError, ValueError, TypeError, AttributeError, LookupError),
    pickle.UnpicklingError,
)
HEADERS = 3  # pickles before that of the tensors: magic number, version, sizes of C's types


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a `state_dict` by name. Nothing in the file is run.

    Raises TrainingError if it is none, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except BROKEN as error:
        raise TrainingError(f"{path} has no tensors that can be read: {error}") from error


def _read(file: BinaryIO) -> dict[str, NDArray[Any]]:
    for _ in range(HEADERS):
        _Unpickler(file).load()
    unpickler = _Unpickler(file)
    tensors: dict[str, NDArray[Any]] = dict(unpickler.load())
    for key in _Unpickler(file).load():
        storage = unpickler.storages[key]
        file.read(8)  # how many elements follow, which the tensors said
        storage[:] = np.frombuffer(file.read(storage.nbytes), storage.dtype)
    return tensors


class _Unpickler(pickle.Unpickler):
    """Takes nothing from a file but tensors, whose elements follow later."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, NDArray[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """What a file may name; called by pickle."""
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        }
        if module == "torch" and name in TYPES:
            return TYPES[name]
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return known[module, name]

    def persistent_load(self, saved: tuple[Any, ...]) -> NDArray[Any]:
        """A place for a tensor's elements; called by pickle."""
        _, kind, key, _, count, _ = saved
        return self.storages.setdefault(key, np.empty(count, kind))


def _tensor(
    storage: NDArray[Any], offset: int, shape: Sequence[int], steps: Sequence[int], *_: object
) -> NDArray[Any]:
    """`steps` from one element to the next of each axis, in elements."""
    return as_strided(storage[offset:], shape, [step * storage.itemsize for step in steps])
