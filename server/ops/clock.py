"""A clock that never leaps, whatever happens to the clock on the wall."""

from __future__ import annotations

from collections.abc import Callable

SLEW = 0.1  # seconds a second by which a wrong time is put right: time goes on, a little off pace


class Clock:
    """Seconds since the epoch; differences are true to SLEW, even where the wall clock is set.

    wall, monotonic: time.time and time.monotonic, or what stands for them.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._time, self._at = wall(), monotonic()

    def now(self) -> float:
        """The time, always later than the time before."""
        at = self._monotonic()
        passed, self._at = at - self._at, at
        off = self._wall() - (self._time + passed)
        most = SLEW * passed
        self._time += passed + max(-most, min(most, off))
        return self._time
