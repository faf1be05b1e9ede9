"""After the class: the report and its files, the teacher's list of classes, and the end of it."""

import csv
import io
import json
import re
import time

import pytest
import requests
from playwright.sync_api import expect

from server.access.tokens import Tokens, new_code
from server.domain.session import ClassSession, Marker
from server.domain.timeline import POINT_SECONDS, Point
from server.domain.view import Alert, Asked
from server.storage.store import ClassStore
from tests.e2e.conftest import end_class
from tests.live_server import SECRET_KEY

LOOKS = ["sad", "happy", "happy", "happy", "neutral", "neutral"]
DAY = 24 * 60 * 60
ROOM = re.compile(r"/room/[A-Z0-9]{6}$")  # the token is out of the address by then
BACKGROUND = "button => getComputedStyle(button).backgroundColor"
REPORT_TIME = re.compile(r"minute|second")


@pytest.fixture
def teachers_page(browser, troubles):
    """A page of a browser that begins without memories."""
    return troubles.watch(browser.new_context(viewport={"width": 1440, "height": 900}).new_page())


def take_part(join, server, code):
    """Ada, who is lost and says who she is, and five others."""
    ada = join(server, code)
    ada.send("show", {"name": "Ada"})  # before her look: in a group she would hide nobody
    ada.looks(LOOKS[0])
    others = [join(server, code, emotion) for emotion in LOOKS[1:]]
    ada.send("pace", {"value": "lost"})
    ada.send("help", {"on": True, "name": "Ada"})
    others[0].send("pace", {"value": "fine"})
    return ada, *others


def taught_before(server, title, days=0.0, mode="camera", lost=(0, 6), ended=True):
    """Twenty minutes of a class as if the server had recorded them; returns what opening gives.

    From the marker in the middle on the class looks happier, and other numbers of ten students
    say that they are lost: an alert says so for four minutes. Then they are asked.
    """
    code = new_code()
    began = (time.time() - days * DAY) // POINT_SECONDS * POINT_SECONDS - 20 * 60
    store = ClassStore(server.settings["DATABASE_URL"])
    session = ClassSession(code, title, mode, 5, began)
    store.add_class(session)
    points = []
    many_lost = Alert(
        *("many_lost", began + 11 * 60, "About 6 of 10 say that they are lost."),
        {"now": lost[1], "students": 10, "before": lost[0]},
    )
    answers = {"yes": 7, "so_so": 2, "not_yet": 1}
    asked = Asked(began + 16 * 60, began + 17 * 60, "got_it", answers)
    for index in range(120):
        late = index >= 60
        shares = {"happy": 0.6, "sad": 0.4} if late else {"sad": 0.6, "happy": 0.4}
        hidden = "few_students" if index < 6 else None
        camera = mode == "camera" and not hidden
        points.append(
            Point(
                t=began + index * POINT_SECONDS,
                students=4 if hidden else 10,
                seen=10 if camera else None,
                shares=shares if camera else None,
                suppressed=hidden,
                valence=(0.2 if late else -0.2) if camera else None,
                pace=None
                if hidden
                else {"slow_down": 0, "fine": 3, "speed_up": 0, "lost": lost[late]},
                alerts=(many_lost,) if 66 <= index < 90 else (),
                asked=(asked,) if index == 102 else (),
            )
        )
    store.add_points([(code, point) for point in points])
    store.add_marker(code, Marker(began + 10 * 60, "started recursion"))
    if ended:
        store.end_class(code, began + 20 * 60)
    token = Tokens(SECRET_KEY).teacher(session)
    return {"code": code, "token": token, "began": began, "title": title, "mode": mode}


def remember(page, server, *classes):
    """Let the browser know these classes, as if they had been taught in it."""
    page.goto(server.url)
    page.evaluate(
        """(classes) => {
          localStorage.setItem("classpulse.classes", JSON.stringify(classes.map(
            ({ code, title, mode, began }) => ({ code, title, mode, created_at: began }))));
          for (const { code, token } of classes)
            localStorage.setItem(`classpulse.token.${code}`, token);
        }""",
        classes,
    )


def open_report(page, server, opened):
    page.goto(f"{server.url}/report/{opened['code']}#{opened['token']}")
    expect(page.locator("#when")).to_have_text(REPORT_TIME)


