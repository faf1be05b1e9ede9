"""Classes opened from a learning platform: LTI 1.3, by PyLTI1p3.

A place in the platform's course, a resource link, is a course here. A launch makes a teacher or a
student of somebody, and nothing of what the platform says about them is kept: neither who they are
nor what their course there is, only the link, by its hash, with its title.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any, NoReturn

import jwt
import requests
from flask import Blueprint, abort, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from pylti1p3.contrib.flask import (
    FlaskCookieService,
    FlaskMessageLaunch,
    FlaskOIDCLogin,
    FlaskRequest,
    FlaskSessionService,
)
from pylti1p3.tool_config import ToolConfDict
from werkzeug.wrappers import Response

from server.access.tokens import read_within
from server.config import Platform, Settings
from server.domain.messages import MAX_TEXT, fit
from server.http.languages import N_
from server.http.site import opened, this_site, with_tokens

CLOCKS_DIFFER = 2 * 60  # seconds by which a platform's clock may be ahead of ours, or behind
LAUNCH_SECONDS = 5 * 60  # from login to launch, in which the platform asks nobody for anything
KEY_SECONDS = 60  # for which a platform's public keys are believed: it may change them
KEY_PATIENCE = 5.0  # seconds for an answer of the platform
MAX_LAUNCH_BYTES = 100_000  # platforms tell more than we want to know
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
# Whoever teaches a course has one of these roles in it, or the short name of the first (LTI 1.3,
# A.2.2). Only whole roles: there are others that end the same, such as Learner#Instructor.
TEACHING = {
    "Instructor",
    *(
        f"http://purl.imsglobal.org/vocab/lis/v2/membership{role}"
        for role in ("#Instructor", "#Administrator", "/Instructor#TeachingAssistant")
    ),
}
REFUSED = N_(
    "Your learning platform did not let you in here, or too late. Please open the class there "
    "again, in a window of its own."
)

log = logging.getLogger(__name__)


def create_lti(settings: Settings) -> Blueprint:
    """The addresses that a learning platform knows, as one blueprint."""
    lti = Blueprint("lti", __name__, url_prefix="/lti")
    tool = _tool(settings.platforms)
    key_sets = _KeySets()
    nonces = URLSafeTimedSerializer(settings.secret_key, salt="lti nonce")

    def parts() -> dict[str, Any]:
        ours = FlaskRequest(session={}, request_is_secure=request.is_secure)
        cookies = FlaskCookieService(ours)
        sessions = _Nonces(ours, cookies, nonces)
        return {"session_service": sessions, "cookie_service": cookies, "request": ours}

    @lti.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        oidc = FlaskOIDCLogin(tool_config=tool, **parts())
        try:
            return oidc.redirect(url_for(".launch", _external=True))
        except Exception as error:  # it raises many kinds, also its base
            refuse(error)

    @lti.post("/launch")
    def launch() -> Response:
        request.max_content_length = MAX_LAUNCH_BYTES
        message = _Launch(tool_config=tool, requests_session=key_sets, **parts())
        try:
            claims: dict[str, Any] = dict(message.get_launch_data())
            link = _link(claims, message.get_client_id())
            teaches = not TEACHING.isdisjoint(claims.get(f"{CLAIM}roles") or ())
            asked = {"title": _title(claims), "mode": _mode(claims, this_site().classroom.modes)}
        except Exception as error:
            refuse(error)
        classroom, tokens = this_site().classroom, this_site().tokens
        course = opened(lambda now: classroom.course_at(link, asked, now), None)
        if not teaches:
            return redirect(url_for("pages.course", code=course.code), 303)
        session, _ = opened(lambda now: classroom.start_lesson(course, now), None)
        keys = tokens.teacher(session), tokens.teacher(course)
        return redirect(with_tokens("pages.room", session.code, *keys), 303)

    @lti.get("/keys")
    def keys() -> dict[str, object]:
        """Our public keys: none, because we ask platforms for nothing."""
        return {"keys": []}

    def refuse(error: Exception) -> NoReturn:
        log.warning("a launch was refused: %s", error)
        abort(403, REFUSED)

    return lti


class _Launch(FlaskMessageLaunch):
    """A launch from a platform whose clock is not quite ours, which the library does not allow."""

    def validate_jwt_signature(self) -> _Launch:
        key, algorithm = self.get_public_key()
        jwt.decode(
            self._get_id_token(),
            key,
            algorithms=[algorithm],
            # The library compares who it is for; without an end it would be believed forever.
            options={"verify_aud": False, "require": ["exp"]},
            leeway=CLOCKS_DIFFER,
        )
        return self


class _Nonces(FlaskSessionService):
    """What has to be remembered from login to launch is in a cookie, signed: any process knows."""

    def __init__(
        self, ours: FlaskRequest, cookies: FlaskCookieService, signer: URLSafeTimedSerializer
    ) -> None:
        super().__init__(ours)
        self._cookies = cookies
        self._signer = signer

    def save_nonce(self, nonce: str) -> None:
        self._cookies.set_cookie(f"nonce-{nonce}", self._signer.dumps(nonce), LAUNCH_SECONDS)

    def check_nonce(self, nonce: str) -> bool:
        cookie = self._cookies.get_cookie(f"nonce-{nonce}") or ""
        try:
            return bool(read_within(self._signer, cookie, LAUNCH_SECONDS) == nonce)
        except BadData:
            return False


class _KeySets(requests.Session):
    """The platforms' public keys: a class that launches at once asks for them once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, tuple[float, requests.Response]] = {}

    # With a text for the address, as PyLTI1p3 calls it.
    def get(self, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        since, answer = self._known.get(url) or (0.0, None)
        if answer is None or monotonic() - since > KEY_SECONDS:
            answer = super().get(url, timeout=KEY_PATIENCE)
            answer.raise_for_status()
            self._known[url] = monotonic(), answer
        return answer


def _tool(platforms: tuple[Platform, ...]) -> ToolConfDict:
    clients: dict[str, Any] = {}
    for platform in platforms:
        clients.setdefault(platform.issuer, []).append(
            {
                "client_id": platform.client_id,
                "auth_login_url": platform.auth_login_url,
                "auth_token_url": None,  # for what we would ask of the platform
                "key_set_url": platform.key_set_url,
                "deployment_ids": list(platform.deployment_ids),
                "default": len(clients.get(platform.issuer, [])) == 0,
            }
        )
    return ToolConfDict(clients)


def _link(claims: Mapping[str, Any], client_id: str) -> str:
    """The hash of a place in a platform: hexadecimal, 64 characters."""
    place = [
        *(claims["iss"], client_id, claims[f"{CLAIM}deployment_id"]),
        claims[f"{CLAIM}resource_link"]["id"],
    ]
    return hashlib.sha256(json.dumps(place).encode()).hexdigest()


def _title(claims: Mapping[str, Any]) -> str:
    """What the class is called: as its link in the course is, or else as the course is."""
    for claim in ("resource_link", "context"):
        title = str((claims.get(CLAIM + claim) or {}).get("title") or "")
        if title := fit(" ".join(title.split()))[:MAX_TEXT].strip():
            return title
    return "Class"


def _mode(claims: Mapping[str, Any], modes: tuple[str, ...]) -> str:
    """Without cameras, unless a custom parameter of the link says otherwise."""
    mode = (claims.get(f"{CLAIM}custom") or {}).get("mode")
    return mode if mode in modes else "self-report"
