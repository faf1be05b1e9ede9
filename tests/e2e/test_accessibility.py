"""Every page for everybody: axe-core, the keyboard alone, zoom, less motion, a screen reader."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import note
from tests.e2e.test_report import taught_before
from tests.live_server import ROOT
from training.browser import wait_until

AXE = ROOT / "node_modules/axe-core/axe.min.js"
# All of its rules, with the one of WCAG 2.2 that it leaves out by default.
FIND = """async () => {
  const { violations } = await axe.run(document, { rules: { "target-size": { enabled: true } } });
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
}"""
SIZES = {"desktop": (1280, 800), "phone": (390, 844), "zoomed": (320, 256)}  # WCAG 2.2, 1.4.10


def home(server, page, join):
    page.goto(server.url)


def home_with_classes(server, page, join):
    opened = server.open_class("Geometry")
    page.goto(opened["room_url"])
    expect(page.locator("#headline")).not_to_have_text("Connecting…")
    page.goto(server.url)
    expect(page.locator("#class-list li")).to_have_count(1)


def home_with_a_class_forgotten(server, page, join):
    home_with_classes(server, page, join)
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()


def waiting(server, page, join):
    page.goto(server.open_course()["join_url"])
    expect(page.locator("#again")).to_be_visible()


def lessons(server, page, join):
    course = server.open_course()
    server.start_lesson(course)
    page.goto(course["course_url"])
    expect(page.locator("#lesson-list li")).to_have_count(1)
    page.locator("details summary").click()
    page.locator("#delete").click()


def home_with_a_course(server, page, join):
    lessons(server, page, join)
    page.goto(server.url)
    expect(page.locator("#course-list .room")).to_be_visible()


def no_such_class(server, page, join):
    page.goto(f"{server.url}/c/NOSUCH")


def consent(server, page, join):
    page.goto(server.open_class()["join_url"])
    page.get_by_text("All of it, in detail").click()


def consent_to_words(server, page, join):
    page.goto(server.open_class(mode="self-report")["join_url"])


def in_class_with_camera(server, page, join):
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_contain_text("looks")
    page.get_by_text("How your face is read").click()
    page.get_by_text("What is sent").last.click()


def in_class_with_words(server, page, join):
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("button", name="I am lost").click()
    page.get_by_role("button", name=re.compile("^Show my name")).click()  # without one
    expect(page.locator("#name-trouble")).not_to_be_empty()


def after_the_class(server, page, join):
    in_class_with_words(server, page, join)
    page.get_by_role("button", name="Leave the class").click()
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()


def for_parents(server, page, join):
    page.goto(f"{server.url}/parents")
    page.locator("#copy").click()
    expect(page.locator("#copied")).not_to_be_empty()


def privacy(server, page, join):
    page.goto(f"{server.url}/privacy")


def security(server, page, join):
    page.goto(f"{server.url}/security")


def room(server, page, join):
    page.goto(server.open_class()["room_url"])
    expect(page.locator("#headline")).to_have_text("Waiting for students")


def lively_room(server, page, join):
    opened = server.open_class()
    page.goto(opened["room_url"])
    students = [join(server, opened["code"], "sad") for _ in range(6)]
    students[0].send("show", {"name": "Ada"})
    students[1].send("help", {"on": True, "name": "Grace"})
    for student in students[2:]:
        student.send("pace", {"value": "lost"})
    note(page, "started recursion")
    expect(page.locator("#named li")).to_have_count(1)
    expect(page.locator("#hands li")).to_have_count(1)
    expect(page.locator("#pace li").filter(has_text="lost").locator(".value")).to_have_text("4")
    page.get_by_text("Let a second teacher in").click()


def ending_room(server, page, join):
    room(server, page, join)
    page.get_by_role("button", name="End the class").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def report(server, page, join):
    opened = taught_before(server, "Algebra")
    page.goto(f"{server.url}/report/{opened['code']}#{opened['token']}")
    expect(page.locator("#stretches tbody tr").first).to_be_visible()
    page.get_by_text("Chapters for the recording").click()
    page.locator("#each-expression summary").click()


def report_with_a_note_that_changes(server, page, join):
    report(server, page, join)
    page.get_by_role("button", name="Edit “started recursion”").click()
    expect(page.get_by_label("Note", exact=True)).to_be_focused()


def report_with_a_table(server, page, join):
    report(server, page, join)
    page.get_by_role("button", name="Table").click()
    expect(page.locator(".minutes tbody tr").first).to_be_visible()


PAGES = [
    *(home, home_with_classes, home_with_a_class_forgotten, no_such_class),
    *(waiting, lessons, home_with_a_course),
    *(consent, consent_to_words, in_class_with_camera),
    *(in_class_with_words, after_the_class, for_parents, privacy, security),
    *(room, lively_room, ending_room, report),
    report_with_a_note_that_changes,
    report_with_a_table,
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("reach", PAGES, ids=lambda reach: reach.__name__)
def test_axe_finds_nothing_at_any_size(server, browser, join, reach, scheme):
    page = browser.new_context(permissions=["camera"], color_scheme=scheme).new_page()
    reach(server, page, join)
    page.evaluate(AXE.read_text())
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found = page.evaluate(FIND)
        assert found == [], name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name}: {wide} pixels wide"


def test_axe_would_find_something(server, browser):
    page = browser.new_page()
    page.goto(server.url)
    page.evaluate(AXE.read_text())
    page.evaluate("document.querySelector('main').append(new Image())")
    assert [rule for rule, *_ in page.evaluate(FIND)] == ["image-alt"]


def focused(page):
    """What has the keyboard's focus: its text or name, and whether one can see that."""
    return page.evaluate(
        """() => {
          const element = document.activeElement;
          if (element === document.body) return ["the browser itself", true];
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
          return [element.innerText || element.ariaLabel || element.name || element.id, seen];
        }"""
    )


