"""The teacher's room: the class at a glance, over time, and what a teacher does there."""

import json
import re
import time
from datetime import datetime

import pytest
import requests
from playwright.sync_api import expect

from server.domain.session import Marker
from server.domain.timeline import Point
from server.sockets.handlers import HISTORY_PART
from server.storage.store import ClassStore
from tests.e2e.conftest import end_class, note
from tests.live_server import PATIENCE
from training.browser import wait_until

SAID_NOTHING = {"slow_down": 0, "fine": 0, "speed_up": 0, "lost": 0}


@pytest.fixture
def enter(server, browser, troubles):
    """Open a class's room with the teacher's link, in a browser context of its own."""

    def room(opened, **context):
        page = troubles.watch(browser.new_context(**context).new_page())
        page.goto(opened["room_url"])
        expect(page.locator("#headline")).not_to_have_text("Connecting…")
        return page

    return room


def seed(server, opened, minutes, end=None):
    """A timeline of so many minutes up to now; `end`: a time that is a multiple of ten seconds.

    It begins with a minute of too few students; the third minute is missing.
    """
    end = end or time.time() // 10 * 10
    points = []
    for index in range(minutes * 6):
        few, missing = index < 6, 12 <= index < 18
        if missing:
            continue
        points.append(
            Point(
                t=end - minutes * 60 + index * 10,
                students=3 if few else 20,
                seen=None if few else 18,
                shares=None if few else {"happy": 0.6, "sad": 0.4},
                suppressed="few_students" if few else None,
                valence=None if few else 0.2,
                pace=None if few else SAID_NOTHING | {"slow_down": 4},
                alerts=(),
            )
        )
    store = ClassStore(server.settings["DATABASE_URL"])
    store.add_points((opened["code"], point) for point in points)
    return end - minutes * 60


def read(room, *keys):
    """Press keys on the charts; returns the line under them."""
    charts = room.get_by_role("group", name="Charts over time")
    for key in keys:
        charts.press(key)
    return room.locator(".readout")


def show(room, view):
    """Choose what the timeline shows."""
    button = room.locator(".timeline").get_by_role("button", name=view)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def pace(room, word):
    return room.locator("#pace li").filter(has_text=word).locator(".value")


def on_its_way(page, change, sent=None):
    """Change the server's views on their way to a page: what they tell takes minutes to come.

    sent: gets what the page sends.
    """

    def between(page_side):
        server_side = page_side.connect_to_server()

        def from_server(message):
            if isinstance(message, str) and message.startswith('42["view"'):
                event, view = json.loads(message[2:])
                message = "42" + json.dumps([event, change(view)])
            page_side.send(message)

        def from_page(message):
            if sent is not None:
                sent.append(message)
            server_side.send(message)

        server_side.on_message(from_server)
        page_side.on_message(from_page)

    page.route_web_socket(re.compile("socket.io"), between)
    return page


