"""The training tests' faces and files, for benchmarks."""

from collections.abc import Callable

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
    sources,
)

__all__ = ["browser", "crops", "data", "data_file", "detector", "faces", "photos", "sources"]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs one benchmark; what comes back includes what C libraries print."""

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        status = main([str(argument) for argument in arguments])
        return Outcome(status, *capfd.readouterr())

    return run