def row(page, table, word):
    return page.locator(f"#{table} tbody tr").filter(has_text=word)


def test_a_class_that_was_held_has_a_report_with_files_and_without_names(
    server, teachers_page, join, teach, troubles
):
    page, opened = teachers_page, server.open_class("Algebra, Monday")
    teacher = teach(server, opened)
    students = take_part(join, server, opened["code"])
    teacher.wait_for("point", lambda point: point["shares"], seconds=30)
    for student, emotion in zip(students, LOOKS, strict=True):
        student.looks(emotion)
    teacher.send("marker", {"text": "started recursion"})
    teacher.send("ask", {"question": "got_it"})
    for student in students:
        asked = student.wait_for("question")["question"]
        student.send("answer", {"to": asked["id"], "value": "yes"})
    teacher.wait_for("view", lambda view: view["asked"] and view["asked"]["answers"])
    teacher.send("ask", {"question": None})
    teacher.wait_for("point", lambda point: point["shares"] and point["asked"], seconds=30)
    teacher.send("end", {})
    teacher.wait_for("ended")
    open_report(page, server, opened)

    expect(page.get_by_role("heading", level=1)).to_have_text("Algebra, Monday")
    assert "#" not in page.url
    students_here = page.locator("#students")
    expect(students_here).to_have_text(re.compile("^up to 6 students, [3-6] on average$"))
    moments = page.locator("#moments li")
    expect(moments.first).to_contain_text("“Got it?” in “started recursion”: Yes 6, So-so 0")
    expect(moments.nth(1)).to_contain_text("Never more than 1 student was lost")
    happy = page.locator("#looks li").filter(has_text=re.compile("^happy"))
    expect(happy.locator(".value")).to_have_text(re.compile(r"^[56]\d %$"))
    expect(row(page, "pace", "lost").locator("td").first).to_have_text("1")
    expect(row(page, "stretches", "started recursion")).to_contain_text("happy")
    expect(page.locator("#asked")).to_contain_text("Got it? Yes 6, So-so 0, Not yet 0")
    expect(page.locator("#timeline canvas").first).to_be_visible()
    expect(page.locator("#earlier-card")).to_be_hidden()
    expect(page.locator("#kept")).to_contain_text("for 30 days, until")
    assert "Ada" not in page.locator("body").inner_text()

    bearer = {"Authorization": f"Bearer {opened['token']}"}
    for extension in ("csv", "json"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download {extension.upper()}").click()
        today = time.strftime("%Y-%m-%d")
        assert download.value.suggested_filename == f"algebra-monday-{today}.{extension}"
        text = download.value.path().read_text()
        address = f"{server.url}/report/{opened['code']}.{extension}"
        assert text.split() == requests.get(address, headers=bearer, timeout=10).text.split()
        assert "Ada" not in text
        if extension == "json":
            assert json.loads(text)["markers"][0]["text"] == "started recursion"
        else:
            assert text.startswith("\N{BYTE ORDER MARK}time (UTC),")
            lines = list(csv.DictReader(io.StringIO(text)))
            assert lines[-1]["students"] == "6" and float(lines[-1]["happy"]) >= 0.5
            assert "Got it? yes 6, so-so 0, not yet 0" in [line["questions"] for line in lines]
    assert troubles == []


def test_the_report_tells_the_lesson_first_and_words_before_looks(server, teachers_page, troubles):
    page = teachers_page
    open_report(page, server, taught_before(server, "Algebra"))
    expect(page.locator("#moments li")).to_have_text(
        [
            re.compile("Up to 6 of 10 were lost, for 10 minutes, in “started recursion”.$"),
            re.compile(r"asked “Got it\?” in “started recursion”: Yes 7, So-so 2, Not yet 1.$"),
            re.compile("^All along On average 51.% of the faces looked happy.$"),
        ]
    )
    expect(page.locator("#alerts li")).to_have_count(1)
    expect(page.locator("#alerts")).to_contain_text("for 4 minutes, in “started recursion”")
    words, looks = (
        page.get_by_role("heading", name=name).bounding_box()["y"]
        for name in ("What students said", "How the class looked")
    )
    assert words < looks
    sad = page.locator("#shares li").filter(has_text="sad")
    expect(sad).to_be_hidden()
    page.locator("#each-expression summary").click()
    expect(sad).to_contain_text("49 %")
    unhappy = page.locator("#looks li").filter(has_text="unhappy")
    expect(unhappy.locator(".value")).to_have_text("49 %")
    assert troubles == []


def test_the_report_names_the_best_and_the_hardest_stretch(server, teachers_page):
    opened = taught_before(server, "Algebra", lost=(1, 0))
    open_report(teachers_page, server, opened)
    expect(teachers_page.locator("#best")).to_contain_text("started recursion")
    expect(teachers_page.locator("#hardest")).to_contain_text("Start of the class")
    expect(row(teachers_page, "stretches", "started recursion")).to_contain_text("best stretch")
    expect(teachers_page.get_by_text("more faces looked happy than unhappy")).to_be_visible()
    hidden = teachers_page.locator("#hidden")
    expect(hidden).to_contain_text("for 1 minute, because fewer than 5 students were here")


def test_a_report_without_cameras_tells_what_students_said(server, teachers_page, troubles):
    opened = taught_before(server, "Algebra", mode="self-report")
    open_report(teachers_page, server, opened)
    expect(teachers_page.locator("#hardest")).to_contain_text("started recursion")
    expect(row(teachers_page, "pace", "lost").locator("td").first).to_have_text("6")
    expect(teachers_page.get_by_text("How the class looked")).to_be_hidden()
    assert "look" not in teachers_page.locator("#recorded").inner_text()
    for heading in teachers_page.locator("#stretches thead th").all():
        assert heading.is_hidden() == ("camera-only" in (heading.get_attribute("class") or ""))
    assert troubles == []


def noted(page):
    """What the report calls its stretches, the first of which begins with the class."""
    return page.locator("#stretches tbody th > span")


def test_a_note_gets_other_words_in_all_of_the_report(server, teachers_page, troubles):
    page, opened = teachers_page, taught_before(server, "Algebra")
    open_report(page, server, opened)
    page.get_by_role("button", name="Edit “started recursion”").click()
    field = page.get_by_label("Note", exact=True)
    expect(field).to_be_focused()
    field.fill("trees")
    field.press("Escape")
    expect(page.locator("#notes")).to_contain_text("started recursion")
    page.get_by_role("button", name="Edit “started recursion”").click()
    field.fill("trees")
    field.press("Enter")
    expect(page.get_by_role("button", name="Edit “trees”")).to_be_focused()
    expect(noted(page)).to_have_text(["Start of the class", "trees"])
    expect(page.locator("#moments")).to_contain_text("in “trees”.")
    page.reload()
    expect(page.locator("#notes .text")).to_have_text("trees")
    page.get_by_role("button", name="Edit “trees”").click()
    field.fill(" ")
    field.press("Enter")
    expect(page.locator("#notes .text")).to_have_text("Marked moment")
    expect(noted(page)).to_have_text(["Start of the class", "Marked moment"])
    assert troubles == []


def test_a_note_is_deleted_when_nobody_has_taken_that_back_for_ten_seconds(
    server, teachers_page, troubles
):
    page, opened = teachers_page, taught_before(server, "Algebra")
    page.clock.install()
    open_report(page, server, opened)
    delete = page.get_by_role("button", name="Delete “started recursion”")
    delete.click()
    expect(page.locator("#notes")).to_contain_text("“started recursion” is deleted.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.clock.run_for(9_000)
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()
    page.clock.run_for(60_000)
    assert [mark.text for mark in markers(server, opened)] == ["started recursion"]
    delete.click()
    page.clock.run_for(10_000)
    expect(page.locator("#notes-card")).to_be_hidden()
    expect(page.locator("#stretches-card")).to_be_hidden()
    expect(page.locator("#moments")).not_to_contain_text("started recursion")
    assert markers(server, opened) == []
    assert troubles == []


def markers(server, opened):
    return ClassStore(server.settings["DATABASE_URL"]).markers(opened["code"])


def test_a_note_is_deleted_too_when_the_page_is_left(server, teachers_page, teach):
    page, opened = teachers_page, taught_before(server, "Algebra", ended=False)
    teacher = teach(server, opened)
    open_report(page, server, opened)
    page.get_by_role("button", name="Delete “started recursion”").click()
    page.goto(server.url)
    assert teacher.wait_for("markers") == {"markers": []}


def test_a_note_that_cannot_be_deleted_or_changed_stays(server, teachers_page):
    page, opened = teachers_page, taught_before(server, "Algebra")
    page.clock.install()
    open_report(page, server, opened)
    page.context.set_offline(True)
    page.get_by_role("button", name="Delete “started recursion”").click()
    page.clock.run_for(10_000)
    expect(page.locator("#notes-status")).to_contain_text("could not be reached")
    expect(page.locator("#notes .text")).to_have_text("started recursion")
    page.context.set_offline(False)
    ClassStore(server.settings["DATABASE_URL"]).delete_marker(
        opened["code"], markers(server, opened)[0].t
    )
    page.get_by_role("button", name="Edit “started recursion”").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#notes-status")).to_contain_text("no note of this time any more")


def test_the_recording_gets_chapters_from_the_time_at_which_it_began(
    server, teachers_page, troubles
):
    page, opened = teachers_page, taught_before(server, "Algebra")
    open_report(page, server, opened)
    page.get_by_text("Chapters for the recording").click()
    lines = page.locator("#chapter-lines")
    expect(lines).to_have_text(
        "0:00 Start\n10:00 started recursion\n11:00 Many are lost\n16:00 Got it?"
    )
    began = page.get_by_label("The recording began at")
    began.fill(time.strftime("%H:%M:%S", time.localtime(opened["began"] - 30)))
    expect(lines).to_contain_text("10:30 started recursion")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download WebVTT").click()
    assert download.value.suggested_filename.endswith(".vtt")
    text = download.value.path().read_text()
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:10:30.000\nStart\n\n")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the lines").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert "10:30 started recursion\n" in page.evaluate("navigator.clipboard.readText()")

    began.fill("")
    expect(page.get_by_role("alert").filter(has_text="time of day")).to_be_visible()
    expect(page.get_by_role("button", name="Download WebVTT")).to_be_disabled()
    page.reload()
    page.get_by_text("Chapters for the recording").click()
    expect(lines).to_contain_text("10:30 started recursion")  # this browser remembers
    assert troubles == []


def test_a_printed_report_is_light_and_has_no_buttons(server, browser):
    opened = taught_before(server, "Algebra")
    page = browser.new_context(color_scheme="dark").new_page()
    open_report(page, server, opened)
    expect(page.get_by_role("button", name="Print or save as PDF")).to_be_visible()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print or save as PDF").click()
    assert page.evaluate("printed")
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 3
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # which only a printer sends
    page.emulate_media(media="print")
    expect(page.locator("figure:visible figcaption")).to_have_text(
        ["What students say", "How the class looks"]
    )
    for button in page.get_by_role("button", include_hidden=True).all():
        expect(button).to_be_hidden()
    expect(page.get_by_role("link", name="Classpulse")).to_be_hidden()
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
    assert ink.strip() == "#1b1f24"


def test_a_class_is_compared_with_earlier_ones_of_its_course(server, teachers_page):
    page = teachers_page
    first = taught_before(server, "algebra:  limits", days=14, mode="self-report", lost=(0, 8))
    second = taught_before(server, "Algebra – Thursday", days=7)
    other = taught_before(server, "Geometry, Monday", days=7)
    gone = {**second, "code": "GONE22"}
    this = taught_before(server, "Algebra, Monday", lost=(0, 2))
    remember(page, server, this, second, gone, other, first)
    open_report(page, server, this)
    rows = page.locator("#earlier tbody tr")
    expect(rows).to_have_count(3)
    cells = [each.locator("td").all_inner_texts() for each in rows.all()]
    assert [lost for _, lost, *_ in cells] == ["2", "6", "8"]
    assert cells[1] == ["10", "6", "0", "3.0", "70 %", "happy 51 %"]
    assert cells[2] == ["10", "8", "0", "3.0", "70 %", "–"]  # was without cameras
    expect(rows.first).to_contain_text("this class")
    rows.last.get_by_role("link").click()
    expect(page).to_have_url(f"{server.url}/report/{first['code']}")
    expect(page.locator("#when")).to_have_text(REPORT_TIME)
    expect(page.locator("#earlier-card")).to_be_hidden()  # it was the first


def bad(page):
    """The colour of what is dangerous, as the browser writes it."""
    return page.evaluate(
        """() => {
          const mark = document.body.appendChild(document.createElement("i"));
          mark.style.color = "var(--bad)";
          return getComputedStyle(mark).color;
        }"""
    )


def test_a_deleted_class_is_gone_for_everybody(server, teachers_page, join):
    page, opened = teachers_page, server.open_class("Algebra")
    student = join(server, opened["code"])
    page.goto(opened["room_url"])
    page.get_by_role("link", name="Report so far").click()
    expect(page.get_by_text("This class is still running")).to_be_visible()
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#report")).to_be_visible()
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    delete = page.get_by_role("button", name="Delete it")
    assert delete.evaluate(BACKGROUND) == bad(page)
    delete.click()
    expect(page.get_by_text("Everything about this class was deleted")).to_be_visible()
    student.wait_for("ended")
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    for address in (f"/report/{opened['code']}.json", f"/api/classes/{opened['code']}"):
        assert requests.get(server.url + address, headers=bearer, timeout=10).status_code == 404
    page.goto(server.url)
    expect(page.locator("#my-classes")).to_be_hidden()
    assert page.evaluate("Object.values(localStorage).filter((kept) => kept !== '[]')") == []


def test_what_goes_wrong_with_a_file_is_said(server, teachers_page):
    page, opened = teachers_page, taught_before(server, "Algebra")
    open_report(page, server, opened)
    page.context.set_offline(True)
    page.get_by_role("button", name="Download CSV").click()
    expect(page.locator("#status")).to_contain_text("could not be reached")


def test_the_report_of_a_running_class_leads_back_to_the_room(server, teachers_page):
    opened = taught_before(server, "Algebra", ended=False)
    open_report(teachers_page, server, opened)
    expect(teachers_page.locator("#when")).to_contain_text("so far")
    teachers_page.get_by_role("link", name="Back to the room").click()
    expect(teachers_page.get_by_role("button", name="End the class")).to_be_visible()


def test_a_report_opens_for_the_classes_teacher_only(server, teachers_page, browser):
    opened = server.open_class("Algebra")
    other = server.open_class("Geometry")
    address = f"{server.url}/report/{opened['code']}"
    teachers_page.goto(address)
    expect(teachers_page.get_by_text("opens in the browser in which")).to_be_visible()
    teachers_page.goto(f"{address}#{other['token']}")
    expect(teachers_page.get_by_text("key does not open this report")).to_be_visible()
    open_report(teachers_page, server, opened)
    expect(teachers_page.get_by_text("Nothing is recorded yet")).to_be_visible()
    expect(teachers_page.locator("#timeline")).to_be_hidden()


def test_the_first_page_lists_the_classes_of_this_browser(server, teachers_page, troubles):
    page = teachers_page
    page.goto(server.url)
    expect(page.locator("#my-classes")).to_be_hidden()
    page.get_by_label("Title of the class").fill("Algebra, Monday")
    page.locator("input[value=self-report]").check()
    page.get_by_role("button", name="Start the class").click()
    expect(page).to_have_url(ROOM)
    first = page.url
    page.goto(server.url)
    entry = page.locator("#class-list li").filter(has_text="Algebra, Monday")
    expect(entry).to_contain_text("running")
    entry.get_by_role("link", name="Open the room").click()
    expect(page).to_have_url(first)
    end_class(page)
    expect(page).to_have_url(first.replace("/room/", "/report/"))

    page.goto(server.url)
    expect(entry).to_contain_text("ended")
    expect(entry.get_by_role("link", name="Open the room")).to_be_hidden()
    entry.get_by_role("button", name="Start again").click()
    expect(page).to_have_url(ROOM)
    assert page.url != first
    expect(page.get_by_text("How the class looks")).to_be_hidden()  # in the same mode

    page.goto(server.url)
    expect(entry).to_have_count(2)
    expect(entry.last).to_contain_text("Own words only")
    expect(entry.last).to_contain_text(first[-6:])  # the code
    entry.last.get_by_role("link", name="Report").click()
    expect(page.get_by_text("Nothing was recorded")).to_be_visible()
    assert troubles == []


def test_a_class_is_forgotten_when_nobody_has_taken_that_back_for_ten_seconds(
    server, teachers_page, troubles
):
    page = teachers_page
    classes = [taught_before(server, title) for title in ("Algebra", "Geometry", "Logic")]
    page.clock.install()
    remember(page, server, *classes)
    page.goto(server.url)
    rows = page.locator("#class-list li")
    expect(rows).to_have_count(3)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))  # a busy machine takes no undo away
    for title in ("Algebra", "Geometry", "Logic"):
        rows.filter(has_text=title).get_by_role("button", name="Forget").click()
        expect(rows.filter(has_text=title)).to_have_text(re.compile("is forgotten.*Undo"))
    expect(page.get_by_role("button", name="Undo").last).to_be_focused()
    page.clock.run_for(9_000)
    rows.filter(has_text="Geometry").get_by_role("button", name="Undo").click()
    expect(rows.nth(1).get_by_role("button", name="Forget")).to_be_focused()
    page.clock.run_for(1_000)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Geometry")
    page.clock.resume()
    page.reload()
    expect(rows).to_have_count(1)
    assert kept(page) == {"classpulse.classes", f"classpulse.token.{classes[1]['code']}"}
    rows.get_by_role("link", name="Report").click()  # its key is back, too
    expect(page.locator("#when")).to_have_text(REPORT_TIME)

    page.goto(server.url)
    rows.get_by_role("button", name="Forget").click()
    page.reload()  # which makes it final
    expect(page.get_by_role("button", name="Start the class")).to_be_enabled()
    expect(page.locator("#my-classes")).to_be_hidden()
    assert kept(page) == {"classpulse.classes"}
    assert troubles == []


