"""The rows of a CSV file, or one clear error."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

from training.errors import TrainingError
from training.sources import UNREADABLE, File

Row = tuple[int, dict[str, str]]  # line number, cells by column


def read_rows(file: File, *layouts: set[str]) -> Iterator[Row]:
    """The rows of a file that has the columns of one of the layouts, and any others.

    Blanks around names and cells do not count; cells missing from a short row are empty. Raises
    TrainingError if the file has no such columns, or is not a CSV in UTF-8.
    """
    lines = _lines(file)
    _, columns = next(lines, (0, []))
    missing = min((layout - set(columns) for layout in layouts), key=len)
    if missing:
        raise TrainingError(f"{file.name} lacks the columns {', '.join(sorted(missing))}")
    for number, cells in lines:
        if cells:
            yield number, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))


def columns_of(file: File) -> set[str]:
    """The names in the first line of a CSV; none if it is not one."""
    try:
        _, columns = next(_lines(file), (0, []))
    except TrainingError:
        return set()
    return set(columns)


def _lines(file: File) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(sys.maxsize)
    try:
        # Excel puts a mark in front.
        with file.open() as content, io.TextIOWrapper(content, "utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            for cells in reader:
                yield reader.line_num, [cell.strip() for cell in cells]
    except (*UNREADABLE, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{file.name} is not a readable CSV: {error}") from error
