"""From a code that somebody gives to the class or course; whoever guesses codes gets nowhere."""

from __future__ import annotations

from server.access.limits import PerAddress
from server.access.tokens import AccessError, clean_code
from server.classroom.service import Classroom
from server.domain.session import ClassSession, Course
from server.ops.clock import Clock

HOUR = 60 * 60  # seconds
# From one address: a whole school may sit behind one, and each of its students mistype once. Who
# tries them all finds one of 10,000 classes in 730 million codes in 6 days.
MISSES_AN_HOUR = 500


class GuessError(AccessError):
    """Too much that is wrong came from an address; the text is fit for whoever sent it."""


class Lookup:
    """For all ways in, so that they count together."""

    def __init__(self, classroom: Classroom, clock: Clock) -> None:
        self._classroom = classroom
        self._clock = clock
        self._misses = PerAddress(MISSES_AN_HOUR, HOUR)

    def find(
        self, typed: str, address: str, is_known: bool = False
    ) -> ClassSession | Course | None:
        """The class with this code, running or ended, or the course. Raises GuessError, StoreError.

        is_known: whoever asks has proved to have been there before, and does not guess.
        """
        now = self._clock.now()
        if not is_known and self._misses.is_used_up(address, now):
            raise GuessError(
                "Too many wrong codes came from your network. Please try again in some minutes."
            )
        code = clean_code(typed)
        found = self._classroom.find(code) or self._classroom.find_course(code)
        if found is None:
            self._misses.take(address, now)
        return found
