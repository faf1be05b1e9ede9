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
from server.storage.store import ClassStore
from tests.live_server import SECRET_KEY

LOOKS = ["sad", "happy", "happy", "happy", "neutral", "neutral"]
DAY = 24 * 60 * 60
ROOM = re.compile(r"/room/[A-Z0-9]{6}$")  # the token is out of the address by then
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
    say that they are lost.
    """
    code = new_code()
    began = (time.time() - days * DAY) // POINT_SECONDS * POINT_SECONDS - 20 * 60
    store = ClassStore(server.settings["DATABASE_URL"])
    session = ClassSession(code, title, mode, 5, began)
    store.add_class(session)
    points = []
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
                alerts=(),
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
    page.goto(opened["room_url"])
    teacher = teach(server, opened)
    students = take_part(join, server, opened["code"])
    teacher.wait_for("point", lambda point: point["shares"], seconds=30)
    for student, emotion in zip(students, LOOKS, strict=True):
        student.looks(emotion)
    page.get_by_label("Note this moment").fill("started recursion")
    page.get_by_role("button", name="Add").click()
    teacher.wait_for("point", lambda point: point["shares"], seconds=30)
    page.get_by_role("button", name="End the class").click()
    page.get_by_role("button", name="End it").click()
    page.get_by_role("link", name="See the report").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Algebra, Monday")
    assert "#" not in page.url
    expect(page.locator("#students")).to_have_text(re.compile("^up to 6, [3-6] on average$"))
    happy = page.locator("#shares li").filter(has_text="happy")
    expect(happy.locator(".value")).to_have_text(re.compile(r"^[56]\d %$"))
    expect(page.locator("#balance")).to_contain_text("pleasant (+0.")
    expect(row(page, "pace", "lost").locator("td").first).to_have_text("1")
    expect(row(page, "stretches", "started recursion")).to_contain_text("happy")
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
    assert troubles == []


def test_the_report_names_the_best_and_the_hardest_stretch(server, teachers_page):
    opened = taught_before(server, "Algebra", lost=(1, 0))
    open_report(teachers_page, server, opened)
    expect(teachers_page.locator("#best")).to_contain_text("started recursion")
    expect(teachers_page.locator("#hardest")).to_contain_text("Start of the class")
    expect(row(teachers_page, "stretches", "started recursion")).to_contain_text("best stretch")
    expect(teachers_page.get_by_text("looked most pleasant")).to_be_visible()
    hidden = teachers_page.locator("#hidden")
    expect(hidden).to_have_text("1 minute, because fewer than 5 students were here")


def test_a_report_without_cameras_tells_what_students_said(server, teachers_page, troubles):
    opened = taught_before(server, "Algebra", mode="self-report")
    open_report(teachers_page, server, opened)
    expect(teachers_page.locator("#hardest")).to_contain_text("started recursion")
    expect(row(teachers_page, "pace", "lost").locator("td").first).to_have_text("6")
    expect(teachers_page.get_by_text("How the class looked")).to_be_hidden()
    assert "pleasant" not in teachers_page.locator("#report").inner_text()
    for heading in teachers_page.locator("#stretches thead th").all():
        assert heading.is_hidden() == ("camera-only" in (heading.get_attribute("class") or ""))
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


def test_a_class_is_compared_with_earlier_ones_of_its_title(server, teachers_page):
    page = teachers_page
    first = taught_before(server, "algebra,  monday", days=14, lost=(0, 8))
    second = taught_before(server, "Algebra, Monday", days=7)
    other = taught_before(server, "Geometry", days=7)
    gone = {**second, "code": "GONE22"}
    this = taught_before(server, "Algebra, Monday", lost=(0, 2))
    remember(page, server, this, second, gone, other, first)
    open_report(page, server, this)
    rows = page.locator("#earlier tbody tr")
    expect(rows).to_have_count(3)
    assert [each.locator("td").nth(3).inner_text() for each in rows.all()] == ["2", "6", "8"]
    expect(rows.first).to_contain_text("this class")
    rows.last.get_by_role("link").click()
    expect(page).to_have_url(f"{server.url}/report/{first['code']}")
    expect(page.locator("#when")).to_have_text(REPORT_TIME)
    expect(page.locator("#earlier-card")).to_be_hidden()  # it was the first


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
    page.get_by_role("button", name="Delete it").click()
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
    expect(teachers_page.get_by_text("Nothing was recorded")).to_be_visible()
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
    page.get_by_role("button", name="End the class").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("The class has ended")).to_be_visible()

    page.goto(server.url)
    expect(entry).to_contain_text("ended")
    expect(entry.get_by_role("link", name="Open the room")).to_be_hidden()
    entry.get_by_role("button", name="Start again").click()
    expect(page).to_have_url(ROOM)
    assert page.url != first
    expect(page.get_by_text("How the class looks")).to_be_hidden()  # in the same mode

    page.goto(server.url)
    expect(entry).to_have_count(2)
    entry.last.get_by_role("link", name="Report").click()
    expect(page.get_by_text("Nothing was recorded")).to_be_visible()
    page.goto(server.url)
    entry.last.get_by_role("button", name="Forget").click()
    page.get_by_role("button", name="Forget it").click()
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("running")
    assert troubles == []


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
    expect(page.locator("#headline")).to_have_text("Nobody is here yet")
    page.get_by_role("link", name="Report so far").click()
    expect(page.get_by_text("Nothing was recorded")).to_be_visible()
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
