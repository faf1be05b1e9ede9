"""HTTP: the pages that people open, and what they ask for: classes and reports."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response as BaseResponse

from server.access.limits import PerAddress
from server.access.lookup import GuessError, Lookup
from server.access.tokens import AccessError, Tokens, clean_code
from server.classroom.service import ClassError, Classroom
from server.domain.session import ClassSession
from server.http import headers
from server.http.languages import COOKIE, LANGUAGES, N_
from server.ops.clock import Clock
from server.ops.metrics import Metrics
from server.sharing.exchange import ExchangeError
from server.storage.store import StoreError

HOUR = 60 * 60  # seconds
YEAR = 365 * 24 * HOUR
API = Path(__file__).with_name("openapi.json")
WORKER_SCRIPT = "/static/dist/worker.js"
OUR_PAGE = re.compile(r"/|(/[\w.-]+)+")  # never //elsewhere
UNAVAILABLE = N_("The server cannot reach its database just now. Please try again in a moment.")
# The headings of pages that people get instead of others, and what they say where nobody has said
# more; by the status code, or by 400 where that has none.
ERRORS = {
    400: (N_("That did not work"), N_("The server did not understand what it was asked for.")),
    404: (N_("Nothing here"), N_("There is no such page. Please check the address.")),
    429: (N_("Too many tries"), N_("Please try again in some minutes.")),
    500: (N_("The server has a problem"), N_("Please try again in a moment.")),
}


def create_pages(
    classroom: Classroom,
    lookup: Lookup,
    tokens: Tokens,
    clock: Clock,
    metrics: Metrics,
    classes_per_hour: int,
    frame_ancestors: Sequence[str],
) -> Blueprint:
    """Every page of the server, as one blueprint.

    classes_per_hour: how many classes can be opened from one address;
    frame_ancestors: origins whose pages may show ours in a frame.
    """
    pages = Blueprint("pages", __name__)
    openings = PerAddress(classes_per_hour, HOUR)

    def class_with(code: str, token: object = None) -> ClassSession:
        is_known = tokens.is_for(token, clean_code(code))
        try:
            session = lookup.find(code, request.remote_addr or "", is_known)
        except GuessError as error:
            abort(429, str(error))
        if session is None:
            abort(404, "There is no class with this code. Please check it with your teacher.")
        return session

    def teachers_class(code: str) -> ClassSession:
        """The class, for a request with its teacher's token only."""
        authorization = request.authorization
        session = class_with(code, authorization and authorization.token)
        if authorization is None:
            abort(
                401, "This takes the teacher's token.", www_authenticate=WWWAuthenticate("bearer")
            )
        try:
            tokens.check_teacher(authorization.token, session)
        except AccessError as error:
            abort(403, str(error))
        return session

    @pages.before_app_request
    def without_https_no_camera() -> BaseResponse | None:
        # Only a router in front of us sets this header; a page without https gets no camera.
        if request.headers.get("X-Forwarded-Proto") == "http" and request.method == "GET":
            return redirect(request.url.replace("http://", "https://", 1), 308)
        return None

    @pages.after_app_request
    def protected(response: Response) -> Response:
        headers.protect(
            response,
            headers.WORKER if request.path == WORKER_SCRIPT else headers.PAGE,
            has_camera=g.get("has_camera", False),
            is_https=headers.is_https(request),
            frame_ancestors=frame_ancestors,
        )
        return response

    @pages.get("/")
    def home() -> str:
        return render_template("home.html", modes=classroom.modes)

    @pages.get("/join")
    def join_by_code() -> BaseResponse:
        code = clean_code(request.args.get("code", ""))
        return redirect(url_for(".student", code=code) if code else url_for(".home"))

    @pages.post("/language")
    def choose_language() -> BaseResponse:
        language, page = request.form.get("language"), request.form.get("page", "")
        if language not in LANGUAGES or request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(400)
        response = redirect(page if OUR_PAGE.fullmatch(page) else "/", 303)
        is_https = headers.is_https(request)
        # A page in another site's frame keeps its cookies for that site alone.
        in_frames = bool(frame_ancestors) and is_https
        response.set_cookie(
            COOKIE,
            language,
            max_age=YEAR,
            secure=is_https,
            httponly=True,
            samesite="None" if in_frames else "Lax",
            partitioned=in_frames,
        )
        return response

    @pages.post("/api/classes")
    def open_class() -> tuple[dict[str, object], int]:
        now = clock.now()
        if not openings.take(request.remote_addr or "", now):
            abort(429, "Too many classes were opened from your network. Please try again later.")
        try:
            session = classroom.open_class(request.get_json(silent=True), now)
        except ClassError as error:
            return {"error": str(error)}, 400
        return {
            "code": session.code,
            "join_url": _join_url(session),
            **key_to(session, tokens),
        }, 201

    @pages.post("/api/classes/<code>/token")
    def renew_token(code: str) -> dict[str, str]:
        return key_to(classroom.renew_key(teachers_class(code)), tokens)

    @pages.get("/c/<code>")
    def student(code: str) -> str:
        session = class_with(code)
        g.has_camera = session.mode == "camera"
        return render_template("student.html", session=session)

    @pages.get("/c/<code>/qr.svg")
    def qr(code: str) -> Response:
        image = BytesIO()
        segno.make(_join_url(class_with(code)), micro=False).save(image, "svg", scale=4)
        return Response(image.getvalue(), mimetype="image/svg+xml")

    @pages.get("/room/<code>")
    def room(code: str) -> str:
        session = class_with(code)
        return render_template(
            "room.html",
            session=session,
            join_url=_join_url(session),
            retention_days=classroom.retention_days,
        )

    @pages.get("/api/classes/<code>")
    def about_class(code: str) -> dict[str, object]:
        about = asdict(teachers_class(code))
        del about["key_number"]
        return about

    @pages.delete("/api/classes/<code>")
    def delete_class(code: str) -> tuple[str, int]:
        classroom.delete(teachers_class(code).code)
        return "", 204

    @pages.get("/api/openapi.json")
    def api() -> Response:
        return Response(API.read_bytes(), mimetype="application/json")

    @pages.get("/report/<code>")
    def report(code: str) -> str:
        return render_template(
            "report.html", session=class_with(code), retention_days=classroom.retention_days
        )

    @pages.get("/report/<code>.json")
    def report_json(code: str) -> Response:
        return _packed(jsonify(classroom.report(teachers_class(code), clock.now()).to_dict()))

    @pages.get("/report/<code>.csv")
    def report_csv(code: str) -> Response:
        text = classroom.report(teachers_class(code), clock.now()).to_csv()
        return _packed(Response(text, mimetype="text/csv"))

    @pages.get("/offline")
    def offline() -> str:
        return render_template("offline.html")

    @pages.get("/service-worker.js")
    def service_worker() -> Response:
        return current_app.send_static_file("dist/service-worker.js")

    @pages.get("/healthz")
    def healthz() -> dict[str, object]:
        return {"status": "ok"}

    @pages.get("/readyz")
    def readyz() -> tuple[dict[str, object], int]:
        troubles = classroom.troubles(clock.now())
        for part, why in troubles.items():  # in the log alone: anybody may ask here
            current_app.logger.warning("%s is not ready: %s", part, why)
        if troubles:
            return {"status": "not ready", "troubles": list(troubles)}, 503
        return {"status": "ok"}, 200

    @pages.get("/metrics")
    def figures() -> Response:
        body, content_type = metrics.render()
        return Response(body, content_type=content_type)

    @pages.app_errorhandler(StoreError)
    @pages.app_errorhandler(ExchangeError)
    def unavailable(error: Exception) -> ResponseReturnValue:
        current_app.logger.error("%s: %s", request.endpoint, error)
        return friendly_error(ServiceUnavailable(UNAVAILABLE))

    @pages.app_errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        # By the name of the page: Flask would log its address, which has the code of a class.
        current_app.logger.exception("%s", request.endpoint)
        return friendly_error(InternalServerError())

    @pages.app_errorhandler(HTTPException)
    def friendly_error(error: HTTPException) -> ResponseReturnValue:
        if request.path.startswith("/api/") or request.path.endswith((".json", ".csv")):
            headers = error.get_headers(request.environ)
            kept = {name: value for name, value in headers if name != "Content-Type"}
            return {"error": error.description}, error.code or 500, kept
        code = error.code or 500
        title, description = ERRORS.get(code, ERRORS[500 if code >= 500 else 400])
        if error.description and error.description != type(error).description:
            description = error.description  # one of ours
        page = render_template("error.html", title=gettext(title), description=gettext(description))
        return page, code

    return pages


def key_to(session: ClassSession, tokens: Tokens) -> dict[str, str]:
    """What makes somebody the teacher of a class: a token, and the room's address with it."""
    token = tokens.teacher(session)
    room_url = url_for("pages.room", code=session.code, _external=True)
    # In the fragment, which no server and no log ever sees.
    return {"room_url": urljoin(room_url, f"#{token}"), "token": token}


def _join_url(session: ClassSession) -> str:
    return url_for(".student", code=session.code, _external=True)


def _packed(response: Response) -> Response:
    """Compressed for whoever takes that: two hours are 190 kB, or 40."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(response.get_data()))
        response.content_encoding = "gzip"
    return response
