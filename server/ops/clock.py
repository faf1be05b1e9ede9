"""Two times: one to measure by, which only goes on, and the wall clock's, which people read."""

from __future__ import annotations

import time
from collections.abc import Callable

# It goes on while a machine sleeps, as Linux's CLOCK_MONOTONIC does not; that of macOS does.
STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Seconds since some moment, those in which the machine slept included."""
    return time.clock_gettime(STEADY)


class Clock:
    """now: seconds since some moment, to measure by, whatever is done to the clock on the wall;
    wall: seconds since the epoch, for what is shown and kept.
    """

    def __init__(
        self, now: Callable[[], float] = steady, wall: Callable[[], float] = time.time
    ) -> None:
        self.now, self.wall = now, wall
