"""Settings from the environment, checked once, before anything starts."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from server.domain.messages import FLOOR_STUDENTS, MOST_STUDENTS

MAX_MESSAGE_BYTES = 10_000  # the longest honest message, a name in a help, has a few hundred


class SettingsError(ValueError):
    """A setting that is missing or cannot be used; the text names it and says what fits."""


@dataclass(frozen=True)
class Platform:
    """A learning platform (LTI 1.3) whose word on who teaches is taken."""

    issuer: str
    client_id: str
    auth_login_url: str
    key_set_url: str
    deployment_ids: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What the operator decides."""

    secret_key: str
    port: int = 8000
    database_url: str = "sqlite:///classpulse.db"
    redis_url: str | None = None  # where several processes share their classes
    proxies: int = 0  # in front of this server, whose word on the client's address is believed
    min_students: int = 5  # shares are hidden below this number of students
    sensing: str = "camera"  # "self-report" rules camera mode out for the whole server
    tick_seconds: float = 1.0
    retention_days: int = 30  # how long an ended class is kept; 0 keeps nothing
    max_students: int = 1000  # in one class
    classes_per_hour: int = 200  # from one address: a whole school may sit behind one
    frame_ancestors: tuple[str, ...] = ()  # origins whose pages may show ours in a frame
    webhook_url: str | None = None  # where the report of each class is sent
    webhook_key: bytes = b""  # what it is signed with
    platforms: tuple[Platform, ...] = ()  # from which classes can be opened
    metrics_token: str | None = None  # who has it may read the figures; without it nobody may
    websockets: str = "lean"  # "engineio" leaves them to the library, at ten times the memory

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> Settings:
        """Read and check every setting. Raises SettingsError."""
        secret_key = environment.get("SECRET_KEY", "")
        if len(secret_key) < 16 or len(set(secret_key)) < 8:  # changemechangeme has 7
            raise SettingsError(
                "SECRET_KEY must be set, to at least 16 random characters that stay the same: "
                "it signs the teachers' tokens"
            )
        if environment.get("SCRIPT_NAME"):
            raise SettingsError(
                "SCRIPT_NAME cannot be set: Classpulse takes a host of its own, not a path of one"
            )
        return Settings(
            secret_key=secret_key,
            port=int(_number(environment, "PORT", Settings.port, 1, 65535)),
            database_url=environment.get("DATABASE_URL") or Settings.database_url,
            redis_url=_redis_url(environment),
            proxies=int(_number(environment, "PROXIES", Settings.proxies, 0, 10)),
            min_students=int(
                _number(
                    environment,
                    "MIN_STUDENTS",
                    Settings.min_students,
                    FLOOR_STUDENTS,
                    MOST_STUDENTS,
                )
            ),
            sensing=_choice(environment, "SENSING", ("camera", "self-report")),
            tick_seconds=_number(environment, "TICK_SECONDS", Settings.tick_seconds, 0.1, 5),
            retention_days=int(
                _number(environment, "RETENTION_DAYS", Settings.retention_days, 0, 3650)
            ),
            max_students=int(
                _number(environment, "MAX_STUDENTS", Settings.max_students, FLOOR_STUDENTS, 100_000)
            ),
            classes_per_hour=int(
                _number(environment, "CLASSES_PER_HOUR", Settings.classes_per_hour, 1, 1_000_000)
            ),
            frame_ancestors=_origins(environment, "FRAME_ANCESTORS"),
            webhook_url=_webhook_url(environment),
            webhook_key=_webhook_key(environment),
            platforms=_platforms(environment),
            metrics_token=_metrics_token(environment),
            websockets=_choice(environment, "WEBSOCKETS", ("lean", "engineio")),
        )


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, str]) -> str:
    """One of the two words; the first of them where nothing is said."""
    chosen = environment.get(name, choices[0])
    if chosen not in choices:
        raise SettingsError(f"{name} must be {' or '.join(choices)}, not {chosen!r}")
    return chosen


def _redis_url(environment: Mapping[str, str]) -> str | None:
    url = environment.get("REDIS_URL") or None
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://")
    return url


def _webhook_url(environment: Mapping[str, str]) -> str | None:
    url = environment.get("WEBHOOK_URL") or None
    if url is not None and not _is_safe(url):
        raise SettingsError("WEBHOOK_URL must begin with https://")
    return url


def _is_safe(url: str) -> bool:
    return bool(re.match(r"https://[^/]|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$)", url))


def _platforms(environment: Mapping[str, str]) -> tuple[Platform, ...]:
    text = environment.get("LTI_PLATFORMS")
    if not text:
        return ()
    names = [field.name for field in fields(Platform)]
    try:
        platforms = [Platform(**given) for given in json.loads(text)]
        for platform in platforms:
            *words, deployments = vars(platform).values()
            if not isinstance(deployments, list) or not deployments:
                raise ValueError
            if not all(isinstance(word, str) and word for word in words + deployments):
                raise ValueError
            if not (_is_safe(platform.auth_login_url) and _is_safe(platform.key_set_url)):
                raise ValueError
    except (TypeError, ValueError):
        raise SettingsError(
            f"LTI_PLATFORMS must be a JSON list of objects with {', '.join(names)}: texts, the "
            "last a list of them, and addresses that begin with https://"
        ) from None
    return tuple(replace(each, deployment_ids=tuple(each.deployment_ids)) for each in platforms)


def _webhook_key(environment: Mapping[str, str]) -> bytes:
    """As Standard Webhooks writes it: whsec_ and 24 to 64 bytes in Base64."""
    if not environment.get("WEBHOOK_URL"):
        return b""
    prefix, _, text = environment.get("WEBHOOK_SECRET", "").partition("_")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if prefix != "whsec" or not 24 <= len(key) <= 64:
        raise SettingsError(
            "WEBHOOK_SECRET must be set with WEBHOOK_URL, to whsec_ and 24 to 64 random bytes in "
            "Base64"
        )
    return key


def _metrics_token(environment: Mapping[str, str]) -> str | None:
    token = environment.get("METRICS_TOKEN") or None
    # What can stand after "Bearer" (RFC 6750, 2.1).
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/-]{16,}=*", token):
        raise SettingsError(
            "METRICS_TOKEN must be at least 16 letters, digits and any of - . _ ~ + /"
        )
    return token


def _origins(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    origins = tuple(environment.get(name, "").split())
    for origin in origins:
        if not re.fullmatch(r"https://[\w.-]+(:\d+)?|http://localhost(:\d+)?", origin, re.ASCII):
            raise SettingsError(
                f"{name} must be origins such as https://school.example.org, with blanks between "
                f"them, not {origin!r}"
            )
    return origins


def _number(
    environment: Mapping[str, str], name: str, default: float, low: float, high: float
) -> float:
    text = environment.get(name)
    if not text:
        return default
    kind = type(default)
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        what = "whole number" if kind is int else "number"
        raise SettingsError(f"{name} must be a {what} from {low} to {high}, not {text!r}")
    return value
