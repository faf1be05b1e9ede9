"""Who may open classes, whatever way they come."""

from __future__ import annotations

import hmac

from server.access.limits import PerAddress
from server.access.lookup import HOUR, GuessError
from server.access.tokens import AccessError
from server.ops.clock import Clock

# From one address: a whole school may sit behind one, and some of its teachers mistype. At that
# rate not even a password of a few letters is found.
WRONG_AN_HOUR = 100


class Door:
    """Opens for anybody, for whoever has the teachers' password, or for learning platforms alone.

    teachers, password: as in the settings. A launch from a learning platform does not come this
    way: the platform has said already who teaches.
    """

    def __init__(self, teachers: str, password: str | None, clock: Clock) -> None:
        self.teachers = teachers
        self._password = (password or "").encode()
        self._clock = clock
        self._wrong = PerAddress(WRONG_AN_HOUR, HOUR)

    def check(self, password: str, address: str) -> None:
        """Raises AccessError for whoever may not open classes, GuessError for whoever guesses.

        password: as somebody typed it, empty if nobody did.
        """
        if self.teachers == "lti":
            raise AccessError("Classes are started from the school's learning platform here.")
        if self.teachers == "anybody":
            return
        now = self._clock.now()
        if self._wrong.is_used_up(address, now):
            raise GuessError(
                "Too many wrong passwords came from your network. Please try again later."
            )
        typed = password.encode(errors="surrogatepass")
        if not hmac.compare_digest(typed, self._password):
            if typed:
                self._wrong.take(address, now)
            raise AccessError("This takes the password for teachers. Please check it.")
