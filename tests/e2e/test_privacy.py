"""Every byte that leaves a student's browser, held against what docs/privacy.md says it is."""

import json
import re
from itertools import count

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.conftest import launch
from tests.e2e.wire import recording, sent
from tests.schemas import check, check_auth

WORDS = {"pace", "help", "show", "answer"}  # a student's own
POSTS = {"post", "second"}  # in a class that takes questions
MODEL = "model|wasm|/worker|vision"
SEAT = r"[\w.-]{20,120}"
HEADERS = {  # that say nothing about who sends them, beyond what each browser says to each page
    *("host", "connection", "upgrade", "upgrade-insecure-requests", "user-agent", "accept"),
    *("accept-encoding", "accept-language", "cache-control", "pragma", "origin", "referer"),
    *("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "service-worker"),
    *("if-none-match", "if-modified-since"),  # of files that are the same for everybody
    *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "sec-fetch-storage-access"),
    *("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"),
}


@pytest.fixture
def student(playwright, webcam, tmp_path):
    """A browser of whose bytes there is a record: its page, and what ends it and reads the record.

    Each call of getUserMedia is counted in `asked`.
    """
    record = tmp_path / "netlog.json"
    browser = launch(playwright, *webcam.options, *recording(record))
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(
        """window.asked = 0;
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (wanted) => (window.asked++, ask(wanted));"""
    )

    def read(server):
        browser.close()
        return sent(record, server.port)

    yield context.new_page(), read
    browser.close()


def take_part(page, teacher):
    """All that a student can do with words."""
    teacher.send("ask", {"question": "got_it"})
    page.get_by_role("button", name="Not yet").click()
    page.get_by_role("button", name="I am lost").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="I need help").click()
    page.get_by_role("button", name="My hand is up").click()
    page.get_by_role("button", name=re.compile("^Show my name")).click()
    expect(page.locator("#shown")).to_contain_text("Ada")
    page.get_by_role("button", name="I am lost").click()
    expect(page.locator("#last-sent")).to_contain_text("pace")


def leave(page, teacher):
    page.get_by_role("button", name="Leave the class").click()
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    teacher.wait_for("view", lambda view: view["students"] == 0)


def check_all(everything, opened, may_send):
    """Each request and message is one that the contract has, as short as it can be.

    Returns the messages of events, each as [event, data].
    """
    code = opened["code"]
    paths = re.compile(
        rf"/c/{code}|/static/[\w./-]+|/service-worker\.js\?language=en|/offline|"
        rf"/socket\.io/\?class={code}&EIO=4&transport=websocket"
    )
    entries, events, numbers = [], [], count()
    for request in everything:
        assert request.method == "GET"
        assert paths.fullmatch(request.path), request.path
        assert request.headers.keys() <= HEADERS, request.headers.keys() - HEADERS
        for message in request.messages:
            packet = re.fullmatch(r"(3|41|40(?=\{)|42)(\d*)(?=\[|\{|$)(.*)", message)
            assert packet, message
            kind, number, said = packet.groups()
            if kind == "42":
                events.append(compact(said))
                # The server answers to words by their numbers, which say nothing but the order.
                assert number == (str(next(numbers)) if events[-1][0] != "label" else "")
                continue
            assert number == ""
            if kind == "40":
                entries.append(compact(said))
            else:
                assert said == ""  # a pong, a goodbye
    assert [auth["code"] for auth in entries] == [code]
    check_auth("student", entries[0])
    assert re.fullmatch(SEAT, entries[0].get("seat", 20 * "x"))
    for event, data in events:
        assert event in may_send
        check("student", event, data)
        assert data.get("name") in (None, "Ada")  # what the tests below type
        assert data.get("text") in (None, "Why, and why not?")
    return events


def compact(said):
    """What JSON says, in which nothing is hidden: in blanks, or in names that come twice."""
    read = json.loads(said)
    assert said == json.dumps(read, separators=(",", ":"), ensure_ascii=False)
    return read


