"""What programs ask for, ours and others': classes, reports, courses; openapi.json describes it."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from math import inf
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request
from flask_babel import gettext

from server.domain.messages import MessageError, parse_teacher
from server.domain.report import ClassReport
from server.domain.session import ClassSession, Marker
from server.http.site import (
    admitted,
    course_url,
    join_url,
    key_to,
    key_to_course,
    opened,
    teachers_class,
    teachers_course,
    this_site,
)

NO_MARKER = "There is no note of this time any more."
OF_COURSE = ("code", "title", "mode", "min_students", "created_at", "notes_for_students", "qna")
DESCRIPTION = Path(__file__).with_name("openapi.json")

api = Blueprint("api", __name__)


@api.get("/api/openapi.json")
def description() -> Response:
    return Response(DESCRIPTION.read_bytes(), mimetype="application/json")


@api.post("/api/classes")
def open_class() -> tuple[dict[str, object], int]:
    site, asked = this_site(), admitted(_asked())
    return _begun(opened(lambda now: site.classroom.open_class(asked, now), site.openings)), 201


@api.post("/api/tryout")
def open_tryout() -> tuple[dict[str, object], int]:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":  # it takes no JSON, so no preflight
        abort(403, "Another site cannot open a class here.")
    site = this_site()
    # With cameras, where these are allowed. There is nobody to hide, and the story is of 30.
    asked = {"title": gettext("Try-out class"), "mode": site.classroom.modes[0], "min_students": 5}
    session = opened(
        lambda now: site.classroom.open_class(asked, now, simulated=True), site.tryouts
    )
    return _begun(session), 201


def _begun(session: ClassSession) -> dict[str, object]:
    return {"code": session.code, "join_url": join_url(session), **key_to(session)}


def _asked() -> object:
    """What came as JSON, None if nothing that can be read did."""
    try:
        return request.get_json(silent=True)
    except RecursionError:  # deeper than Python reads
        return None


@api.get("/api/classes/<code>")
def about_class(code: str) -> dict[str, object]:
    about = asdict(teachers_class(code))
    del about["key_number"]
    return about


@api.delete("/api/classes/<code>")
def delete_class(code: str) -> tuple[str, int]:
    this_site().classroom.delete(teachers_class(code).code)
    return "", 204


@api.post("/api/classes/<code>/token")
def renew_token(code: str) -> dict[str, str]:
    return key_to(this_site().classroom.renew_key(teachers_class(code)))


@api.put("/api/classes/<code>/markers/<t>")
def rewrite_marker(code: str, t: str) -> dict[str, object]:
    session = teachers_class(code)
    try:
        marker = Marker(_time(t), parse_teacher("marker", _asked())["text"])
    except MessageError as error:
        abort(400, str(error))
    if not this_site().classroom.rewrite(session, marker):
        abort(404, NO_MARKER)
    return asdict(marker)


@api.delete("/api/classes/<code>/markers/<t>")
def delete_marker(code: str, t: str) -> tuple[str, int]:
    session = teachers_class(code)
    if not this_site().classroom.erase(session, _time(t)):
        abort(404, NO_MARKER)
    return "", 204


def _time(text: str) -> float:
    """As JSON writes a number."""
    try:
        return float(text)
    except ValueError:
        abort(404, NO_MARKER)


@api.post("/api/courses")
def open_course() -> tuple[dict[str, object], int]:
    site, asked = this_site(), admitted(_asked())
    course = opened(lambda now: site.classroom.open_course(asked, now), site.openings)
    links = {"join_url": course_url(course.code), **key_to_course(course)}
    return {"code": course.code, **links}, 201


@api.get("/api/courses/<code>")
def about_course(code: str) -> dict[str, object]:
    course = teachers_course(code)
    running = this_site().classroom.running_lesson(course)
    lesson = _begun(running) if running else None
    about = {name: getattr(course, name) for name in OF_COURSE}
    return {**about, "join_url": course_url(course.code), "lesson": lesson}


@api.delete("/api/courses/<code>")
def delete_course(code: str) -> tuple[str, int]:
    this_site().classroom.delete_course(teachers_course(code))
    return "", 204


@api.post("/api/courses/<code>/token")
def renew_course_token(code: str) -> dict[str, str]:
    return key_to_course(this_site().classroom.renew_course_key(teachers_course(code)))


@api.post("/api/courses/<code>/lessons")
def start_lesson(code: str) -> tuple[dict[str, object], int]:
    site, course = this_site(), teachers_course(code)
    if running := site.classroom.running_lesson(course):
        return _begun(running), 200  # which is no opening
    session, is_new = opened(lambda now: site.classroom.start_lesson(course, now), site.openings)
    return _begun(session), 201 if is_new else 200


@api.get("/api/courses/<code>/lessons")
def lessons(code: str) -> Response:
    site, course = this_site(), teachers_course(code)
    before = request.args.get("before", inf, type=float)
    found = site.classroom.lessons(course, site.clock.wall(), before)
    return _packed(
        jsonify(
            [
                {"created_at": session.created_at, **report.summary(), **key_to(session)}
                for session, report in found
            ]
        )
    )


@api.get("/report/<code>.json")
def report_json(code: str) -> Response:
    return _packed(jsonify(_report(code).to_dict()))


@api.get("/report/<code>.csv")
def report_csv(code: str) -> Response:
    # With the mark of UTF-8, without which Excel shows Hindi, Arabic and umlauts as rubbish.
    table = _report(code).to_csv(this_site().classroom.labels).encode("utf-8-sig")
    return _packed(Response(table, mimetype="text/csv"))


def _report(code: str) -> ClassReport:
    site = this_site()
    return site.classroom.report(teachers_class(code), site.clock.wall())


def _packed(response: Response) -> Response:
    """Compressed for whoever takes that: two hours are 190 kB, or 40."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data()))
        response.content_encoding = "gzip"
    return response
