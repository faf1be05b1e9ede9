"""The API is what its description says, whatever it is asked."""

import json
import os
import subprocess

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
)

from server.app import create_server
from server.config import Settings
from tests.documents import commands
from tests.live_server import ROOT, SECRET_KEY

DESCRIPTION = json.loads((ROOT / "server/http/openapi.json").read_text())
# What these look for is not there when the code and the token are always good ones.
OF_STRANGERS = [ignored_auth, missing_required_header, negative_data_rejection]
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture(scope="module")
def opened(server):
    """What a teacher has: by whether it is a course."""
    course = server.open_course()
    server.start_lesson(course)
    return {True: course, False: server.open_class()}


def whose(case, opened):
    """Of what is opened that which the address is for."""
    return opened[case.path.startswith("/api/courses")]


def test_it_is_served_and_describes_every_address_for_programs(server, tmp_path):
    served = requests.get(f"{server.url}/api/openapi.json", timeout=10)
    assert served.json() == DESCRIPTION
    app = create_server(Settings(SECRET_KEY, database_url=f"sqlite:///{tmp_path / 'x.db'}")).app
    described = {path.replace("{", "<").replace("}", ">") for path in DESCRIPTION["paths"]}
    programs = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule.endswith((".json", ".csv"))
    }
    assert programs - {"/api/openapi.json"} == described


def test_the_documented_commands_do_what_they_say(start_server):
    server = start_server()
    curls = [command for _, command in commands() if command.startswith("curl ")]
    settings = {"PATH": os.environ["PATH"], "CLASSPULSE": server.url}
    shown = []
    for curl in curls:
        ran = subprocess.run(curl, shell=True, env=settings, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        shown.append(json.loads(ran.stdout) if ran.stdout else None)
        settings |= {"CODE": shown[0]["code"], "TOKEN": shown[0]["token"]}
    assert shown[1]["title"] == "Algebra" and len(shown) == 3
    (secret,) = (command for _, command in commands() if command.startswith("python3 -c"))
    made = subprocess.run(secret, shell=True, capture_output=True, text=True, check=True).stdout
    key = {"WEBHOOK_URL": "https://example.org/", "WEBHOOK_SECRET": made.strip()}
    assert len(Settings.from_environment({"SECRET_KEY": SECRET_KEY} | key).webhook_key) == 32


@schema.parametrize()
@hypothesis.settings(
    max_examples=50, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_whatever_a_stranger_asks_the_answer_is_in_the_description(case, server, opened):
    if "code" in case.path_parameters and len(case.path_parameters["code"]) % 2:
        case.path_parameters["code"] = whose(case, opened)["code"]
    case.call_and_validate(base_url=server.url)


@schema.include(method="GET").parametrize()
@hypothesis.settings(
    max_examples=20, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_whatever_a_teacher_asks_the_answer_is_in_the_description(case, server, opened):
    own = whose(case, opened)
    case.path_parameters["code"] = own["code"]
    answer = case.call(base_url=server.url, headers={"Authorization": f"Bearer {own['token']}"})
    case.validate_response(answer, excluded_checks=OF_STRANGERS)
