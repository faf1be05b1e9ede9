"""The files of a folder, a zip or a tar, by name, however the source is packed."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile

from training.errors import TrainingError

# What the file system, zipfile and tarfile raise for what is missing, damaged, encrypted
# (RuntimeError) or packed in an unknown way (NotImplementedError, which is one).
UNREADABLE = (
    *(OSError, BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError),
)


@dataclass(frozen=True)
class File:
    """One file: what messages call it, and how to open it."""

    name: str
    open: Callable[[], IO[bytes]]

    @staticmethod
    def at(path: Path, name: str | None = None) -> File:
        """A file of its own, called by its path where it has no other name."""
        return File(name or str(path), lambda: path.open("rb"))

    def read(self) -> bytes:
        """All that is in it. Raises TrainingError, naming the file, if it cannot be read."""
        try:
            with self.open() as content:
                return content.read()
        except UNREADABLE as error:
            reason = getattr(error, "strerror", None) or error
            raise TrainingError(f"{self.name} cannot be read: {reason}") from error


@contextmanager
def files_of(source: Path) -> Iterator[list[File]]:
    """All files of a folder or an archive, sorted by name, or the one that `source` is.

    Names begin below the source. Links are followed, but into no folder that they lie in. Raises
    TrainingError if the source cannot be read.
    """
    with ExitStack() as opened:
        try:
            files = _open(source, opened)
        except UNREADABLE as error:
            raise TrainingError(
                f"{source} is not a zip or a tar that can be read: {error}"
            ) from error
        yield files


def _open(source: Path, opened: ExitStack) -> list[File]:
    if source.is_dir():
        return _in_folder(source)
    if source.suffix.lower() == ".csv":
        return [File.at(source)]
    if tarfile.is_tarfile(source):
        # Unpacked, because of a compressed tar nothing can be read but from its beginning.
        folder = opened.enter_context(TemporaryDirectory())
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        return _in_folder(Path(folder))
    packed = opened.enter_context(ZipFile(source))
    names = (name for name in packed.namelist() if not name.endswith("/"))
    return [_member(packed, name) for name in sorted(names)]


def _member(packed: ZipFile, name: str) -> File:
    return File(name, lambda: packed.open(name))


def _in_folder(folder: Path) -> list[File]:
    paths = _below(folder, frozenset({folder.resolve()}))
    files = (File.at(path, path.relative_to(folder).as_posix()) for path in paths)
    return sorted(files, key=lambda file: file.name)


def _below(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    for path in folder.iterdir():
        if not path.is_dir():
            yield path
        elif (real := path.resolve()) not in above:
            yield from _below(path, above | {real})
