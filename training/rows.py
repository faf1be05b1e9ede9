"""The rows of a CSV file, or one clear error."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from training.errors import TrainingError

Row = tuple[int, dict[str, str]]  # line number, cells by column


def read_rows(path: Path, *layouts: set[str]) -> Iterator[Row]:
    """The rows of a file that has the columns of one of the layouts, and any others.

    Raises TrainingError if it has not, or is not a CSV in UTF-8. Cells missing from a short row
    are None.
    """
    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # Excel puts a mark in front
            reader = csv.DictReader(file)
            missing = min((layout - set(reader.fieldnames or ()) for layout in layouts), key=len)
            if missing:
                raise TrainingError(f"{path} lacks the columns {', '.join(sorted(missing))}")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path} is not a readable CSV: {error}") from error
