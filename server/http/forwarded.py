"""By which address a browser came, through whatever proxies: decided once, for pages and sockets.

Links, cookies, HSTS and the check of origins all go by `wsgi.url_scheme` and `Host` as they are
after this. Headers say nothing here that could harm anybody but whoever sends them; what is logged
for the operator is logged once, and has nothing of them in it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import get_host

from server.ops.metrics import Metrics

SCHEMES = {"https": "https", "wss": "https", "ssl": "https", "http": "http", "ws": "http"}
HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.ASCII | re.IGNORECASE)
PATHS = ("HTTP_X_FORWARDED_PREFIX", "HTTP_X_SCRIPT_NAME")  # of a proxy that serves us below one
LOCAL = re.compile(r"(([\w-]+\.)*localhost|127(\.\d+){3}|\[::1\])(:\d+)?", re.IGNORECASE)
HIDDEN = (
    "browsers come by https, but the proxy before this server does not say so: "
    "have it set X-Forwarded-Proto to https"
)
REFUSED = (
    "a socket was refused, because the page that wanted it has another address than this server. "
    "If it was one of ours, have the proxy pass on Host, or send X-Forwarded-Host and set PROXIES, "
    "and say in X-Forwarded-Proto whether browsers come by https or http"
)
BELOW = (
    "a proxy serves Classpulse below a path, where its links and sockets do not work: "
    "give it a host of its own"
)

log = logging.getLogger(__name__)


class Forwarded:
    """Goes around an application, behind so many proxies that are believed."""

    def __init__(self, proxies: int, metrics: Metrics) -> None:
        self._proxies = proxies
        self._metrics = metrics
        self._told: set[str] = set()

    def around(self, application: WSGIApplication) -> WSGIApplication:
        """The application as whoever is behind proxies needs it."""
        inner = ProxyFix(application, x_for=self._proxies, x_proto=0, x_host=0)

        def called(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            self._decide(environ)
            return inner(environ, start_response)

        return called

    def is_ours(self, origin: str | None, environ: WSGIEnvironment) -> bool:
        """Whether a page of this origin is one of ours; Engine.IO asks, without one too."""
        if origin is None or origin.lower() == _address(environ, environ["wsgi.url_scheme"]):
            return True
        self._tell("refused", REFUSED)
        return False

    def _decide(self, environ: WSGIEnvironment) -> None:
        host = _first(environ.pop("HTTP_X_FORWARDED_HOST", ""))
        if self._proxies and HOST.fullmatch(host):
            environ["HTTP_HOST"] = host
        said = _said(environ)
        scheme = said or environ["wsgi.url_scheme"]
        if scheme == "http" and _shows_https(environ):
            self._tell("proxy", HIDDEN)
            scheme = said = "https"
        environ["wsgi.url_scheme"] = scheme
        environ.pop("HTTP_X_FORWARDED_PROTO", None)
        if said:
            environ["HTTP_X_FORWARDED_PROTO"] = said
        if any(environ.get(header, "/") not in ("", "/") for header in PATHS):
            self._tell("proxy", BELOW)

    def _tell(self, kind: str, text: str) -> None:
        self._metrics.error(kind)
        if text not in self._told:
            self._told.add(text)
            log.warning(text)


def is_local(host: str) -> bool:
    """Whether a host is the browser's own machine, to which it is as safe as https."""
    return LOCAL.fullmatch(host) is not None


def _said(environ: WSGIEnvironment) -> str:
    """The scheme that a proxy says the browser used; of several https. Empty if none says any."""
    pair = re.search(r'(?:^|;)\s*proto="?(\w+)', _first(environ.get("HTTP_FORWARDED", "")), re.I)
    values = [
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("HTTP_X_FORWARDED_PROTOCOL", ""),
        pair[1] if pair else "",
    ]
    said = {SCHEMES.get(_first(value).lower(), "") for value in values}
    for name in ("HTTP_X_FORWARDED_SSL", "HTTP_FRONT_END_HTTPS"):
        if _first(environ.get(name, "")).lower() == "on":
            said.add("https")
    return max(said)  # https is after http, and both after nothing


def _shows_https(environ: WSGIEnvironment) -> bool:
    """Whether the browser's own headers, which no page can set, show that it came by https.

    Origin is our own address with https; Sec-Fetch-Site is sent by https alone, and to the own
    machine (Fetch Metadata, 2.3: to trustworthy addresses).
    """
    address = _address(environ, "https")
    return environ.get("HTTP_ORIGIN", "").lower() == address or (
        "HTTP_SEC_FETCH_SITE" in environ and not is_local(address.removeprefix("https://"))
    )


def _address(environ: WSGIEnvironment, scheme: str) -> str:
    """What a browser has as the origin of pages here, with this scheme."""
    return f"{scheme}://{get_host(scheme, environ.get('HTTP_HOST'))}".lower()


def _first(values: str) -> str:
    """The first of several values: what the proxy that is nearest to the browser said."""
    return values.partition(",")[0].strip()
