"""What opens a class, for how long, and how a teacher takes it back."""

from dataclasses import replace

import itsdangerous.timed
import pytest
import requests

from server.access.tokens import DAY, AccessError, Tokens
from server.domain.session import ClassSession
from tests.conftest import SERVE_QUICKLY
from tests.live_server import SECRET_KEY

REPLACED = "This teacher's link was replaced by a new one."


def renew(server, opened):
    return requests.post(
        f"{server.url}/api/classes/{opened['code']}/token",
        headers={"Authorization": f"Bearer {opened['token']}"},
        timeout=10,
    )


def test_a_seat_lasts_a_day_and_a_teachers_link_as_long_as_its_class(monkeypatch):
    now = itsdangerous.timed.time.time()
    session = ClassSession("ABC234", "Algebra", "camera", 5, now)
    tokens = Tokens(SECRET_KEY)
    teacher, (seat, _) = tokens.teacher(session), tokens.new_seat(session.code)

    def after(days):
        monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now + days * DAY)

    after(0.9)
    assert tokens.read_seat(seat, session.code)
    after(1.1)
    assert tokens.read_seat(seat, session.code) is None
    after(400)
    tokens.check_teacher(teacher, session)
    with pytest.raises(AccessError, match="another class"):
        tokens.check_teacher(teacher, replace(session, created_at=now + 400 * DAY))


def test_a_clock_that_was_put_back_makes_no_token_invalid(monkeypatch):
    session = ClassSession("ABC234", "Algebra", "camera", 5, 0.0)
    tokens = Tokens(SECRET_KEY)
    teacher, (seat, _) = tokens.teacher(session), tokens.new_seat(session.code)
    now = itsdangerous.timed.time.time()
    monkeypatch.setattr(itsdangerous.timed.time, "time", lambda: now - 3600)
    tokens.check_teacher(teacher, session)
    assert tokens.read_seat(seat, session.code)


def test_a_renewed_link_is_the_only_one_in_all_processes(
    start_server, redis_server, connect, teach
):
    one = start_server(SERVE_QUICKLY, REDIS_URL=redis_server.url)
    two = start_server(
        SERVE_QUICKLY, REDIS_URL=redis_server.url, DATABASE_URL=one.settings["DATABASE_URL"]
    )
    opened = one.open_class()
    old = [teach(one, opened), teach(two, opened)]
    for teacher in old:
        teacher.wait_for("view")
    answer = renew(one, opened)
    assert answer.status_code == 200
    new = opened | answer.json()
    assert new["room_url"].endswith(f"#{new['token']}") and new["token"] != opened["token"]
    stays = [teach(one, new), teach(two, new)]
    for teacher in old:
        teacher.wait_for("disconnect")
    for server in (one, two):
        refused = connect(server, role="teacher", code=opened["code"], token=opened["token"])
        assert refused.refused == REPLACED
        page = f"{server.url}/report/{opened['code']}.json"
        bearer = {"Authorization": f"Bearer {opened['token']}"}
        assert requests.get(page, headers=bearer, timeout=10).status_code == 403
    assert renew(one, opened).json() == {"error": REPLACED}
    stays[0].send("marker", {"text": "recursion"})
    assert stays[1].wait_for("marker")["text"] == "recursion"
