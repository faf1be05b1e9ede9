"""The pages that people open."""

from __future__ import annotations

import re
from io import BytesIO

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from server.domain.labels import FER2013
from server.domain.session import ClassSession, Course
from server.http.languages import COOKIE, LANGUAGES
from server.http.site import class_with, course_url, course_with, found_with, join_url, this_site

HOUR = 60 * 60  # seconds
YEAR = 365 * 24 * HOUR
OUR_PAGE = re.compile(r"/|(/[\w.-]+)+")  # never //elsewhere

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> str:
    site = this_site()
    return render_template("home.html", modes=site.modes, teachers=site.door.teachers)


@pages.get("/<any(parents, privacy, security):name>")
def paper(name: str) -> str:
    site = this_site()
    return render_template(
        f"papers/{name}.html",
        modes=site.modes,
        min_students=site.classroom.min_students,
        retention_days=site.classroom.retention_days,
    )


@pages.get("/logo")
def logo() -> BaseResponse:
    found = this_site().school.logo
    if found is None:
        abort(404)
    response = Response(found.content, content_type=found.mimetype)  # an SVG names its own charset
    response.cache_control.max_age = HOUR
    response.add_etag()
    return response.make_conditional(request)


@pages.get("/join")
def join_by_code() -> BaseResponse:
    if not (typed := request.args.get("code")):
        return redirect(url_for(".home"))
    found = found_with(typed)
    page = ".course" if isinstance(found, Course) else ".student"
    return redirect(url_for(page, code=found.code))


@pages.post("/language")
def choose_language() -> BaseResponse:
    language, page = request.form.get("language"), request.form.get("page", "")
    if language not in LANGUAGES or request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(400)
    response = redirect(page if OUR_PAGE.fullmatch(page) else "/", 303)
    # A page in another site's frame keeps its cookies for that site alone.
    in_frames = bool(this_site().frame_ancestors) and request.is_secure
    response.set_cookie(
        COOKIE,
        language,
        max_age=YEAR,
        secure=request.is_secure,
        httponly=True,
        samesite="None" if in_frames else "Lax",
        partitioned=in_frames,
    )
    return response


@pages.get("/c/<code>")
def student(code: str) -> str:
    session = class_with(code)
    g.has_camera = session.mode == "camera"
    site = this_site()
    labels = site.classroom.labels.model
    return render_template("student.html", session=session, modes=site.modes, labels=labels)


@pages.get("/course/<code>")
def course(code: str) -> BaseResponse | str:
    course = course_with(code)
    if session := this_site().classroom.running_lesson(course):
        return redirect(url_for(".student", code=session.code))
    return render_template("wait.html", course=course)


@pages.get("/c/<code>/qr.svg")
def qr(code: str) -> Response:
    return _qr(join_url(class_with(code)))


@pages.get("/course/<code>/qr.svg")
def course_qr(code: str) -> Response:
    return _qr(course_url(course_with(code).code))


def _qr(address: str) -> Response:
    image = BytesIO()
    segno.make(address, micro=False).save(image, "svg", scale=4)
    return Response(image.getvalue(), mimetype="image/svg+xml")


@pages.get("/room/<code>")
def room(code: str) -> str:
    session = class_with(code)
    return render_template(
        "room.html",
        session=session,
        join_code=session.course or session.code,
        join_url=join_url(session),
        labels=_labels_in(session),
        retention_days=this_site().classroom.retention_days,
    )


@pages.get("/report/<code>")
def report(code: str) -> str:
    session = class_with(code)
    return render_template(
        "report.html",
        session=session,
        labels=_labels_in(session),
        retention_days=this_site().classroom.retention_days,
    )


def _labels_in(session: ClassSession) -> list[tuple[str, int]]:
    """What faces look like in a class, with valences, as pairs: JSON's objects have no order."""
    labels = FER2013 if session.simulated else this_site().classroom.labels.model
    return list(labels.items())


@pages.get("/lessons/<code>")
def lessons(code: str) -> str:
    course = course_with(code)
    return render_template("lessons.html", course=course, join_url=course_url(course.code))


@pages.get("/offline")
def offline() -> str:
    return render_template("offline.html")


@pages.get("/service-worker.js")
def service_worker() -> Response:
    return current_app.send_static_file("dist/service-worker.js")