def walk_to(page, name):
    """Press Tab until what has the focus is called so."""
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        called, seen = focused(page)
        assert seen, f"nobody sees that {called!r} has the focus"
        if called == name:
            return
        passed.append(called)
    raise AssertionError(f"no {name} within reach: {passed}")


def test_a_lesson_is_taught_and_attended_with_the_keyboard_alone(server, browser):
    teachers, students = (browser.new_context(permissions=["camera"]).new_page() for _ in range(2))
    teachers.goto(server.url)
    walk_to(teachers, "title")
    teachers.keyboard.type("Algebra")
    walk_to(teachers, "mode")
    teachers.keyboard.press("Space")  # own words only stand first
    walk_to(teachers, "Start the class")
    teachers.keyboard.press("Enter")
    expect(teachers.locator("#headline")).to_have_text("Waiting for students")
    students.goto(teachers.get_by_label("Link for students").input_value())
    walk_to(students, "Join")
    students.keyboard.press("Enter")
    expect(students.get_by_role("heading", name="You are in the class")).to_be_focused()
    walk_to(students, "I am lost")
    students.keyboard.press("Space")
    expect(students.get_by_role("button", name="I am lost")).to_have_attribute(
        "aria-pressed", "true"
    )
    walk_to(students, "name")
    students.keyboard.type("Ada")
    walk_to(students, "I need help")
    students.keyboard.press("Enter")
    expect(teachers.locator("#hands .who")).to_have_text("Ada")
    teachers.keyboard.press("m")
    expect(teachers.get_by_label("Add words")).to_be_focused()
    teachers.keyboard.type("started recursion")
    teachers.keyboard.press("Enter")
    expect(teachers.locator("#noted")).to_have_text("Noted: started recursion")
    walk_to(teachers, "End the class")
    teachers.keyboard.press("Enter")
    expect(teachers.get_by_role("dialog")).to_be_visible()
    teachers.keyboard.press("Escape")
    expect(teachers.get_by_role("dialog")).to_be_hidden()
    expect(teachers.get_by_role("button", name="End the class")).to_be_focused()
    teachers.keyboard.press("Enter")
    walk_to(teachers, "End it")
    teachers.keyboard.press("Enter")
    expect(teachers).to_have_url(re.compile("/report/"))
    expect(students.get_by_role("heading", name="Goodbye")).to_be_focused()


def test_nothing_moves_for_those_who_do_not_want_it(server, browser, join):
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.add_init_script(
        """window.moved = [];
        for (const kind of ["animationstart", "transitionrun"])
          addEventListener(kind, ({ target }) => moved.push(target.outerHTML), true);"""
    )
    lively_room(server, page, join)
    assert page.evaluate("moved") == []


def test_a_screen_reader_hears_little_of_a_busy_class(server, browser, join, teach):
    page = browser.new_page()
    page.add_init_script(
        """window.heard = [];
        addEventListener("DOMContentLoaded", () => {
          const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert]";
          for (const region of document.querySelectorAll(live)) {
            let before = region.innerText;
            new MutationObserver(() => {
              if (region.innerText !== before) heard.push([region.id, (before = region.innerText)]);
            }).observe(region, { childList: true, characterData: true, subtree: true });
          }
        });"""
    )
    page.clock.install()
    opened = server.open_class()
    page.goto(opened["room_url"])
    students = [join(server, opened["code"], "happy") for _ in range(8)]
    for student in students:
        student.send("pace", {"value": "lost"})
    expect(page.locator("#headline")).to_have_text("Many are lost")
    expect(page.locator("#shares .value").first).not_to_have_text("–")
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)
    page.evaluate("heard.length = 0")
    teacher = teach(server, opened)
    for number in range(15):  # a quarter of a minute in which faces and words change all the time
        for index, student in enumerate(students):
            student.looks(["happy", "sad", "neutral"][(number + index) % 3])
            if (number + index) % 4 == 0:
                student.send("pace", {"value": ["fine", "lost"][number // 4 % 2]})
        teacher.wait_for("view")
        page.clock.run_for(1000)
    assert len(page.evaluate("heard")) <= 2, page.evaluate("heard")
    students[0].send("help", {"on": True, "name": "Ada"})  # but a hand is heard of
    expect(page.locator("#hands .who")).to_have_text("Ada")
    wait_until(page, "heard.some(([region, text]) => region === 'hands' && text.includes('Ada'))")
