"""Settings from the environment, checked once, before anything starts."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from server.domain.labels import MAX_LABEL, SHIPPED, Labels
from server.domain.messages import FLOOR_STUDENTS, MAX_TEXT, MOST_STUDENTS, fit, is_blank

MAX_MESSAGE_BYTES = 10_000  # the longest honest message, a name in a help, has a few hundred
MOST_LOGO_BYTES = 200_000
LEAST_PASSWORD, MOST_PASSWORD = 12, 200  # characters
SHIPPED_MODEL = Path(__file__).resolve().parent.parent / "web/static/model/emotion"
LEAST_LABELS, MOST_LABELS = 2, 20
# What a student's page needs of a model's metadata besides what the server does.
READ_BY_PAGES = ("height", "width", "channels", "sure", "temperature", "crop")


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
class Logo:
    """A picture of the school's, as it was when the server started."""

    content: bytes
    mimetype: str


@dataclass(frozen=True)
class School:
    """What pages say about who runs the server; None for what is not said.

    privacy_url, legal_url: the school's own pages, beside those of ours.
    """

    name: str | None = None
    logo: Logo | None = None
    privacy_url: str | None = None
    legal_url: str | None = None


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
    teachers: str = "anybody"  # who may open classes; or "password", or "lti" for platforms alone
    teachers_password: str | None = None  # only with "password"
    consent_first: str = "words"  # which way in stands first; or "camera"
    school: School = School()
    # The files of an exported model that reads expressions, by their names; None: ours.
    model: Mapping[str, Path] | None = None
    labels: Labels = SHIPPED  # of that model

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
        platforms = _platforms(environment)
        model, labels = _model(environment)
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
            platforms=platforms,
            metrics_token=_metrics_token(environment),
            websockets=_choice(environment, "WEBSOCKETS", ("lean", "engineio")),
            teachers=_teachers(environment, platforms),
            teachers_password=_teachers_password(environment),
            consent_first=_choice(environment, "CONSENT_FIRST", ("words", "camera")),
            school=_school(environment),
            model=model,
            labels=labels,
        )


def _choice(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of the words; the first of them where nothing is said."""
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


def _teachers(environment: Mapping[str, str], platforms: tuple[Platform, ...]) -> str:
    teachers = _choice(environment, "TEACHERS", ("anybody", "password", "lti"))
    if teachers == "lti" and not platforms:
        raise SettingsError("LTI_PLATFORMS must be set with TEACHERS=lti")
    return teachers


def _teachers_password(environment: Mapping[str, str]) -> str | None:
    password = environment.get("TEACHERS_PASSWORD") or None
    if environment.get("TEACHERS") != "password":
        if password is not None:
            raise SettingsError(
                "TEACHERS_PASSWORD is set, but asked for only with TEACHERS=password"
            )
        return None
    # What cannot be printed cannot be typed into a field either.
    fits = password is not None and LEAST_PASSWORD <= len(password) <= MOST_PASSWORD
    if not password or not fits or not password.isprintable() or password != password.strip():
        raise SettingsError(
            f"TEACHERS_PASSWORD must be set with TEACHERS=password, to {LEAST_PASSWORD} to "
            f"{MOST_PASSWORD} characters on one line, without blanks around them"
        )
    return password


def _school(environment: Mapping[str, str]) -> School:
    name = environment.get("SCHOOL_NAME", "").strip() or None
    if name is not None and (len(name) > MAX_TEXT or fit(name) != name or is_blank(name)):
        raise SettingsError(f"SCHOOL_NAME must be one line of at most {MAX_TEXT} characters")
    logo = _logo(environment)
    if logo is not None and name is None:
        raise SettingsError("SCHOOL_NAME must be set with SCHOOL_LOGO, which not everybody sees")
    return School(
        name, logo, _web_page(environment, "PRIVACY_URL"), _web_page(environment, "LEGAL_URL")
    )


def _logo(environment: Mapping[str, str]) -> Logo | None:
    path = environment.get("SCHOOL_LOGO")
    if not path:
        return None
    if Path(path).is_fifo():
        raise SettingsError("SCHOOL_LOGO is no file but a pipe, which may never end")
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_LOGO_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"SCHOOL_LOGO cannot be read: {reason}") from None
    mimetype = _picture_type(content)
    if mimetype is None or len(content) > MOST_LOGO_BYTES:
        raise SettingsError(
            "SCHOOL_LOGO must be an SVG, PNG, WebP or JPEG file of at most "
            f"{MOST_LOGO_BYTES // 1000} kB"
        )
    return Logo(content, mimetype)


def _picture_type(content: bytes) -> str | None:
    """What a file is by its first bytes, or by its root element, whatever it is called."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):  # of an encoding that nobody knows
        return None
    return "image/svg+xml" if root.tag == "{http://www.w3.org/2000/svg}svg" else None


def _model(environment: Mapping[str, str]) -> tuple[Mapping[str, Path] | None, Labels]:
    """The files of the operator's own model, and what it, or ours, names."""
    own = environment.get("MODEL")
    model = Path(os.path.realpath(own)) if own else SHIPPED_MODEL
    files = {"metadata.json": model / "metadata.json"}
    try:
        about = json.loads(files["metadata.json"].read_text("utf-8"))
        labels, valence = about["labels"], about["valence"]
        if not LEAST_LABELS <= len(labels) <= MOST_LABELS or len(set(labels)) < len(labels):
            raise ValueError(f"labels must be {LEAST_LABELS} to {MOST_LABELS}, each another one")
        for label in labels:
            fits = 0 < len(label) <= MAX_LABEL and label == fit(label).strip()
            if not fits or is_blank(label):
                raise ValueError(f"a label must be one line of 1 to {MAX_LABEL} characters")
        if about["choices"][: len(labels)] != labels:
            raise ValueError("choices must begin with the labels")
        if len(about["weights"]) != len(about["choices"]):
            raise ValueError("weights must be as many as choices")
        if valence.keys() != set(labels) or not all(
            sign in (-1, 0, 1) for sign in valence.values()
        ):
            raise ValueError("valence must be -1, 0 or 1 for each label")
        for name in READ_BY_PAGES:
            about[name]  # a student's page would stop at it
        for name, digest in about["sha256"].items():
            files[name] = model / name
            if hashlib.sha256(files[name].read_bytes()).hexdigest() != digest:
                raise ValueError(f"{name} is another file than was exported")
        if "model.json" not in files:
            raise ValueError("sha256 must tell of model.json")
    except KeyError as error:
        reason: object = f"metadata.json has no {error.args[0]}"
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    except (AttributeError, TypeError, RecursionError):
        reason = "metadata.json is not what an export writes"
    except ValueError as error:  # also of JSON and of UTF-8
        reason = error
    else:
        return files if own else None, Labels({label: int(valence[label]) for label in labels})
    raise SettingsError(f"MODEL: the model in {model} cannot be used: {reason}")


def _web_page(environment: Mapping[str, str], name: str) -> str | None:
    url = environment.get(name) or None
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        is_host = re.fullmatch(r"\w[\w.-]*", parts.hostname or "") is not None
        fits = parts.scheme == "https" and parts.username is None and is_host and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not url.isprintable() or " " in url:
        raise SettingsError(f"{name} must be the address of a page that begins with https://")
    return url


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
