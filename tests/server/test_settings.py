"""Settings: checked before anything starts, each mistake in one clear line."""

import json
import os
import re
import subprocess

import pytest

from server.config import Logo, School, Settings, SettingsError
from server.domain.labels import FER2013
from tests.live_server import COVERAGE, PATIENCE, ROOT, RUNTIME, SERVE, free_port
from tests.own_model import VALENCES, copy_model

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
    assert (settings.teachers, settings.consent_first) == ("anybody", "words")
    assert settings.school == School()


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
        ("TEACHERS", "everybody"),
        ("TEACHERS", ""),
        ("CONSENT_FIRST", "self-report"),
        ("SCHOOL_NAME", "x" * 121),
        ("SCHOOL_NAME", "two\nlines"),
        ("SCHOOL_NAME", "\u200b"),
        ("PRIVACY_URL", "http://school.example/privacy"),
        ("PRIVACY_URL", "https://"),
        ("PRIVACY_URL", "https://[school"),
        ("PRIVACY_URL", "https://..."),
        ("PRIVACY_URL", "https://sch<ool.example/"),
        ("LEGAL_URL", "https://school.example:port/"),
        ("LEGAL_URL", "https://school.example:99999/"),
        ("PRIVACY_URL", "https://teacher:pass@school.example/"),
        ("LEGAL_URL", "javascript:alert(1)"),
        ("LEGAL_URL", "https://school.example/legal notice"),
        ("LEGAL_URL", "/legal"),
        ("SCHOOL_LOGO", "/nowhere/logo.svg"),
        ("SCHOOL_LOGO", "/"),
        ("SCHOOL_LOGO", "\0"),
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


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"TEACHERS": "password"}, "TEACHERS_PASSWORD must be set with TEACHERS=password"),
        ({"TEACHERS": "password", "TEACHERS_PASSWORD": SECRET}, "12 to 200 characters"),
        ({"TEACHERS": "password", "TEACHERS_PASSWORD": f"{SECRET}\n{SECRET * 5}"}, "on one line"),
        ({"TEACHERS": "password", "TEACHERS_PASSWORD": "x" * 201}, "12 to 200 characters"),
        ({"TEACHERS": "password", "TEACHERS_PASSWORD": " " * 12}, "without blanks around"),
        ({"TEACHERS": "password", "TEACHERS_PASSWORD": f"{SECRET * 5} "}, "without blanks around"),
        ({"TEACHERS_PASSWORD": SECRET * 5}, "TEACHERS_PASSWORD is set, but .* TEACHERS=password"),
        (
            {"TEACHERS": "lti", "TEACHERS_PASSWORD": SECRET * 5, "LTI_PLATFORMS": DOCUMENTED},
            "TEACHERS_PASSWORD is set, but",
        ),
        ({"TEACHERS": "lti"}, "LTI_PLATFORMS must be set with TEACHERS=lti"),
    ],
)
def test_who_may_open_classes_is_said_once_and_whole(settings, told):
    with pytest.raises(SettingsError, match=told) as error:
        Settings.from_environment(KEY | settings)
    assert SECRET not in str(error.value)


def test_the_shipped_model_has_the_labels_of_fer_2013():
    settings = Settings.from_environment(KEY)
    assert settings.model is None and settings.labels.model == FER2013


