"""Files and folders that appear whole or not at all: what stood there before stays until then."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.errors import TrainingError


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` when the block ends without an error.

    Raises TrainingError, naming `path`, for whatever the file system refuses.
    """
    with _refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the last step is a rename within one file system; with its
        # ending, because h5py and NumPy look at that.
        with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as work:
            partial = Path(work, path.name)
            yield partial
            partial.replace(path)


@contextmanager
def new_folder(path: Path, marker: str) -> Iterator[Path]:
    """A folder to fill, which takes the place of `path` when the block ends without an error.

    A folder already at `path` is replaced only if it is empty or has a file named `marker`, so
    that nobody loses a folder of other things. Raises TrainingError for that, and for whatever
    the file system refuses.
    """
    path = path.resolve()
    if path.exists() and not (
        path.is_dir() and (Path(path, marker).exists() or not any(path.iterdir()))
    ):
        raise TrainingError(f"{path} has no {marker}: move it away or write elsewhere")
    with _refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as work:
            partial, before = Path(work, path.name), Path(work, "before")
            partial.mkdir()
            yield partial
            if path.exists():
                path.rename(before)
            try:
                partial.rename(path)
            except OSError:
                if before.exists():
                    before.rename(path)
                raise


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # h5py keeps the system's number but words of its own.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise TrainingError(f"cannot write {path}: {reason}") from error
