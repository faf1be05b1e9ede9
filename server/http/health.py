"""What an operator's programs ask: whether this process lives, whether it is ready, its figures."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from server.http.site import this_site

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
    body, content_type = this_site().metrics.render()
    return Response(body, content_type=content_type)
