"""A learning platform, as small as LTI 1.3 allows: it says who somebody is, and signs that."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from jwcrypto.jwk import JWK

from tests.live_server import LiveServer

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEACHER, STUDENT = f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Learner"
CLIENT = "classpulse at school"
PAGE = """<!doctype html><title>School</title>
<link rel="icon" href="data:,"><form method="post" action="{}">
<input name="id_token" value="{}"><input name="state" value="{}"></form>
<button onclick="document.forms[0].submit()">Classpulse</button>"""


class Platform:
    """A platform with one course; `claims` of a launch are made by `says`."""

    def __init__(self) -> None:
        self.key = JWK.generate(kty="RSA", size=2048, kid="one", alg="RS256")
        self.key_requests = 0
        self.next: dict[str, object] = {}  # what it says at the next login
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/keys":
                    platform.key_requests += 1
                    keys = [platform.key.export_public(as_dict=True)]
                    return self._answer(json.dumps({"keys": keys}), "application/json")
                asked = {name: value for name, [value] in parse_qs(address.query).items()}
                token = platform.sign(platform.next | {"nonce": asked["nonce"]})
                self._answer(PAGE.format(asked["redirect_uri"], token, asked["state"]), "text/html")

            def _answer(self, body: str, content_type: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        self.setting = json.dumps(
            [
                {
                    "issuer": self.url,
                    "client_id": CLIENT,
                    "auth_login_url": f"{self.url}/auth",
                    "key_set_url": f"{self.url}/keys",
                    "deployment_ids": ["1"],
                }
            ]
        )

    def says(self, role: str, place: str = "algebra", **others: object) -> dict[str, object]:
        """The claims of a launch, but for the nonce; `others` take the place of these."""
        now = time.time()
        return {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "user 7",
            "name": "Ada Lovelace",
            "email": "ada@school.example",
            "iat": now,
            "exp": now + 60,
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": "1",
            f"{CLAIM}target_link_uri": "http://localhost/",
            f"{CLAIM}resource_link": {"id": place, "title": "Algebra, Monday"},
            f"{CLAIM}context": {"id": "maths", "title": "Mathematics"},
            f"{CLAIM}roles": [role],
            **{f"{CLAIM}{name}" if name in CLAIMS else name: each for name, each in others.items()},
        }

    def sign(self, claims: dict[str, object], key: JWK | None = None) -> str:
        pem = (key or self.key).export_to_pem(private_key=True, password=None)
        return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": "one"})

    def login(self, server: LiveServer, browser: requests.Session) -> dict[str, str]:
        """What the tool asks the platform for, for a browser that has its cookies then."""
        asked = {"iss": self.url, "login_hint": "7", "target_link_uri": server.url}
        answer = browser.get(
            f"{server.url}/lti/login", params=asked, allow_redirects=False, timeout=10
        )
        assert answer.status_code == 302, answer.text
        address = urlsplit(answer.headers["Location"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{self.url}/auth"
        return {name: value for name, [value] in parse_qs(address.query).items()}

    def launch(
        self, server: LiveServer, claims: dict[str, object], browser: requests.Session | None = None
    ) -> requests.Response:
        """What a launch brings, without going there."""
        browser = browser or requests.Session()
        asked = self.login(server, browser)
        form = {"id_token": self.sign({"nonce": asked["nonce"], **claims}), "state": asked["state"]}
        return browser.post(asked["redirect_uri"], data=form, allow_redirects=False, timeout=10)


CLAIMS = {"message_type", "version", "deployment_id", "resource_link", "context", "custom", "roles"}


@contextmanager
def a_platform() -> Iterator[Platform]:
    platform = Platform()
    threading.Thread(target=platform.server.serve_forever, daemon=True).start()
    try:
        yield platform
    finally:
        platform.server.shutdown()
        platform.server.server_close()