def test_every_byte_of_a_lesson_with_the_camera_is_in_the_contract(server, teach, student):
    page, read = student
    opened = server.open_class()
    teacher = teach(server, opened)
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    take_part(page, teacher)
    page.get_by_role("button", name="Pause the camera").click()
    expect(page.locator("#last-sent")).to_contain_text("paused")
    page.get_by_role("button", name="Go on without the camera").click()
    leave(page, teacher)
    events = check_all(read(server), opened, WORDS | {"label"})
    assert {event for event, _ in events} == WORDS | {"label"}
    states = {data["state"] for event, data in events if event == "label"}
    assert states >= {"ok", "paused"}
    assert len(json.dumps(events)) < 5000


def test_without_a_camera_no_model_is_loaded_and_every_byte_is_in_the_contract(
    server, teach, student
):
    page, read = student
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    take_part(page, teacher)
    assert page.evaluate("asked") == 0 and len(page.workers) == 0
    leave(page, teacher)
    everything = read(server)
    assert {event for event, _ in check_all(everything, opened, WORDS)} == WORDS
    assert not [each.path for each in everything if re.search(MODEL, each.path)]


def test_of_a_question_leaves_what_was_typed_and_nothing_else(server, teach, student):
    page, read = student
    opened = server.open_class(mode="self-report", qna=True)
    teacher = teach(server, opened)
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your question").fill("Why, and why not?")
    page.get_by_role("button", name="Send").click()
    [post] = teacher.wait_for("posts", lambda told: told["posts"])["posts"]
    teacher.send("release", {"id": post["id"]})
    page.get_by_role("button", name="Me too").click()
    expect(page.locator("#last-sent")).to_contain_text("second")
    leave(page, teacher)
    events = check_all(read(server), opened, POSTS)
    assert events == [
        ["post", {"text": "Why, and why not?"}],
        ["second", {"id": post["id"], "on": True}],
    ]


@pytest.mark.parametrize(
    "smuggle",
    [
        "fetch('/static/icon.svg?face=grey')",
        "fetch('/static/icon.svg', {headers: {face: 'grey'}})",
        """new Promise((sent) => {
          new PerformanceObserver((seen) => {
            if (seen.getEntries().some((each) => each.initiatorType === 'beacon')) sent();
          }).observe({type: 'resource'});
          navigator.sendBeacon('/static/icon.svg', 'a face');
        })""",
        """new Promise((sent) => {
          const other = new WebSocket(`ws://${location.host}/socket.io/?EIO=4&transport=websocket`);
          other.onopen = () => (other.send(new Uint8Array(48 * 48)), other.close());
          other.onclose = sent;
        })""",
    ],
)
def test_the_record_shows_what_a_page_would_smuggle_out(server, student, smuggle):
    with pytest.raises(AssertionError):
        join_and_do(server, student, smuggle)


def test_the_record_of_a_page_that_smuggles_nothing_is_in_the_contract(server, student):
    assert join_and_do(server, student, "fetch('/static/icon.svg')") == []


def join_and_do(server, student, something):
    """Whatever a script does in the page of a student who says nothing; its messages."""
    page, read = student
    opened = server.open_class(mode="self-report")
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    page.evaluate(f"async () => {{ await {something}; }}")
    return check_all(read(server), opened, WORDS)


def test_a_server_that_rules_cameras_out_has_no_way_to_use_one(start_server, join, student):
    server = start_server()
    opened = server.open_class()  # with cameras, before they are ruled out
    server.kill()
    server.settings["SENSING"] = "self-report"
    server.start()
    page, read = student
    page.goto(server.url)
    modes = page.locator("input[name=mode]")
    expect(modes).to_have_count(1)
    expect(modes).to_have_value("self-report")
    wanted = {"title": "Algebra", "mode": "camera"}
    answer = requests.post(f"{server.url}/api/classes", json=wanted, timeout=10)
    assert answer.status_code == 400
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    assert page.evaluate("asked") == 0 and not page.get_by_label("Your own picture").is_visible()
    liar = join(server, opened["code"])
    liar.looks("happy")
    assert "without cameras" in liar.wait_for("error")["message"]
    loaded = [request.path for request in read(server)]
    assert loaded and not [path for path in loaded if re.search(MODEL, path)]
