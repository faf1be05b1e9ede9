"""What the pages and the API of a server share: its parts, and who may see which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from flask import Flask, abort, current_app, request, url_for
from werkzeug.datastructures import WWWAuthenticate

from server.access.door import Door
from server.access.limits import PerAddress
from server.access.lookup import GuessError, Lookup
from server.access.tokens import AccessError, Tokens, clean_code
from server.classroom.service import Classroom
from server.config import School
from server.domain.session import ClassSession
from server.ops.clock import Clock
from server.ops.metrics import Metrics


@dataclass(frozen=True)
class Site:
    """The parts of a server that answers to HTTP have need of.

    openings: how many classes were opened from which address;
    frame_ancestors: origins whose pages may show ours in a frame;
    metrics_token: what opens the figures of this process, None if nothing does;
    words_first: of two ways to take part, the one without a camera stands before the other.
    """

    classroom: Classroom
    lookup: Lookup
    tokens: Tokens
    clock: Clock
    metrics: Metrics
    door: Door
    openings: PerAddress
    frame_ancestors: Sequence[str]
    metrics_token: str | None
    words_first: bool
    school: School

    @property
    def modes(self) -> list[str]:
        """The modes in which classes can be opened, in the order in which pages offer them."""
        return sorted(self.classroom.modes, key=lambda mode: (mode == "camera") == self.words_first)


def install(app: Flask, site: Site) -> None:
    """Let the views of an app find the parts of its server, and its pages name the school."""
    app.extensions["site"] = site
    app.context_processor(lambda: {"school": site.school})


def this_site() -> Site:
    """The site that the request is for."""
    site: Site = current_app.extensions["site"]
    return site


def admitted(asked: object) -> object:
    """What somebody asks who may open classes, without the password; aborts for all others.

    asked: as it came in JSON.
    """
    password: object = ""
    if isinstance(asked, dict):
        password = asked.get("password", "")
        asked = {name: value for name, value in asked.items() if name != "password"}
    if not isinstance(password, str):
        abort(400, "password must be a text")
    try:
        this_site().door.check(password, request.remote_addr or "")
    except GuessError as error:
        abort(429, str(error))
    except AccessError as error:
        abort(403, str(error))
    return asked


def class_with(code: str, token: object = None) -> ClassSession:
    """The class with a code, as somebody typed it; aborts if there is none.

    token: a teacher's, if the request has one.
    """
    site = this_site()
    is_known = site.tokens.is_for(token, clean_code(code))
    try:
        session = site.lookup.find(code, request.remote_addr or "", is_known)
    except GuessError as error:
        abort(429, str(error))
    if session is None:
        abort(404, "There is no class with this code. Please check it with your teacher.")
    return session


def teachers_class(code: str) -> ClassSession:
    """The class with a code, for a request with its teacher's token; aborts for all others."""
    token = bearer_token()
    session = class_with(code, token)
    if token is None:
        abort(401, "This takes the teacher's token.", www_authenticate=WWWAuthenticate("bearer"))
    try:
        this_site().tokens.check_teacher(token, session)
    except AccessError as error:
        abort(403, str(error))
    return session


def bearer_token() -> str | None:
    """The token that came with the request, if one did (RFC 6750).

    Werkzeug, which knows other schemes, too, fails over what is none of them.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def key_to(session: ClassSession) -> dict[str, str]:
    """What makes somebody the teacher of a class: a token, and the room's address with it."""
    token = this_site().tokens.teacher(session)
    room_url = url_for("pages.room", code=session.code, _external=True)
    # In the fragment, which no server and no log ever sees.
    return {"room_url": urljoin(room_url, f"#{token}"), "token": token}


def join_url(session: ClassSession) -> str:
    """The address that students are sent."""
    return url_for("pages.student", code=session.code, _external=True)