def test_a_models_labels_are_those_that_were_exported_with_it(tmp_path):
    settings = Settings.from_environment(KEY | {"MODEL": str(copy_model(tmp_path / "mine"))})
    assert settings.model is not None and {"metadata.json", "model.json"} <= settings.model.keys()
    assert all(file == tmp_path / "mine" / name for name, file in settings.model.items())
    assert list(settings.labels.model.items()) == list(VALENCES.items())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"labels": ["one"], "valence": {"one": 0}}, "labels must be 2 to 20"),
        ({"labels": [f"label {n}" for n in range(21)]}, "labels must be 2 to 20"),
        ({"labels": ["bored", "bored"]}, "each another one"),
        ({"labels": ["bored", "x" * 41]}, "a label must be one line of 1 to 40"),
        ({"labels": ["bored", "two\nlines"]}, "a label must be one line of 1 to 40"),
        ({"labels": ["bored", " blank"]}, "a label must be one line of 1 to 40"),
        ({"labels": ["bored", "\u200b"]}, "a label must be one line of 1 to 40"),
        ({"labels": ["bored", ""]}, "a label must be one line of 1 to 40"),
        ({"labels": ["bored", "confused"]}, "choices must begin with the labels"),
        ({"weights": [1.0]}, "weights must be as many as choices"),
        ({"valence": {"bored": 1}}, "valence must be -1, 0 or 1 for each label"),
        ({"valence": dict.fromkeys(VALENCES, 0.5)}, "valence must be -1, 0 or 1 for each label"),
        ({"sha256": {"model.json": "0" * 64}}, "model.json is another file than was exported"),
        ({"sha256": {"nowhere": "0" * 64}}, "nowhere: No such file"),
        ({"sha256": {}}, "sha256 must tell of model.json"),
        ({"labels": 7}, "is not what an export writes"),
        ({"labels": [["bored"], ["keen"]]}, "is not what an export writes"),
        ({"valence": None}, "is not what an export writes"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_clear_error(tmp_path, fields, told):
    folder = copy_model(tmp_path / "mine", **fields)
    with pytest.raises(SettingsError, match=f"MODEL: the model in .*mine cannot be used: .*{told}"):
        Settings.from_environment(KEY | {"MODEL": str(folder)})


@pytest.mark.parametrize("field", ["valence", "sure", "temperature", "crop", "height"])
def test_a_model_that_lacks_what_pages_need_is_one_clear_error(tmp_path, field):
    metadata = copy_model(tmp_path / "mine") / "metadata.json"
    about = json.loads(metadata.read_text())
    del about[field]
    metadata.write_text(json.dumps(about))
    with pytest.raises(SettingsError, match=f"cannot be used: metadata.json has no {field}"):
        Settings.from_environment(KEY | {"MODEL": str(tmp_path / "mine")})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file or directory"),
        (b"{}", "metadata.json has no labels"),
        (b"[]", "is not what an export writes"),
        (b"{", "Expecting property name"),
        (b"\xff", "can't decode byte"),
        (b"[" * 100_000, "is not what an export writes"),
    ],
)
def test_a_folder_without_a_model_is_one_clear_error(tmp_path, content, told):
    if content is not None:
        (tmp_path / "metadata.json").write_bytes(content)
    with pytest.raises(SettingsError, match=f"MODEL: the model in .* cannot be used: .*{told}"):
        Settings.from_environment(KEY | {"MODEL": str(tmp_path)})


def test_links_that_lead_nowhere_are_one_clear_error(tmp_path):
    (tmp_path / "mine").symlink_to(tmp_path / "mine")
    with pytest.raises(SettingsError, match=r"MODEL: the model in .*mine cannot be used: "):
        Settings.from_environment(KEY | {"MODEL": str(tmp_path / "mine")})


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SVG = b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("content", "mimetype"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "image/jpeg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(100), "image/webp"),
        (SVG, "image/svg+xml"),
        (SVG.decode().encode("utf-16"), "image/svg+xml"),
    ],
)
def test_a_logo_is_what_is_in_its_file_whatever_that_is_called(tmp_path, content, mimetype):
    path = tmp_path / "logo.txt"
    path.write_bytes(content)
    named = KEY | {"SCHOOL_NAME": " Gymnasium am Wall ", "SCHOOL_LOGO": str(path)}
    school = Settings.from_environment(named).school
    assert school == School("Gymnasium am Wall", Logo(content, mimetype))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"GIF89a", b"\x89PNG", b"RIFF\x24\x00\x00\x00WAVE", b"<svg/>", b"<svg"),
        b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
        b"<?xml version='1.0' encoding='none-such'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        PNG + bytes(200_000),
    ],
)
def test_a_logo_that_is_no_picture_or_too_large_is_one_clear_error(tmp_path, content):
    path = tmp_path / "logo.svg"
    path.write_bytes(content)
    named = KEY | {"SCHOOL_NAME": "Gymnasium am Wall", "SCHOOL_LOGO": str(path)}
    with pytest.raises(SettingsError, match="SCHOOL_LOGO must be an SVG, PNG, WebP or JPEG file"):
        Settings.from_environment(named)


def test_a_pipe_for_a_logo_is_one_clear_error(tmp_path):
    os.mkfifo(tmp_path / "logo.svg")
    named = KEY | {"SCHOOL_NAME": "Gymnasium", "SCHOOL_LOGO": str(tmp_path / "logo.svg")}
    with pytest.raises(SettingsError, match="SCHOOL_LOGO is no file but a pipe"):
        Settings.from_environment(named)


def test_a_logo_takes_a_name_for_those_who_do_not_see_it(tmp_path):
    path = tmp_path / "logo.svg"
    path.write_bytes(SVG)
    with pytest.raises(SettingsError, match="SCHOOL_NAME must be set with SCHOOL_LOGO"):
        Settings.from_environment(KEY | {"SCHOOL_LOGO": str(path)})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "whsec_c2hvcnQ=", "no"])
def test_a_webhook_needs_a_secret_that_its_receiver_can_use(secret):
    address = {"WEBHOOK_URL": "https://example.org/reports", "WEBHOOK_SECRET": secret}
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        Settings.from_environment(KEY | address)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "error: SECRET_KEY must be set"),
        (
            KEY | {"TEACHERS": "password", "TEACHERS_PASSWORD": SECRET},
            "error: TEACHERS_PASSWORD must be set with TEACHERS=password, to 12",
        ),
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
