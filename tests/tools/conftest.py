"""The training tests' faces and command line, for its benchmarks."""

from tests.training.conftest import (
    browser,
    cli,
    crops,
    data,
    data_file,
    detector,
    faces,
    photos,
    sources,
)

__all__ = [
    "browser",
    "cli",
    "crops",
    "data",
    "data_file",
    "detector",
    "faces",
    "photos",
    "sources",
]
