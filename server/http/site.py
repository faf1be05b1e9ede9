"""What the pages and the API of a server share: its parts, who may open and see which class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin

from flask import Flask, abort, current_app, request, url_for
from werkzeug.datastructures import WWWAuthenticate

from server.access.door import Door
from server.access.limits import PerAddress
from server.access.lookup import GuessError, Lookup
from server.access.tokens import AccessError, Tokens, clean_code
from server.classroom.service import ClassError, Classroom
from server.config import School
from server.domain.session import ClassSession, Course
from server.http.languages import N_
from server.ops.clock import Clock
from server.ops.metrics import Metrics

Opened = TypeVar("Opened")

NO_CLASS = N_("There is no class with this code. Please check it with your teacher.")
NO_COURSE = N_("There is no course with this code. Please check it with your teacher.")


@dataclass(frozen=True)
class Site:
    """The parts of a server that answers to HTTP have need of.

    openings: how many classes and courses were opened from which address;
    tryouts: how many classes with made-up students, which cost no teacher an opening;
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
    tryouts: PerAddress
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


def opened(start: Callable[[float], Opened], limit: PerAddress | None) -> Opened:
    """What somebody opens here, a class, a course or a lesson of it; aborts if they may not.

    start: opens it, given the time; raises ClassError if it cannot be;
    limit: how many an address may open, None where a learning platform vouches for who asks.
    """
    site = this_site()
    if limit and not limit.take(request.remote_addr or "", site.clock.now()):
        abort(429, "Too many classes were opened from your network. Please try again later.")
    try:
        return start(site.clock.wall())
    except ClassError as error:
        abort(400, str(error))


def found_with(code: str, token: object = None) -> ClassSession | Course:
    """What has a code, as somebody typed it; aborts if nothing has.

    token: a teacher's, if the request has one.
    """
    site = this_site()
    is_known = site.tokens.is_for(token, clean_code(code))
    try:
        found = site.lookup.find(code, request.remote_addr or "", is_known)
    except GuessError as error:
        abort(429, str(error))
    if found is None:
        abort(404, NO_CLASS)
    return found


def class_with(code: str, token: object = None) -> ClassSession:
    """The same, if it is a class."""
    found = found_with(code, token)
    return found if isinstance(found, ClassSession) else abort(404, NO_CLASS)


def course_with(code: str, token: object = None) -> Course:
    """The same, if it is a course."""
    found = found_with(code, token)
    return found if isinstance(found, Course) else abort(404, NO_COURSE)


def teachers_class(code: str) -> ClassSession:
    """The class with a code, for a request with its teacher's token; aborts for all others."""
    token = bearer_token()
    session = class_with(code, token)
    _check_teacher(token, session)
    return session


def teachers_course(code: str) -> Course:
    """The same of a course."""
    token = bearer_token()
    course = course_with(code, token)
    _check_teacher(token, course)
    return course


def _check_teacher(token: str | None, taught: ClassSession | Course) -> None:
    if token is None:
        abort(401, "This takes the teacher's token.", www_authenticate=WWWAuthenticate("bearer"))
    try:
        this_site().tokens.check_teacher(token, taught)
    except AccessError as error:
        abort(403, str(error))


def bearer_token() -> str | None:
    """The token that came with the request, if one did (RFC 6750).

    Werkzeug, which knows other schemes, too, fails over what is none of them.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def key_to(session: ClassSession) -> dict[str, str]:
    """What makes somebody the teacher of a class: a token, and the room's address with it."""
    token = this_site().tokens.teacher(session)
    return {"room_url": with_tokens("pages.room", session.code, token), "token": token}


def key_to_course(course: Course) -> dict[str, str]:
    """The same of a course, with the address of the page of its lessons."""
    token = this_site().tokens.teacher(course)
    return {"course_url": with_tokens("pages.lessons", course.code, token), "token": token}


def with_tokens(page: str, code: str, *tokens: str) -> str:
    """The address of a teacher's page, with tokens in the fragment, which no server and no log ever
    sees."""
    return urljoin(url_for(page, code=code, _external=True), f"#{'&'.join(tokens)}")


def join_url(session: ClassSession) -> str:
    """The address that students are sent: its course's, if the class is of one."""
    return course_url(session.course) if session.course else _address("student", session.code)


def course_url(code: str) -> str:
    """The address of a course that students are sent."""
    return _address("course", code)


def _address(page: str, code: str) -> str:
    return url_for(f"pages.{page}", code=code, _external=True)
