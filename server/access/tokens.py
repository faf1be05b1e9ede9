"""Who may do what: join codes, the teacher's signed token, the student's opaque seat."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from server.domain.session import ClassSession, Course

# Without 0 O 1 I L U: nothing that looks or sounds like something else when read out.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6
DAY = 24 * 60 * 60  # seconds
SEAT_LIFETIME = DAY
MARGIN = DAY  # by which clocks may differ


class AccessError(Exception):
    """A token that opens nothing here; the text is fit for its sender."""


def new_code() -> str:
    """A random join code, one of 30^6 = 729 million."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """A join code as people type it: any case, with blanks or a dash in the middle."""
    return "".join(character for character in typed if character.isalnum()).upper()


class Tokens:
    """Signs and reads tokens with the server's secret key.

    A teacher's is for one class or one course, whose codes are never the same, and lasts as long as
    that is kept: it may be opened long before its first lesson.
    """

    def __init__(self, secret_key: str) -> None:
        self._teacher = URLSafeTimedSerializer(secret_key, salt="teacher")
        self._seat = URLSafeTimedSerializer(secret_key, salt="seat")

    def teacher(self, taught: ClassSession | Course) -> str:
        """The token that opens the room and the report of one class, until its key is renewed; or
        the lessons of one course."""
        return self._teacher.dumps([taught.code, taught.key_number])

    def check_teacher(self, token: object, taught: ClassSession | Course) -> int:
        """The key number of the token. Raises AccessError unless it opens the class or the course.

        It may be newer than theirs: then the key was renewed by another process just now.
        """
        try:
            (signed_code, key_number), signed_at = _read(self._teacher, token)
        except (BadSignature, ValueError):
            raise AccessError("This is not a teacher's link of this server.") from None
        # A class that was forgotten leaves its code to another one.
        if signed_code != taught.code or signed_at < taught.created_at - MARGIN:
            raise AccessError("This teacher's link is for another class.")
        if key_number < taught.key_number:
            raise AccessError("This teacher's link was replaced by a new one.")
        return int(key_number)

    def is_for(self, token: object, code: str) -> bool:
        """Whether a token of this server, a teacher's or a seat's, is for the class `code`.

        Then whoever has it did not guess the code, even if it opens nothing any more.
        """
        for serializer in (self._teacher, self._seat):
            with suppress(BadSignature, ValueError):
                (signed_code, _), _ = _read(serializer, token)
                return bool(signed_code == code)
        return False

    def new_seat(self, code: str) -> tuple[str, str]:
        """A token for a new seat in the class `code`, and the seat, which say nothing about who
        takes it."""
        seat = secrets.token_urlsafe(9)
        return self._seat.dumps([code, seat]), seat

    def read_seat(self, token: object, code: str) -> str | None:
        """The seat in the class `code` that this server gave out, perhaps before a restart."""
        try:
            signed_code, seat = read_within(self._seat, token, SEAT_LIFETIME)
        except BadSignature:
            return None
        return seat if signed_code == code else None


def read_within(serializer: URLSafeTimedSerializer, token: object, seconds: float) -> Any:
    """What was signed within the last so many seconds. Raises BadSignature.

    Only too old is wrong: a clock that is set, or another machine's, makes tokens of the future,
    which the serializer itself would refuse.
    """
    content, signed_at = _read(serializer, token)
    if time.time() - signed_at > seconds:
        raise SignatureExpired("it is too old")
    return content


def _read(serializer: URLSafeTimedSerializer, token: object) -> tuple[Any, float]:
    """What was signed, and when: in seconds since the epoch. Raises BadSignature."""
    if not isinstance(token, str) or not token.isascii():
        raise BadSignature("no token of ours")
    content, signed_at = serializer.loads(token, return_timestamp=True)
    return content, signed_at.timestamp()
