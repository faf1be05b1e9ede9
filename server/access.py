"""Who may do what: join codes, the teacher's signed token, the student's opaque seat."""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, URLSafeSerializer

# Without 0 O 1 I L U: nothing that looks or sounds like something else when read out.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6


class AccessError(Exception):
    """A token that is forged or for another class; the text is fit for its sender."""


def new_code() -> str:
    """A random join code, one of 30^6 = 729 million."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """A join code as people type it: any case, with blanks or a dash in the middle."""
    return "".join(character for character in typed if character.isalnum()).upper()


class Tokens:
    """Signs and reads tokens with the server's secret key."""

    def __init__(self, secret_key: str) -> None:
        self._teacher = URLSafeSerializer(secret_key, salt="teacher")
        self._seat = URLSafeSerializer(secret_key, salt="seat")

    def teacher(self, code: str) -> str:
        """The token that opens the room and the report of one class for as long as it is kept."""
        return self._teacher.dumps([code])

    def check_teacher(self, token: object, code: str) -> None:
        """Raises AccessError unless `token` opens the room of the class `code`."""
        try:
            signed_code = _read(self._teacher, token)[0]
        except BadSignature:
            raise AccessError("This is not a teacher's link of this server.") from None
        if signed_code != code:
            raise AccessError("This teacher's link is for another class.")

    def new_seat(self, code: str) -> tuple[str, str]:
        """A token for a new seat in the class `code`, and the seat, which say nothing about who
        takes it."""
        seat = secrets.token_urlsafe(9)
        return self._seat.dumps([code, seat]), seat

    def read_seat(self, token: object, code: str) -> str | None:
        """The seat in the class `code` that this server gave out, perhaps before a restart."""
        try:
            signed_code, seat = _read(self._seat, token)
        except BadSignature:
            return None
        return seat if signed_code == code else None


def _read(serializer: URLSafeSerializer, token: object) -> list:
    if not isinstance(token, str) or not token.isascii():
        raise BadSignature("no token of ours")
    return serializer.loads(token)
