"""What a browser is told about each answer: what our pages may do, and who may show them."""

from __future__ import annotations

from flask import Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from server.http.forwarded import is_local
from server.http.site import this_site

YEARS = 2 * 365 * 24 * 60 * 60  # seconds for which whoever came by https comes by nothing else
# What our pages need, and nothing else; nothing inline, and nothing from anywhere else.
PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
# A worker has a policy of its own: of ours one fetches and compiles WebAssembly.
WORKER = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "connect-src": "'self'",
}
# The school's own picture: an SVG may have scripts in it, which run nowhere.
LOGO = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "sandbox": "",
}
POLICIES = {"/static/dist/worker.js": WORKER, "/logo": LOGO}  # of all but pages
DENIED = (
    *("accelerometer", "display-capture", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
)


def install(app: Flask) -> None:
    """Add the headers to all answers of an app, and have pages come by https where they can."""
    app.before_request(_without_https_no_camera)
    app.after_request(_protected)


def _without_https_no_camera() -> BaseResponse | None:
    # Only a proxy in front of us says this; a page without https gets no camera, but on the
    # browser's own machine.
    is_http = request.headers.get("X-Forwarded-Proto") == "http" and not is_local(request.host)
    if is_http and request.method == "GET":
        return redirect(request.url.replace("http://", "https://", 1), 308)
    return None


def _protected(response: Response) -> Response:
    ancestors = this_site().frame_ancestors
    policy = POLICIES.get(request.path, PAGE) | {"frame-ancestors": " ".join(ancestors) or "'none'"}
    camera = "camera=(self)" if g.get("has_camera") else "camera=()"
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}".rstrip() for name, value in policy.items()
    )
    if not ancestors:
        headers["X-Frame-Options"] = "DENY"  # for browsers that know nothing else
    headers["Permissions-Policy"] = ", ".join([camera, *(f"{name}=()" for name in DENIED)])
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEARS}"
    if not response.cache_control:
        response.cache_control.no_store = True
    return response
