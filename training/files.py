"""Files and folders that appear whole or not at all: what stood there before stays until then."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from training.errors import TrainingError

WORKPLACE = ".new-"  # begins the names of folders for what is not complete
LOCK = ".lock"  # in a folder, while a process is at work there


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` when the block ends without an error.

    Raises TrainingError, naming `path`, for whatever the file system refuses.
    """
    with _refusals(path), _workplace(path.parent) as work:
        partial = Path(work, path.name)  # with its ending, because h5py looks at that
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
    with _refusals(path), _workplace(path.parent) as work:
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
def reserved(path: Path) -> Iterator[None]:
    """The folder `path`, made where there is none, for one process alone; gone if it stays empty.

    A process that is killed reserves nothing any more. Raises TrainingError if another one has it,
    and for whatever the file system refuses.
    """
    with ExitStack() as stack:
        with _refusals(path):
            path.mkdir(parents=True, exist_ok=True)
            stack.callback(_remove_if_empty, path)
            free = stack.enter_context(_lock(path))
        if not free:
            raise TrainingError(f"another process is at work in {path}")
        yield


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    """A folder in `parent`, so that the last step is a rename within one file system.

    What killed processes left of theirs goes.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{WORKPLACE}*"):
        with suppress(OSError), _lock(left) as free:
            if free:
                shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=WORKPLACE, dir=parent) as work, _lock(Path(work)):
        yield Path(work)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether nobody else has the lock of a folder; nobody else gets it meanwhile."""
    path = folder / LOCK
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # h5py keeps the system's number but words of its own.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise TrainingError(f"cannot write {path}: {reason}") from error
