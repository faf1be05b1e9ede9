"""What Heroku runs: the Procfile's processes, with the run-time needs and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import requests

from tests.live_server import ROOT, RUNTIME

MEGABYTE = 1_000_000
HONCHO = str(Path(sys.executable).with_name("honcho"))


def test_the_procfiles_web_process_serves_a_class(start_server, join, teach):
    server = start_server([HONCHO, "start", "--no-prefix", "web"])
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(5):
        join(server, opened["code"], "happy")
    assert teacher.wait_for("view", lambda view: view["shares"])["shares"] == {"happy": 1.0}


def release(url):
    """What the Procfile's release process says of a database, and whether it went well."""
    environment = {"PATH": f"{RUNTIME}:{os.environ['PATH']}", "DATABASE_URL": url}
    done = subprocess.run(
        [HONCHO, "start", "--no-prefix", "release"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return done.stdout, done.returncode == 0


def test_a_release_makes_the_tables_that_the_web_process_needs(postgres_server, open_store):
    url = postgres_server.new_database()
    for _ in range(2):
        said, is_well = release(url)
        assert is_well, said
        open_store(url).check()


def test_a_release_that_finds_no_database_says_so_in_one_line_and_fails(postgres_server):
    postgres_server.stop()
    said, is_well = release(postgres_server.url)
    assert not is_well
    assert "Connection refused" in said and "Traceback" not in said


def test_links_say_https_behind_the_router(server):
    response = requests.post(
        f"{server.url}/api/classes",
        json={"title": "Algebra", "mode": "camera"},
        headers={"X-Forwarded-Proto": "https", "Host": "classpulse.example.org"},
        timeout=10,
    )
    assert response.json()["join_url"].startswith("https://classpulse.example.org/c/")


def test_a_page_opened_without_https_is_opened_again_with_it(app):
    response = app.get(
        "/join?code=ABC234",
        headers={"X-Forwarded-Proto": "http", "Host": "classpulse.example.org"},
    )
    assert response.status_code == 308
    assert response.headers["Location"] == "https://classpulse.example.org/join?code=ABC234"


def test_the_run_time_needs_are_small_and_without_tensorflow():
    installed = ROOT / ".venv/lib"
    size = sum(file.lstat().st_size for file in installed.rglob("*") if file.is_file())
    # Babel's languages and the cryptography of learning platforms are 46 of them.
    assert size < 160 * MEGABYTE
    names = {folder.name.partition("-")[0] for folder in installed.rglob("*.dist-info")}
    assert "flask" in names and not {"tensorflow", "keras", "numpy"} & names


def test_app_json_asks_for_what_heroku_has_to_know():
    app = json.loads((ROOT / "app.json").read_text())
    assert [pack["url"] for pack in app["buildpacks"]] == ["heroku/nodejs", "heroku/python"]
    assert app["addons"] == ["heroku-postgresql:essential-0"]  # a dyno's own disk is soon new
    assert app["env"]["PROXIES"]["value"] == "1"
    assert app["env"]["SECRET_KEY"] == {
        "description": app["env"]["SECRET_KEY"]["description"],
        "generator": "secret",
    }
    assert (ROOT / ".python-version").read_text().strip() == "3.11"
