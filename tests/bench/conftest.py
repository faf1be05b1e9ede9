"""The training tests' faces and files, for benchmarks."""

from collections.abc import Callable

import numpy as np
import pytest

from bench.__main__ import main
from tests.training.conftest import (
    Outcome,
    browser,
    crops,
    data,
    data_file,
    detector,
    faces,
    photos,
    runner,
    sources,
)
from training.dataset import UInt8Array

__all__ = ["browser", "crops", "data", "data_file", "detector", "faces", "photos", "sources"]


@pytest.fixture
def astronaut(photos: list[UInt8Array]) -> UInt8Array:
    """BGR."""
    return np.ascontiguousarray(photos[0][..., ::-1])


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs one benchmark."""
    return runner(main, capfd)


def tables(markdown: str) -> dict[str, dict[str, list[str]]]:
    """The cells of each row, by the heading above it and by the row's first cell."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in markdown.splitlines():
        if line.startswith("## "):
            rows = found[line.removeprefix("## ")] = {}
        elif line.startswith("| ") and not line.startswith("| ---"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            rows[name] = cells
    return found
