"""Every byte that leaves a student's browser, held against what docs/privacy.md says it is."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.conftest import launch
from tests.e2e.wire import recording, sent

EMOTIONS = "angry|disgusted|fearful|happy|sad|surprised|neutral"
PACES = "slow_down|fine|speed_up|lost"
MODEL = "model|wasm|/worker|vision"
SEAT = r"[\w.-]{20,120}"
# What docs/privacy.md says, as a grammar; the names are those that the tests below type.
STATE = rf'ok","emotion":"(?:{EMOTIONS})","p":[01](?:\.\d{{1,2}})?|(?:unsure|no_face|paused)"'
LABEL = rf'42\["label",\{{"state":"(?:{STATE})\}}\]'
WORDS = [
    rf'42\["pace",\{{"value":(?:"(?:{PACES})"|null)\}}\]',
    r'42\["help",\{"on":(?:true|false)(?:,"name":"Ada")?\}\]',
    r'42\["show",\{"name":(?:"Ada"|null)\}\]',
]
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


def take_part(page):
    """All that a student can do with words, and the way out."""
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


def check(everything, opened, *more):
    """Each request and message is one of those that the contract names. Returns the messages."""
    code = opened["code"]
    entry = rf'40\{{"role":"student","code":"{code}"(?:,"seat":"{SEAT}")?\}}'
    grammar = re.compile("|".join([entry, "3", "41", *WORDS, *more]))
    paths = re.compile(
        rf"/c/{code}|/static/[\w./-]+|/service-worker\.js\?language=en|/offline|"
        rf"/socket\.io/\?class={code}&EIO=4&transport=websocket"
    )
    messages = []
    for request in everything:
        assert request.method == "GET"
        assert paths.fullmatch(request.path), request.path
        assert request.headers.keys() <= HEADERS, request.headers.keys() - HEADERS
        for message in request.messages:
            assert grammar.fullmatch(message), message
        messages += request.messages
    assert [message[:2] for message in messages if message[0] == "4"].count("40") == 1
    return messages


def test_every_byte_of_a_lesson_with_the_camera_is_in_the_contract(server, teach, student):
    page, read = student
    opened = server.open_class()
    teacher = teach(server, opened)
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    take_part(page)
    page.get_by_role("button", name="Pause the camera").click()
    expect(page.locator("#last-sent")).to_contain_text("paused")
    page.get_by_role("button", name="Go on without the camera").click()
    leave(page, teacher)
    messages = check(read(server), opened, LABEL)
    for known in (*WORDS, LABEL, r".*\"ok\".*", r".*\"paused\".*"):
        assert any(re.fullmatch(known, message) for message in messages), known
    assert sum(map(len, messages)) < 5000


def test_without_a_camera_no_model_is_loaded_and_every_byte_is_in_the_contract(
    server, teach, student
):
    page, read = student
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    take_part(page)
    assert page.evaluate("asked") == 0 and len(page.workers) == 0
    leave(page, teacher)
    everything = read(server)
    check(everything, opened)
    assert not [each.path for each in everything if re.search(MODEL, each.path)]


@pytest.mark.parametrize(
    "smuggle",
    [
        "fetch('/static/icon.svg?face=grey')",
        "fetch('/static/icon.svg', {headers: {face: 'grey'}})",
        "navigator.sendBeacon('/static/icon.svg', 'a face')",
        """new Promise((sent) => {
          const other = new WebSocket(`ws://${location.host}/socket.io/?EIO=4&transport=websocket`);
          other.onopen = () => (other.send(new Uint8Array(48 * 48)), other.close());
          other.onclose = sent;
        })""",
    ],
)
def test_the_record_shows_what_a_page_would_smuggle_out(server, student, smuggle):
    page, read = student
    opened = server.open_class(mode="self-report")
    page.goto(opened["join_url"])
    page.evaluate(f"async () => {{ await {smuggle}; }}")
    with pytest.raises(AssertionError):
        check(read(server), opened)


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
