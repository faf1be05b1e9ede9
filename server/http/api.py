"""What programs ask for, ours and others': classes and reports; openapi.json describes it."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request
from flask_babel import gettext

from server.classroom.service import ClassError
from server.domain.messages import MessageError, parse_teacher
from server.domain.report import ClassReport
from server.domain.session import Marker
from server.http.site import admitted, join_url, key_to, teachers_class, this_site

NO_MARKER = "There is no note of this time any more."
DESCRIPTION = Path(__file__).with_name("openapi.json")

api = Blueprint("api", __name__)


@api.get("/api/openapi.json")
def description() -> Response:
    return Response(DESCRIPTION.read_bytes(), mimetype="application/json")


@api.post("/api/classes")
def open_class() -> tuple[dict[str, object], int]:
    try:
        return _open(admitted(_asked()))
    except ClassError as error:
        return {"error": str(error)}, 400


@api.post("/api/tryout")
def open_tryout() -> tuple[dict[str, object], int]:
    mode = this_site().classroom.modes[0]  # with cameras, where these are allowed
    return _open({"title": gettext("Try-out class"), "mode": mode}, simulated=True)


def _open(asked: object, simulated: bool = False) -> tuple[dict[str, object], int]:
    """Open a class, whose opener is its teacher. Raises ClassError."""
    site = this_site()
    if not site.openings.take(request.remote_addr or "", site.clock.now()):
        abort(429, "Too many classes were opened from your network. Please try again later.")
    session = site.classroom.open_class(asked, site.clock.wall(), simulated=simulated)
    return {"code": session.code, "join_url": join_url(session), **key_to(session)}, 201


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


@api.get("/report/<code>.json")
def report_json(code: str) -> Response:
    return _packed(jsonify(_report(code).to_dict()))


@api.get("/report/<code>.csv")
def report_csv(code: str) -> Response:
    # With the mark of UTF-8, without which Excel shows Hindi, Arabic and umlauts as rubbish.
    table = _report(code).to_csv().encode("utf-8-sig")
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
