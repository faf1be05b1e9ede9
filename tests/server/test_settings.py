"""Settings: checked before anything starts, each mistake in one clear line."""

import json
import os
import re
import subprocess

import pytest

from server.config import Settings, SettingsError
from tests.live_server import COVERAGE, PATIENCE, ROOT, RUNTIME, SERVE, free_port

SECRET = "hush"  # of an address that cannot be read, in which it might be a password
KEY = {"SECRET_KEY": "long enough to be a key"}

# As docs/integrations.md has it.
DOCUMENTED = re.search(
    r"```json\n(.*?)```", (ROOT / "docs/integrations.md").read_text(), re.DOTALL
)[1]
[PLATFORM] = json.loads(DOCUMENTED)


def test_defaults():
    settings = Settings.from_environment(KEY)
    assert (settings.port, settings.min_students, settings.sensing) == (8000, 5, "camera")
    assert (settings.tick_seconds, settings.retention_days) == (1.0, 30)
    assert settings.websockets == "lean"


def test_what_the_operator_says_counts():
    settings = Settings.from_environment(
        KEY
        | {"PORT": "9000", "MIN_STUDENTS": "3", "SENSING": "self-report", "TICK_SECONDS": "0.5"}
        | {"RETENTION_DAYS": "0"}
    )
    assert (settings.port, settings.min_students) == (9000, 3)
    assert (settings.sensing, settings.tick_seconds) == ("self-report", 0.5)
    assert settings.retention_days == 0


def test_the_documented_platform_is_one():
    [platform] = Settings.from_environment(KEY | {"LTI_PLATFORMS": DOCUMENTED}).platforms
    assert platform.issuer == "https://moodle.school.example"
    assert platform.deployment_ids == ("1",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCRIPT_NAME", "/classpulse"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "changemechangeme"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("MIN_STUDENTS", "2"),
        ("MIN_STUDENTS", "4.5"),
        ("SENSING", "mind-reading"),
        ("WEBSOCKETS", "own"),
        ("METRICS_TOKEN", "fifteen-letters"),
        ("METRICS_TOKEN", "sixteen or more, with blanks"),
        ("METRICS_TOKEN", "sechzehn-oder-mehr-mit-\N{LATIN SMALL LETTER U WITH DIAERESIS}"),
        ("METRICS_TOKEN", "===================="),
        ("TICK_SECONDS", "0"),
        ("TICK_SECONDS", "nan"),
        ("TICK_SECONDS", "6"),
        ("RETENTION_DAYS", "-1"),
        ("RETENTION_DAYS", "forever"),
        ("FRAME_ANCESTORS", "*"),
        ("FRAME_ANCESTORS", "https://lms.example.org/path"),
        ("FRAME_ANCESTORS", "https://lms.example.org; script-src *"),
        ("WEBHOOK_URL", "http://example.org/reports"),
        ("WEBHOOK_URL", "file:///etc/passwd"),
        ("LTI_PLATFORMS", "https://moodle.example"),
        ("LTI_PLATFORMS", "[7]"),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"client_id": ""}])),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"client_id": 7}])),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"deployment_ids": []}])),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"deployment_ids": "1"}])),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"key_set_url": "http://moodle.example/keys"}])),
        ("LTI_PLATFORMS", json.dumps([PLATFORM | {"secret": "more"}])),
    ],
)
def test_a_setting_that_does_not_fit_is_one_clear_error(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(KEY | {name: value})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "whsec_c2hvcnQ=", "no"])
def test_a_webhook_needs_a_secret_that_its_receiver_can_use(secret):
    address = {"WEBHOOK_URL": "https://example.org/reports", "WEBHOOK_SECRET": secret}
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        Settings.from_environment(KEY | address)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "error: SECRET_KEY must be set"),
        (KEY | {"SCRIPT_NAME": "/classpulse"}, "error: SCRIPT_NAME cannot be set"),
        (KEY | {"DATABASE_URL": "mysql://root@localhost/x"}, "error: DATABASE_URL must begin with"),
        (KEY | {"DATABASE_URL": "postgresql+psycopg2://h/x"}, "error: DATABASE_URL must begin"),
        (KEY | {"DATABASE_URL": "sqlite://"}, "error: DATABASE_URL must name a file"),
        (KEY | {"DATABASE_URL": "sqlite:////nowhere/x.db"}, "error: DATABASE_URL names a folder"),
        *(
            (KEY | {name: url.format(part=SECRET)}, f"error: {name} cannot be used")
            for name, url in (
                ("DATABASE_URL", "nonsense"),
                ("DATABASE_URL", "sqlite://{part}/x.db"),
                ("DATABASE_URL", "sqlite:///x.db?timeout={part}"),
                ("DATABASE_URL", "postgres://host:{part}/x"),
                ("DATABASE_URL", "postgres://host/x?{part}=1"),
                ("REDIS_URL", "redis://host:{part}"),
                ("REDIS_URL", "redis://:{part}/rest@host:6379"),
                ("REDIS_URL", "redis://host?db={part}"),
                ("REDIS_URL", "redis://host?{part}=1"),
                ("REDIS_URL", "rediss://[{part}"),
            )
        ),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line_and_stops(settings, told):
    environment = {"PATH": f"{RUNTIME}:{os.environ['PATH']}", "PORT": str(free_port()), **COVERAGE}
    done = subprocess.run(
        SERVE,
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert done.returncode != 0
    [line] = [line for line in done.stderr.splitlines() if "error" in line]
    assert line.startswith(told)
    assert not re.search(f"Traceback|{SECRET}", done.stdout + done.stderr)
