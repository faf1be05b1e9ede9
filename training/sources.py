"""The files of a folder, a zip or a tar, by name, however the source is packed."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from training.errors import TrainingError

# What the file system, zipfile and tarfile raise for what is missing, damaged, encrypted
# (RuntimeError) or packed in an unknown way (NotImplementedError, which is one).
UNREADABLE = (
    *(OSError, BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError),
)
UTF8 = 0x800  # flag of a zip's member, whose name is else taken for one of MS-DOS


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
    members = (_member(packed, info) for info in packed.infolist())
    return sorted((file for file in members if not file.name.endswith("/")), key=_by_name)


def _member(packed: ZipFile, info: ZipInfo) -> File:
    name = info.filename
    if not info.flag_bits & UTF8:  # macOS packs names in UTF-8 without a word of it
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    # Some packers of Windows separate folders in their own way.
    return File(name.replace("\\", "/"), lambda: packed.open(info))


def _in_folder(folder: Path) -> list[File]:
    paths = _below(folder, frozenset({folder.resolve()}))
    files = (File.at(path, path.relative_to(folder).as_posix()) for path in paths)
    return sorted(files, key=_by_name)


def _by_name(file: File) -> str:
    return file.name


def _below(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    for path in folder.iterdir():
        if not path.is_dir():
            yield path
        elif (real := path.resolve()) not in above:
            yield from _below(path, above | {real})
