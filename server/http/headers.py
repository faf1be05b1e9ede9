"""What a browser is told about each answer: what our pages may do, and who may show them."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.wrappers import Request, Response

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
# A worker has a policy of its own: of ours one compiles WebAssembly, and loads models.
WORKER = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "connect-src": "'self'",
}
DENIED = (
    *("accelerometer", "display-capture", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
)


def is_https(request: Request) -> bool:
    """Whether the browser came by https, to us or to a router in front of us."""
    return "https" in (request.scheme, request.headers.get("X-Forwarded-Proto"))


def protect(
    response: Response,
    policy: dict[str, str],
    *,
    has_camera: bool,
    is_https: bool,
    frame_ancestors: Sequence[str],
) -> None:
    """Add the headers to a response.

    policy: PAGE or WORKER;
    has_camera: this page may ask for the camera;
    is_https: how the browser came;
    frame_ancestors: origins whose pages may show this one in a frame.
    """
    headers = response.headers
    ancestors = " ".join(frame_ancestors) or "'none'"
    headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}" for name, value in (policy | {"frame-ancestors": ancestors}).items()
    )
    if not frame_ancestors:
        headers["X-Frame-Options"] = "DENY"  # for browsers that know nothing else
    camera = "camera=(self)" if has_camera else "camera=()"
    headers["Permissions-Policy"] = ", ".join([camera, *(f"{name}=()" for name in DENIED)])
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEARS}"
    if not response.cache_control:
        response.cache_control.no_store = True