def kept(page):
    return set(page.evaluate("Object.keys(localStorage)"))


def test_notes_of_a_class_that_nobody_joined_are_in_its_report(server, teach, teachers_page):
    opened = server.open_class()
    teacher = teach(server, opened)
    teacher.send("marker", {"text": "started recursion"})
    teacher.wait_for("marker")
    open_report(teachers_page, server, opened)
    expect(teachers_page.get_by_text("Nothing is recorded yet")).to_be_visible()
    expect(teachers_page.locator("#notes-card")).to_contain_text("started recursion")
    expect(teachers_page.locator("#recorded")).to_be_hidden()


def test_classes_that_the_server_no_longer_has_leave_the_list(server, teachers_page):
    there = taught_before(server, "Algebra")
    gone = {**there, "code": "GONE22", "title": "Geometry"}
    remember(teachers_page, server, gone, there)
    teachers_page.goto(server.url)
    expect(teachers_page.locator("#class-list li")).to_have_count(1)
    expect(teachers_page.locator("#class-list")).to_contain_text("Algebra")
    assert "GONE22" not in teachers_page.evaluate("JSON.stringify(localStorage)")


def test_a_class_is_started_and_reported_where_the_browser_keeps_nothing(server, browser, troubles):
    context = browser.new_context()
    context.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("denied", "SecurityError"); },
        });"""
    )
    page = troubles.watch(context.new_page())
    page.goto(server.url)
    page.get_by_label("Title of the class").fill("Algebra")
    page.get_by_label("Camera and own words").check()
    page.get_by_role("button", name="Start the class").click()
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    page.get_by_role("link", name="Report so far").click()
    expect(page.get_by_text("Nothing is recorded yet")).to_be_visible()
    page.get_by_role("link", name="Back to the room").click()
    expect(page.get_by_role("button", name="End the class")).to_be_visible()
    page.goto(server.url)
    expect(page.locator("#my-classes")).to_be_hidden()
    assert troubles == []


@pytest.mark.parametrize("width", [360, 1440])
def test_no_report_or_list_scrolls_sideways(server, browser, width):
    long = "A class with quite a long title that has to go somewhere " * 2
    classes = [taught_before(server, long, days=days) for days in (0, 7)]
    page = browser.new_context(viewport={"width": width, "height": 740}).new_page()
    remember(page, server, *classes)
    page.goto(server.url)
    expect(page.locator("#class-list")).to_contain_text("ended")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_report(page, server, classes[0])
    expect(page.locator("#earlier-card")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    goes_on = page.locator(".wide:has(#earlier) + .scrolls")  # a table says so where it does
    expect(goes_on).to_be_visible(visible=width < 400)