def test_taps_make_the_title_and_its_figures(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    students = [join(server, opened["code"]) for _ in range(5)]
    expect(room.locator("#headline")).to_have_text("Quiet")
    expect(room.locator("#dots span")).to_have_count(5)
    expect(room.get_by_role("button", name="Clear the answers")).to_be_disabled()
    for student in students[:2]:
        student.send("pace", {"value": "slow_down"})
    students[2].send("pace", {"value": "lost"})
    expect(room.locator("#headline")).to_have_text("Too fast for some")
    expect(room.locator("#detail")).to_have_text("2 of 5 say so.")
    expect(room.locator("#glance")).to_have_attribute("data-level", "notice")
    expect(pace(room, "too fast")).to_have_text("2")
    expect(pace(room, "lost")).to_have_text("1")
    assert troubles == []


def test_answers_are_cleared_ten_seconds_later_and_until_then_it_can_be_undone(
    server, enter, join, troubles
):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    students = [join(server, opened["code"]) for _ in range(6)]
    for student in students[:4]:
        student.send("pace", {"value": "lost"})
    clear = room.get_by_role("button", name="Clear the answers")
    expect(room.locator("#headline")).to_have_text("Many are lost")
    clear.click()
    expect(pace(room, "lost")).to_have_text("0")
    expect(room.locator("#headline")).to_have_text("Quiet")
    expect(room.locator("#pending")).to_contain_text("Answers cleared.")
    room.get_by_role("button", name="Undo").click()
    expect(pace(room, "lost")).to_have_text("4")
    expect(room.locator("#pending")).to_have_text("")

    clear.click()
    students[5].send("pace", {"value": "fine"})  # later than that, which stays
    expect(pace(room, "just right")).to_have_text("1")
    for student in students[:4]:
        student.wait_for("cleared", lambda data: data["what"] == "pace")
    expect(room.locator("#pending")).to_have_text("")
    expect(pace(room, "just right")).to_have_text("1")
    expect(pace(room, "lost")).to_have_text("0")
    assert troubles == []


def test_what_can_still_be_undone_comes_back_when_the_connection_is_lost(
    start_server, browser, connect
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    room = browser.new_page()
    room.goto(opened["room_url"])
    connect(server, role="student", code=opened["code"]).send("help", {"on": True, "name": "Ada"})
    room.get_by_role("button", name="Seen: Ada").click()
    expect(room.locator("#hands-card")).to_be_hidden()
    server.kill()
    expect(room.locator("#hands .who")).to_have_text("Ada")
    expect(room.locator("#pending")).to_have_text("")


def test_too_few_students_are_hidden_and_the_page_says_why_once(server, enter, join, troubles):
    opened = server.open_class()
    room = enter(opened)
    for _ in range(4):
        join(server, opened["code"], "sad").send("pace", {"value": "lost"})
    expect(room.locator("#students")).to_have_text("4")
    expect(room.locator("#headline")).to_have_text("The class is gathering")
    expect(room.locator("#hidden-because")).to_have_text(re.compile("fewer than 5 students"))
    for value in room.locator("#shares .value, #looks .value, #pace .value").all():
        expect(value).to_have_text("–")
    for _ in range(2):
        join(server, opened["code"], "happy").send("pace", {"value": "lost"})
    expect(pace(room, "lost")).to_have_text("6")
    expect(room.locator("#seen")).to_have_text("6")
    expect(room.locator("#headline")).to_have_text("Many are lost")
    expect(room.locator("#hidden-because")).to_have_text("")
    assert troubles == []


def test_faces_that_are_not_counted_yet_are_told(server, enter, join, troubles):
    opened = server.open_class()
    room = enter(opened)
    for _ in range(5):
        join(server, opened["code"], "happy")
    expect(room.locator("#looks .value").first).to_have_text("100 %")
    expect(room.locator("#uncounted")).to_be_hidden()
    for _ in range(2):
        join(server, opened["code"], "sad")
    expect(room.locator("#seen")).to_have_text("7")
    expect(room.locator("#uncounted")).to_have_text(
        "2 more are read, and will be counted as soon as they are 5."
    )
    expect(room.locator("#looks .value").first).to_have_text("100 %")
    assert troubles == []


def test_hands_go_up_with_a_name_if_one_is_given_and_are_seen_one_at_a_time(
    server, browser, join, troubles
):
    opened = server.open_class(mode="self-report")
    room = troubles.watch(browser.new_page())
    room.clock.install()
    room.goto(opened["room_url"])
    ada, other = join(server, opened["code"]), join(server, opened["code"])
    expect(room.get_by_role("heading", name="Raised hands")).to_be_hidden()
    ada.send("help", {"on": True, "name": "Ada"})
    expect(room.locator("#hands .who")).to_have_text("Ada")
    other.send("help", {"on": True})
    expect(room.locator("#hands .who")).to_have_text(["Ada", "Somebody"])
    expect(room).to_have_title(re.compile("^⚠ 2 hands are up"))
    expect(room.get_by_role("button", name="All hands seen")).to_be_hidden()
    room.get_by_role("button", name="Seen: Ada").press("Enter")
    expect(room.locator("#hands .who")).to_have_text("Somebody")
    expect(room.get_by_role("button", name="Seen: Somebody")).to_be_focused()
    room.clock.run_for(10_000)
    ada.wait_for("cleared", lambda data: data == {"what": "help"})
    expect(room.locator("#hands .who")).to_have_text("Somebody")
    assert troubles == []


def test_many_hands_are_seen_with_one_tap(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    students = [join(server, opened["code"]) for _ in range(4)]
    for student in students[:3]:
        student.send("help", {"on": True})
    expect(room.locator("#hands li")).to_have_count(3)
    room.get_by_role("button", name="All hands seen").click()
    expect(room.locator("#hands-card")).to_be_hidden()
    students[3].send("help", {"on": True, "name": "Ada"})  # later, and not seen
    expect(room.locator("#hands .who")).to_have_text("Ada")
    for student in students[:3]:
        student.wait_for("cleared", lambda data: data == {"what": "help"})
    expect(room.locator("#hands .who")).to_have_text("Ada")
    assert troubles == []


def test_the_minutes_that_a_hand_waits_are_counted(server, browser, join, troubles):
    opened = server.open_class(mode="self-report")

    def earlier(view):
        return view | {"help": [hand | {"since": hand["since"] - 190} for hand in view["help"]]}

    room = on_its_way(troubles.watch(browser.new_page()), earlier)
    room.goto(opened["room_url"])
    join(server, opened["code"]).send("help", {"on": True, "name": "Ada"})
    expect(room.locator("#hands .waits")).to_have_text("3 min")
    assert troubles == []


def test_a_student_is_named_only_by_their_own_wish(server, enter, join, troubles):
    opened = server.open_class()
    room = enter(opened)
    ada = join(server, opened["code"], "happy")
    ada.send("pace", {"value": "lost"})
    expect(room.locator("#students")).to_have_text("1")
    heading = room.get_by_role("heading", name="Students who show themselves by name")
    expect(heading).to_be_hidden()
    ada.send("show", {"name": "Ada"})
    expect(room.locator("#named")).to_have_text("Ada looks happy, says “lost”")
    ada.send("show", {"name": None})
    expect(heading).to_be_hidden()
    expect(room.locator("#named")).to_have_text("")
    assert troubles == []


def test_the_class_is_asked_and_answers(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    students = [join(server, opened["code"]) for _ in range(6)]
    expect(room.locator("#headline")).to_have_text("Quiet")
    room.get_by_role("button", name="Ask “Got it?”").click()
    expect(room.get_by_role("heading", name="Got it?")).to_be_visible()
    expect(room.locator("#question-time")).to_have_text(re.compile(r"^\d+ s left$"))
    expect(room.locator("#question-hint")).to_have_text("Shown once 5 have answered.")
    for student, value in zip(students, ["yes", "yes", "yes", "so_so", "not_yet"], strict=False):
        question = student.wait_for("question", lambda data: data["question"])["question"]
        student.send("answer", {"to": question["id"], "value": value})
    expect(room.locator("#answers .value")).to_have_text(["3", "1", "1"])
    expect(room.locator("#question-hint")).to_be_hidden()
    room.get_by_role("button", name="Close now").click()
    expect(room.locator("#question-time")).to_have_text("closed just now")
    expect(room.get_by_role("button", name="Close now")).to_be_hidden()
    expect(room.locator("#answers .value")).to_have_text(["3", "1", "1"])
    for student in students:
        student.wait_for("question", lambda data: data["question"] is None)
    assert troubles == []


def test_other_questions_are_in_a_menu(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    room, student = enter(opened), join(server, opened["code"])
    other = room.get_by_role("button", name="Shall we go on?")
    expect(other).to_be_hidden()
    room.locator("#more-questions summary").press("Enter")
    other.press("Escape")
    expect(other).to_be_hidden()
    expect(room.locator("#more-questions summary")).to_be_focused()
    room.keyboard.press("Enter")
    other.click()
    asked = student.wait_for("question", lambda data: data["question"])
    assert asked["question"]["question"] == "go_on"
    expect(room.get_by_role("heading", name="Shall we go on?")).to_be_visible()
    expect(other).to_be_hidden()
    assert troubles == []


def test_a_question_that_few_answered_is_closed_without_figures(server, browser, troubles):
    opened = server.open_class(mode="self-report")

    def asked(view):
        until = view["t"] - 130
        return view | {
            "asked": {"t": until - 60, "until": until, "question": "done", "answers": None}
        }

    room = on_its_way(troubles.watch(browser.new_page()), asked)
    room.goto(opened["room_url"])
    expect(room.locator("#question-time")).to_have_text("closed 2 min ago")
    expect(room.locator("#question-hint")).to_have_text("Not shown: fewer than 5 have answered.")
    expect(room.locator("#answers")).to_be_hidden()
    assert troubles == []


def test_a_moment_is_marked_with_one_key_and_gets_its_words_later(server, enter, troubles):
    opened = server.open_class(mode="self-report")
    room, other = enter(opened), enter(opened)
    room.keyboard.press("m")
    expect(room.locator("#noted")).to_have_text(re.compile("^Marked: "))
    expect(room.get_by_label("Add words")).to_be_focused()
    expect(other.locator("#noted")).to_have_text(re.compile("^Marked: "))
    expect(other.get_by_label("Add words")).to_be_hidden()  # who marked it knows what it was
    room.keyboard.type("matrices")  # an m in a field marks nothing
    room.keyboard.press("Enter")
    for page in (room, other):
        page.get_by_text("Notes", exact=False).first.click()
        expect(page.locator("#notes-list .text")).to_have_text("matrices")
    assert troubles == []


def test_notes_are_changed_and_deleted(server, browser, teach, troubles):
    opened = server.open_class(mode="self-report")
    room = troubles.watch(browser.new_page())
    room.clock.install()
    room.goto(opened["room_url"])
    teacher = teach(server, opened)
    for text in ("Ada was rude", "", "recursion"):
        teacher.send("marker", {"text": text})
        teacher.wait_for("marker")
    expect(room.locator("#notes-count")).to_have_text("3")
    room.locator("#notes summary").click()
    texts = room.locator("#notes-list .text")
    expect(texts).to_have_text(["recursion", "Marked moment", "Ada was rude"])
    room.get_by_role("button", name="Edit: Marked moment").click()
    words = room.get_by_role("textbox", name="Words of the note")
    words.fill("break")
    words.press("Escape")
    expect(texts.nth(1)).to_have_text("Marked moment")
    room.get_by_role("button", name="Edit: Marked moment").click()
    words.fill("break")
    words.press("Enter")
    expect(texts).to_have_text(["recursion", "break", "Ada was rude"])

    delete = room.get_by_role("button", name="Delete: Ada was rude")
    delete.click()
    expect(texts).to_have_text(["recursion", "break"])
    room.get_by_role("button", name="Undo").click()
    expect(texts).to_have_text(["recursion", "break", "Ada was rude"])
    delete.click()
    room.clock.run_for(10_000)
    teacher.wait_for("markers", lambda data: len(data["markers"]) == 2)
    room.reload()
    room.locator("#notes summary").click()
    expect(texts).to_have_text(["recursion", "break"])
    assert troubles == []


def with_alert(kind, figures, **more):
    why = "In English."
    alert = {"kind": kind, "since": time.time(), "why": why, "figures": figures}
    return lambda view: view | {"alerts": [alert], **more}


def test_an_alert_says_why_and_is_dismissed_with_one_tap(server, browser, troubles):
    opened = server.open_class(mode="self-report")
    figures = {"unhappy": 35, "unhappy_before": 10}
    sent = []
    page = troubles.watch(browser.new_page())
    room = on_its_way(page, with_alert("mood_dropped", figures), sent)
    room.goto(opened["room_url"])
    alerts = room.get_by_role("alert")
    expect(alerts).to_contain_text(
        "More faces look unhappy than a few minutes ago: about 35 %, it was about 10 %."
    )
    expect(room).to_have_title(re.compile("^⚠ More faces look unhappy · Algebra$"))
    icon = room.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", "/static/icon-alert.svg")
    dismiss = alerts.get_by_role("button", name="Dismiss")
    dismiss.click()
    expect(dismiss).to_be_disabled()
    silenced = re.compile(r'42\d*\["silence",{"kind":"mood_dropped"}]')  # with an id for the answer
    assert any(silenced.fullmatch(str(message)) for message in sent)
    assert troubles == []


def test_an_alert_of_what_the_title_says_adds_only_what_was_before(server, browser, troubles):
    opened = server.open_class(mode="self-report")
    lost = with_alert(
        "many_lost",
        {"now": 6, "before": 2, "students": 20},
        students=20,
        suppressed=None,
        pace=SAID_NOTHING | {"lost": 7},
    )
    room = on_its_way(troubles.watch(browser.new_page()), lost)
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Some are lost")
    expect(room.locator("#detail")).to_have_text("7 of 20 say so.")
    why = room.get_by_role("alert").locator(".why")
    expect(why).to_have_text("That is many more than usual in this class.")
    expect(room).to_have_title("⚠ Some are lost · Algebra")
    assert troubles == []


def test_the_first_screen_of_a_third_of_a_laptop_has_what_a_teacher_needs(
    server, browser, join, troubles
):
    opened = server.open_class()
    alert = with_alert("faces_gone", {"now": 14, "before": 22})
    page = troubles.watch(browser.new_context(viewport={"width": 455, "height": 640}).new_page())
    room = on_its_way(page, alert)
    room.goto(opened["room_url"])
    for number in range(31):
        student = join(server, opened["code"], "happy")
        student.send("pace", {"value": "lost" if number < 9 else "fine"})
        if number < 2:
            student.send("help", {"on": True, "name": ["Ada", "Grace"][number]})
    expect(room.locator("#students")).to_have_text("31")
    expect(room.locator("#hands li")).to_have_count(2)
    expect(room.locator("#headline")).to_have_text("Some are lost")
    for name in ("glance", "said-card", "hands"):
        box = room.locator(f"#{name}").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 640, name
    assert troubles == []


def test_the_small_window_has_no_names_and_all_comes_back(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    join(server, opened["code"]).send("help", {"on": True, "name": "Ada"})
    expect(room.locator("#hands .who")).to_have_text("Ada")
    room.get_by_text("While you present").click()
    with room.context.expect_page() as opening:
        room.get_by_role("button", name="Keep the class in front of the slides").click()
    small = opening.value
    expect(small.locator("#headline")).to_have_text("The class is gathering")
    expect(small.locator("#hands-up")).to_have_text("1 hand is up")
    expect(small.locator("#pace li")).to_have_count(4)
    assert "Ada" not in small.locator("body").inner_text()
    small.get_by_role("button", name="Ask “Got it?”").click()
    expect(small.get_by_role("heading", name="Got it?")).to_be_visible()
    room.get_by_role("button", name="Bring it back").click()
    expect(room.locator("#headline")).to_have_text("The class is gathering")
    expect(room.get_by_role("heading", name="Got it?")).to_be_visible()
    assert troubles == []


def test_a_hand_is_notified_only_where_that_is_wanted_and_nobody_looks(
    server, browser, join, troubles
):
    context = browser.new_context()
    context.add_init_script(
        """window.told = [];
        let permission = "default";
        window.Notification = class {
          constructor(title) { told.push(title); }
          static get permission() { return permission; }
          static async requestPermission() { return (permission = window.answer ?? "granted"); }
        };
        Object.defineProperty(document, "hidden", { get: () => window.away === true });"""
    )
    room = troubles.watch(context.new_page())
    opened = server.open_class(mode="self-report")
    room.goto(opened["room_url"])
    hands = room.locator("#hands li")
    students = [join(server, opened["code"]) for _ in range(4)]
    room.evaluate("window.away = true")
    students[0].send("help", {"on": True, "name": "Ada"})
    expect(hands).to_have_count(1)
    room.get_by_text("While you present").click()
    notify = room.get_by_label("Notify me")
    room.evaluate("window.answer = 'denied'")
    notify.click()
    expect(room.locator("#notify-trouble")).to_contain_text("does not let the page notify you")
    expect(notify).not_to_be_checked()
    room.evaluate("window.answer = 'granted'")
    notify.check()
    expect(room.locator("#notify-trouble")).to_have_text("")
    students[1].send("help", {"on": True, "name": "Grace"})
    expect(hands).to_have_count(2)
    room.evaluate("window.away = false")
    students[2].send("help", {"on": True})
    expect(hands).to_have_count(3)
    assert room.evaluate("told") == ["2 hands are up"]
    assert troubles == []


def test_a_page_keeps_what_it_has_when_the_server_cannot_read_it(server, browser, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=30)
    connections = []

    def between(page_side):
        server_side = page_side.connect_to_server()
        connections.append(server_side)

        def from_server(message):
            if len(connections) > 1 and message.startswith('42["history"'):
                event, past = json.loads(message[2:])
                message = "42" + json.dumps([event, past | {"points": [], "markers": []}])
            page_side.send(message)

        server_side.on_message(from_server)

    room = troubles.watch(browser.new_page())
    room.route_web_socket(re.compile("socket.io"), between)
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    before = "hidden: too few students · 3 students here"
    expect(read(room, "Home")).to_contain_text(before)
    connections[0].close()
    expect(room.locator("#status")).to_contain_text("Trying again")
    expect(room.locator("#status")).to_have_text("")
    expect(read(room, "Home")).to_contain_text(before)


def test_a_history_that_comes_in_parts_is_shown_whole(server, enter, troubles):
    opened = server.open_class()
    began = seed(server, opened, minutes=3 * HISTORY_PART // 6 + 20)
    room = enter(opened)
    first = datetime.fromtimestamp(began).strftime("%I:%M:%S %p: hidden: too few students")
    deadline = time.monotonic() + PATIENCE
    while not read(room, "Home").inner_text().startswith(first):
        assert time.monotonic() < deadline, read(room).inner_text()
    assert troubles == []


def test_a_room_that_gets_no_more_views_says_since_when(server, browser, troubles):
    opened = server.open_class(mode="self-report")
    stopped = []

    def between(page_side):
        server_side = page_side.connect_to_server()

        def from_server(message):
            if not (stopped and str(message).startswith('42["view"')):
                page_side.send(message)

        server_side.on_message(from_server)

    room = troubles.watch(browser.new_page())
    room.clock.install()
    room.route_web_socket(re.compile("socket.io"), between)
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    expect(room.locator("#status")).to_have_text("")
    stopped.append(True)
    room.clock.run_for(31_000)  # less than the 35 s after which the connection itself is given up
    expect(room.locator("#status")).to_have_text(re.compile(r"^Not live since [^.]*\.$"))
    expect(room.get_by_role("button", name="End the class")).to_be_disabled()
    stopped.clear()
    expect(room.locator("#status")).to_have_text("")
    assert troubles == []


def test_the_charts_are_read_with_the_keyboard(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=30)
    room = enter(opened)
    expect(read(room, "Home")).to_contain_text("hidden: too few students · 3 students here")
    readout = read(room, *["Shift+ArrowRight"], "ArrowRight")
    expect(readout).to_contain_text(": 4 too fast · happy 60 %, unhappy 40 % · 18 faces read")
    expect(readout).to_contain_text("· 20 students here")
    # What is missing is a gap: nothing is made up between two points.
    expect(read(room, "Shift+ArrowRight")).to_contain_text("nothing is known")
    expect(read(room, "Shift+ArrowRight")).to_contain_text("happy 60 %")
    room.locator("#mark").focus()
    expect(room.locator(".readout")).to_contain_text("arrow keys")
    assert troubles == []


def test_what_is_read_stays_read_when_another_chart_is_drawn(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=30)
    room = enter(opened)
    first = "hidden: too few students · 3 students here"
    expect(read(room, "Home")).to_contain_text(first)
    button = room.get_by_role("button", name="Each expression")
    button.evaluate("(button) => button.click()")  # the keyboard stays with the charts
    line = room.locator("[data-chart=expressions] .u-cursor-x")
    expect(line).to_have_css("transform", "matrix(1, 0, 0, 1, 0, 0)")  # at the first of all times
    expect(room.locator(".readout")).to_contain_text(first)
    assert troubles == []


def test_pointing_at_a_chart_tells_the_time_and_the_figures(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=30)
    room = enter(opened)
    room.locator("[data-chart=said] .u-over").hover(position={"x": 300, "y": 20})
    readout = room.locator(".readout")
    expect(readout).to_have_text(re.compile(r"^\d+:\d\d:\d\d.*: 4 too fast.*unhappy 40 %"))
    show(room, "Each expression")
    room.locator("[data-chart=expressions] .u-over").hover(position={"x": 300, "y": 20})
    expect(readout).to_have_text(re.compile(r"^\d+:\d\d:\d\d.*: 4 too fast.*sad 40 %"))
    room.locator("#headline").hover()
    expect(readout).to_contain_text("Point at the chart")
    assert troubles == []


def test_a_stretch_is_zoomed_by_dragging_and_shown_whole_again(server, enter, troubles):
    opened = server.open_class()
    start = seed(server, opened, minutes=60)
    room = enter(opened)
    whole = room.get_by_role("button", name="Whole class")
    expect(whole).to_have_attribute("aria-pressed", "true")
    first_of_all = read(room, "Home").inner_text()
    chart = room.locator("[data-chart=said] .u-over")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    room.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    room.mouse.down()
    room.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40, steps=5)
    room.mouse.up()
    expect(whole).to_have_attribute("aria-pressed", "false")
    zoomed = read(room, "Home").inner_text()
    assert zoomed != first_of_all and "happy 60 %" in zoomed
    room.get_by_role("button", name="Last 15 minutes").click()
    expect(whole).to_have_attribute("aria-pressed", "false")
    # The charts say times as the browser does: "10:05:30 AM" in this one.
    quarter, later = (
        datetime.fromtimestamp(start + seconds).strftime("%I:%M") for seconds in (45 * 60, 46 * 60)
    )
    expect(read(room, "Home")).to_have_text(re.compile(f"^({quarter}|{later}):.*happy 60 %"))
    whole.click()
    expect(whole).to_have_attribute("aria-pressed", "true")
    expect(read(room, "Home")).to_have_text(first_of_all)
    assert troubles == []


def test_one_chart_is_shown_at_a_time_first_what_students_say(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=2)
    room = enter(opened)
    charts = {
        "What students say": "said",
        "How the class looks": "looks",
        "Each expression": "expressions",
        "Who is here": "presence",
    }
    said = room.get_by_role("button", name="What students say")
    expect(said).to_have_attribute("aria-pressed", "true")
    for button, name in charts.items():
        show(room, button)
        expect(room.locator("figure:visible")).to_have_attribute("data-chart", name)
    expect(said).to_have_attribute("aria-pressed", "false")
    assert troubles == []


def test_a_line_is_hidden_and_shown_in_the_legend(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=9)
    room = enter(opened)
    line = room.get_by_role("button", name="too fast")
    expect(line).to_have_attribute("aria-pressed", "true")
    expect(room.get_by_role("button", name="too slow")).to_have_attribute("aria-pressed", "false")
    # Four students, of at most 4.4: near the top of the chart, where nothing else is orange.
    drawn = """() => {
      const canvas = document.querySelector("[data-chart=said] canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const orange = (value, index) => index % 4 === 0 &&
        value === 0xcc && data[index + 1] === 0x55 && data[index + 2] === 0;
      return data.filter(orange).length;
    }"""
    wait_until(room, f"({drawn})() > 0")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "false")
    wait_until(room, f"({drawn})() === 0")
    line.click()
    wait_until(room, f"({drawn})() > 0")
    assert troubles == []


def test_alerts_and_questions_are_read_where_they_were(server, browser, troubles):
    """They are put into the server's history: a real alert takes minutes to come."""
    opened = server.open_class()
    began = seed(server, opened, minutes=30, end=time.time() // 60 * 60)  # the table's minutes
    alert = {"kind": "many_lost", "since": began + 600, "why": "Lost.", "figures": None}
    answers = {"yes": 21, "so_so": 5, "not_yet": 2}
    question = {"t": began + 900, "until": began + 960, "question": "got_it", "answers": answers}

    def between(page_side):
        server_side = page_side.connect_to_server()

        def from_server(message):
            if str(message).startswith("42") and '["history"' in message:
                start = message.index("[")
                event, past = json.loads(message[start:])
                for point in past["points"]:
                    minute = (point["t"] - began) // 60
                    point["alerts"] = [alert] if 10 <= minute < 12 else []
                    point["asked"] = [question] if point["t"] == question["until"] else []
                message = message[:start] + json.dumps([event, past])
            page_side.send(message)

        server_side.on_message(from_server)

    room = troubles.watch(browser.new_context().new_page())
    room.route_web_socket(re.compile("socket.io"), between)
    room.goto(opened["room_url"])
    expect(room.locator("[data-chart=said] .u-over")).to_be_visible()
    minute = "Shift+ArrowRight"
    expect(read(room, "Home", *[minute] * 11)).to_contain_text("· many are lost")
    expect(read(room, minute, minute)).not_to_contain_text("lost")
    told = "Got it? Yes 21, So-so 5, Not yet 2"
    expect(read(room, minute, minute)).to_contain_text(told)
    show(room, "Table")
    happened = room.locator(".minutes tbody tr").locator("td:last-child")
    expect(happened.filter(has_text=told)).to_have_count(1)
    expect(happened.filter(has_text="many are lost")).to_have_count(2)
    assert troubles == []


def test_the_same_figures_are_in_a_table(server, enter, troubles):
    opened = server.open_class()
    end = time.time() // 60 * 60
    seed(server, opened, minutes=9, end=end)
    store = ClassStore(server.settings["DATABASE_URL"])
    store.add_marker(opened["code"], Marker(end - 90, "started recursion"))
    room = enter(opened)
    rows = room.locator(".minutes tbody tr")
    expect(rows).to_have_count(0)  # nobody has asked for it
    show(room, "Table")
    expect(rows).to_have_count(8)  # of one minute nothing is known
    expect(rows.first.locator("td")).to_have_text(["3", *["hidden"] * 8, ""])
    shown = ["20", "18", "0", "4", "0", "0", "60 %", "0 %", "40 %"]
    expect(rows.nth(1).locator("td")).to_have_text([*shown, ""])
    expect(rows.nth(6).locator("td")).to_have_text([*shown, "“started recursion”"])
    expect(room.get_by_role("region", name="minute by minute")).to_be_visible()
    for gone in (".charts", ".readout"):
        expect(room.locator(gone)).to_be_hidden()
    show(room, "What students say")
    expect(rows.first).to_be_hidden()
    assert troubles == []


def test_hidden_stretches_are_hatched_and_gaps_are_empty(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=9)
    room = enter(opened)
    expect(read(room, "Home")).to_contain_text("hidden")
    show(room, "How the class looks")
    expect(room.locator("[data-chart=looks] .u-over")).to_be_visible()
    expect(read(room, "Home")).to_contain_text("hidden")  # which is said once it is drawn
    painted = room.locator("[data-chart=looks] canvas").evaluate(
        """(canvas) => [0.5, 1.5, 2.5].map((minute) => {  // hidden, shown, missing
          const over = canvas.parentElement.querySelector(".u-over");
          const wide = over.clientWidth / 9;
          const [x, y] = [over.offsetLeft + wide * (minute - 0.3), over.offsetTop + 6];
          const box = [x, y, wide * 0.6, 20].map((length) => length * devicePixelRatio);
          const { data } = canvas.getContext("2d").getImageData(...box);
          return data.filter((value, index) => index % 4 === 3 && value > 0).length;
        })"""
    )
    hidden, shown, missing = painted
    # At the top of the chart, where no line is; a line of the grid at the most.
    assert hidden > 5 * max(shown, missing, 10), painted
    assert troubles == []


def test_a_class_without_cameras_has_no_chart_of_looks(server, enter, troubles):
    opened = server.open_class(mode="self-report")
    seed(server, opened, minutes=2)
    room = enter(opened)
    choices = room.get_by_role("group", name="What is shown").get_by_role("button")
    expect(choices).to_have_text(["What students say", "Who is here", "Table"])
    expect(room.locator(".timeline").get_by_text("faces read")).to_have_count(0)
    assert troubles == []


def test_a_second_teacher_is_let_in_by_the_link(server, enter, browser, join, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    link = room.get_by_label("Link for a second teacher")
    expect(link).to_be_hidden()  # not for those who see the screen
    room.get_by_text("Let a second teacher in").click()
    expect(link).to_have_value(opened["room_url"])
    expect(room.get_by_text("Never give it to students")).to_be_visible()

    second = enter({"room_url": link.input_value()})
    expect(second.locator("#headline")).to_have_text("Waiting for students")
    assert "#" not in second.url
    note(second, "started recursion")
    for page in (room, second):
        expect(page.locator("#notes-count")).to_have_text("1")
        expect(read(page, "End")).to_contain_text("“started recursion”")
    known = second.evaluate("JSON.parse(localStorage.getItem('classpulse.classes'))")
    assert [(each["code"], each["title"]) for each in known] == [(opened["code"], "Algebra")]
    assert troubles == []

    seat = join(server, opened["code"]).welcome["seat"]
    student = browser.new_context().new_page()
    student.goto(f"{server.url}/room/{opened['code']}#{seat}")
    expect(student.get_by_text("This is not a teacher's link of this server")).to_be_visible()
    expect(student.locator("#live")).to_be_hidden()


def test_figures_are_compared_with_what_was_before_the_last_note(server, browser, join, troubles):
    opened = server.open_class(mode="self-report")
    seed(server, opened, minutes=10)
    store = ClassStore(server.settings["DATABASE_URL"])
    store.add_marker(opened["code"], Marker(time.time() - 120, "started recursion"))
    for _ in range(5):
        join(server, opened["code"]).send("pace", {"value": "slow_down"})
    room = troubles.watch(browser.new_page())
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Too fast for many")
    expect(room.locator("#detail")).to_have_text("5 of 5 say so. 4 did before “started recursion”.")
    assert troubles == []


def test_the_students_link_is_offered_until_enough_are_here(server, enter, join, troubles):
    opened = server.open_class(mode="self-report")
    expect(enter(opened).get_by_label("Link for students")).to_be_visible()
    for _ in range(5):
        join(server, opened["code"])
    room = enter(opened)
    expect(room.locator("#students")).to_have_text("5")
    expect(room.get_by_label("Link for students")).to_be_hidden()
    room.get_by_role("button", name="Code").click()  # for latecomers
    expect(room.get_by_label("Link for students")).to_be_visible()
    assert troubles == []


def test_after_its_end_the_page_leads_to_the_report(server, enter, troubles):
    opened = server.open_class(mode="self-report")
    room = enter(opened)
    report = f"/report/{opened['code']}"
    expect(room.get_by_role("link", name="Report so far")).to_have_attribute("href", report)
    end_class(room)
    expect(room).to_have_url(server.url + report)
    room.goto(f"{server.url}/room/{opened['code']}")  # later
    expect(room.get_by_text("The class has ended")).to_be_visible()
    expect(room.get_by_role("link", name="See the report")).to_have_attribute("href", report)
    assert troubles == []


def test_of_a_class_of_which_nothing_is_kept_the_page_says_so_and_stays(
    server, enter, start_server
):
    deleted, forgetful = server.open_class(), start_server(RETENTION_DAYS="0")
    room = enter(deleted)
    address = f"{server.url}/api/classes/{deleted['code']}"
    bearer = {"Authorization": f"Bearer {deleted['token']}"}
    with room.expect_response("**/report/*") as answer:
        assert requests.delete(address, headers=bearer, timeout=10).status_code == 204
    assert answer.value.status == 404
    expect(room.get_by_role("heading", name="The room is closed")).to_be_visible()
    room = enter(forgetful.open_class())
    end_class(room)
    expect(room.get_by_text("The class has ended. Nothing of it is kept.")).to_be_visible()


def test_a_class_that_ended_while_the_page_was_cut_off_leads_to_the_report_too(
    start_server, browser
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    room = browser.new_page()
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    server.kill()
    expect(room.locator("#status")).to_contain_text("Trying again")
    ClassStore(server.settings["DATABASE_URL"]).end_class(opened["code"], time.time())
    server.start()
    expect(room.get_by_role("link", name="See the report")).to_be_visible()
    expect(room.get_by_text("The class has ended")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 430, 1440])
def test_a_full_room_fits_the_screen(server, enter, join, troubles, width, scheme):
    opened = server.open_class()
    seed(server, opened, minutes=20)
    for index in range(6):
        name = f"Student {index} " + "with-a-very-long-name" * 2
        student = join(server, opened["code"], "happy")
        student.send("pace", {"value": "slow_down"})
        student.send("help", {"on": True, "name": name})
        student.send("show", {"name": name})
    room = enter(opened, viewport={"width": width, "height": 740}, color_scheme=scheme)
    expect(room.locator("#hands li")).to_have_count(6)
    room.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    for view in ("How the class looks", "Each expression", "Table", "Who is here"):
        show(room, view)
        assert room.evaluate("document.documentElement.scrollWidth") <= width
    cut = room.evaluate(
        """() => [...document.querySelectorAll("#live *")]
          .filter((each) => each.childElementCount === 0 && each.textContent.trim() !== "")
          .filter((each) => getComputedStyle(each).display !== "inline")
          .filter((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1)
          .map((each) => each.textContent)"""
    )
    assert cut == []
    assert troubles == []


def test_a_chart_makes_a_narrower_page_no_wider_until_it_is_drawn_anew(server, enter):
    opened = server.open_class()
    seed(server, opened, minutes=9)
    room = enter(opened)
    expect(room.locator("[data-chart] canvas").first).to_be_visible()
    room.evaluate("window.requestAnimationFrame = () => 0")  # nothing is drawn any more
    room.set_viewport_size({"width": 390, "height": 844})
    assert room.evaluate("document.documentElement.scrollWidth") <= 390


def test_charts_follow_the_colours_and_are_light_on_paper(server, enter, troubles):
    opened = server.open_class()
    seed(server, opened, minutes=9)
    room = enter(opened, color_scheme="dark")
    show(room, "Who is here")
    expect(read(room, "Home")).to_contain_text("hidden")

    # In the colour of the text: the line of the students, and the names at the ends of all lines.
    dark, light = (236, 239, 241), (27, 31, 36)

    def has(chart, colour):
        return f"""(() => {{
          const canvas = document.querySelector("[data-chart={chart}] canvas");
          const context = canvas.getContext("2d");
          const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
          const pixels = new Uint32Array(data.buffer);
          const [wanted] = new Uint32Array(new Uint8Array({[*colour, 255]}).buffer);
          return pixels.includes(wanted);
        }})()"""

    wait_until(room, has("presence", dark))
    assert not room.evaluate(has("presence", light))
    room.emulate_media(color_scheme="light")
    wait_until(room, has("presence", light))
    room.emulate_media(color_scheme="dark")
    wait_until(room, has("presence", dark))
    room.evaluate("dispatchEvent(new Event('beforeprint'))")
    # At once, whatever was chosen: the browser prints what it finds.
    expect(room.locator("[data-chart=presence]")).to_be_hidden()
    for name in ("said", "looks"):
        assert room.evaluate(has(name, light))
        assert not room.evaluate(has(name, dark))
        chart = room.locator(f"[data-chart={name}] canvas")
        assert 600 < chart.evaluate("(canvas) => canvas.offsetWidth") <= 690
    room.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(room.locator("figure:visible")).to_have_attribute("data-chart", "presence")
    wait_until(room, has("presence", dark))
    assert troubles == []


def test_who_renews_the_link_goes_on_and_who_has_the_old_one_does_not(server, enter):
    opened = server.open_class()
    teacher, other = enter(opened), enter(opened)
    teacher.get_by_text("Let a second teacher in").click()
    teacher.get_by_role("button", name="Make a new link").click()
    expect(teacher.get_by_text("This is the new link.")).to_be_visible()
    link = teacher.get_by_label("Link for a second teacher").input_value()
    assert link != opened["room_url"]
    expect(other.get_by_text("This teacher's link was replaced by a new one.")).to_be_visible()
    expect(teacher.locator("#status")).to_have_text("")
    teacher.reload()
    expect(teacher.locator("#headline")).to_have_text("Waiting for students")
    other.goto(link)
    expect(other.locator("#headline")).to_have_text("Waiting for students")


@pytest.mark.parametrize("width", [412, 1350])
@pytest.mark.parametrize("path", ["room", "report"])
def test_nothing_moves_while_a_page_opens(server, browser, troubles, path, width):
    opened = server.open_class()
    seed(server, opened, minutes=20)
    store = ClassStore(server.settings["DATABASE_URL"])
    store.add_marker(opened["code"], Marker(time.time() - 300, "started recursion"))
    context = browser.new_context(viewport={"width": width, "height": 820})
    page = troubles.watch(context.new_page())
    page.add_init_script(
        """window.shifts = [];
        const add = (list) => window.shifts.push(...list.getEntries());
        window.observer = new PerformanceObserver(add);
        window.observer.observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(opened["room_url"].replace("/room/", f"/{path}/"))
    expect(page.locator("#timeline figure:visible .u-over")).to_have_count(1)
    if path == "room":
        expect(page.locator("#notes-count")).to_have_text("1")
    moved = page.evaluate(
        """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
          const shifts = [...window.shifts, ...window.observer.takeRecords()];
          resolve(shifts.map(({ value }) => value));
        })))"""
    )
    assert sum(moved) < 0.01


def test_a_link_is_copied_where_the_browser_refuses_its_clipboard(server, browser):
    room = browser.new_context().new_page()
    # As in a frame whose page does not hand it on.
    room.add_init_script(
        """navigator.clipboard.writeText = () =>
          Promise.reject(new DOMException("Write permission denied.", "NotAllowedError"));"""
    )
    opened = server.open_class()
    room.goto(opened["room_url"])
    room.get_by_role("button", name="Copy", exact=True).first.click()
    room.get_by_role("button", name="Mark this moment").click()
    expect(room.get_by_label("Add words")).to_be_visible()
    room.get_by_label("Add words").press("Control+V")
    expect(room.get_by_label("Add words")).to_have_value(opened["join_url"])
