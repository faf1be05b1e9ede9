"""What an operator's programs ask: whether this process lives, whether it is ready, its figures."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, abort, current_app
from werkzeug.datastructures import WWWAuthenticate

from server.http.site import bearer_token, this_site

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> dict[str, object]:
    return {"status": "ok"}


@health.get("/readyz")
def readyz() -> tuple[dict[str, object], int]:
    site = this_site()
    troubles = site.classroom.troubles(site.clock.now())
    for part, why in troubles.items():  # in the log alone: anybody may ask here
        current_app.logger.warning("%s is not ready: %s", part, why)
    if troubles:
        return {"status": "not ready", "troubles": list(troubles)}, 503
    return {"status": "ok"}, 200


@health.get("/metrics")
def metrics() -> Response:
    """Not for everybody: by when a count goes up, a teacher could tell who has sent something."""
    site = this_site()
    if site.metrics_token is None:
        abort(404)
    token = bearer_token()
    if token is None or not compare_digest(token.encode(), site.metrics_token.encode()):
        abort(401, www_authenticate=WWWAuthenticate("bearer"))
    body, content_type = site.metrics.render()
    return Response(body, content_type=content_type)
