"""What a school decides: who starts classes, what is said of it, and which way in stands first."""

import re

import pytest
from playwright.sync_api import expect

from tests.lti_platform import a_platform

PASSWORD = "correct horse battery"
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40">
  <style>rect { fill: #0a3d2a }</style><rect width="60" height="40"/>
  <script>document.documentElement.setAttribute("data-ran", "yes")</script>
</svg>"""


def fill_in(page, title="Algebra, Monday"):
    page.get_by_label("Title of the class").fill(title)
    page.get_by_label("Own words only").check()


def test_a_teacher_starts_classes_with_the_password_and_again(start_server, browser, troubles):
    server = start_server(TEACHERS="password", TEACHERS_PASSWORD=PASSWORD)
    page = browser.new_page()
    page.goto(server.url)
    field = page.get_by_label("Password for teachers")
    expect(field).to_have_attribute("autocomplete", "current-password")
    fill_in(page)
    start = page.get_by_role("button", name="Start the class")
    start.click()
    expect(field).to_be_focused()  # the browser itself asks for it
    field.fill("wrong")
    start.click()
    expect(page.locator("#problem")).to_contain_text("This takes the password for teachers.")
    troubles.watch(page)
    field.fill(PASSWORD)
    start.click()
    room = re.compile(r"/room/[A-Z0-9]{6}$")
    expect(page).to_have_url(room)
    kept = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "Algebra, Monday" in kept and PASSWORD not in kept
    first = page.url
    page.goto(server.url)
    again = page.get_by_role("button", name="Start again")
    again.click()
    expect(field).to_be_focused()
    expect(page.get_by_label("Title of the class")).to_have_value("Algebra, Monday")
    field.fill(PASSWORD)
    again.click()
    expect(page).to_have_url(room)
    assert page.url != first and troubles == []


def test_where_a_platform_starts_classes_the_first_page_says_so(start_server, browser, troubles):
    server = start_server()
    page = browser.new_page()
    page.goto(server.open_class("Geometry", mode="self-report")["room_url"])
    expect(page.locator("#headline")).to_have_text("Waiting for students")  # it is remembered
    server.stop()
    with a_platform() as platform:
        server.settings |= {"TEACHERS": "lti", "LTI_PLATFORMS": platform.setting}
        server.start()
    troubles.watch(page).goto(server.url)
    teach = page.locator("section").filter(has=page.get_by_role("heading", name="Teach"))
    expect(teach).to_contain_text("started from the school's learning platform")
    expect(teach.get_by_role("textbox")).to_have_count(0)
    expect(page.get_by_label("Code from your teacher")).to_be_visible()
    classes = page.locator("#class-list li")
    expect(classes.get_by_role("link", name="Report")).to_be_visible()
    expect(classes.get_by_role("button", name="Start again")).to_be_hidden()
    assert troubles == []


def test_whoever_is_wary_reads_the_papers_before_joining(server, browser, troubles):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = troubles.watch(context.new_page())
    page.goto(server.open_class()["join_url"])
    consent = page.locator("#consent")
    with page.expect_popup() as opened:
        consent.get_by_role("link", name="For parents").click()
    parents = troubles.watch(opened.value)
    expect(parents.get_by_role("heading", level=1)).to_have_text("For parents and students")
    parents.get_by_role("button", name="Copy this text").click()
    expect(parents.locator("#copied")).to_have_text("Copied")
    copied = parents.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("For parents and students")
    assert "The picture never leaves the device" in copied and "Print" not in copied
    parents.get_by_role("navigation").get_by_role("link", name="Privacy").click()
    expect(parents.get_by_role("heading", level=1)).to_have_text("Privacy")
    parents.get_by_role("navigation").get_by_role("link", name="Security").click()
    expect(parents.get_by_role("heading", level=1)).to_have_text("Security")
    expect(consent.get_by_role("link", name="Privacy")).to_be_visible()  # where it was
    assert troubles == []


def test_nobody_leaves_a_class_by_reading_about_it(server, browser):
    opened = server.open_class(mode="self-report")
    room, student = browser.new_page(), browser.new_page()
    room.goto(opened["room_url"])
    student.goto(opened["join_url"])
    student.get_by_role("button", name="Join", exact=True).click()
    expect(room.locator("#students")).to_have_text("1")
    for page in (room, student):
        with page.expect_popup() as opened:
            page.get_by_role("contentinfo").get_by_role("link", name="Privacy").click()
        expect(opened.value.get_by_role("heading", level=1)).to_have_text("Privacy")
    expect(room.locator("#students")).to_have_text("1")


@pytest.fixture
def school(start_server, tmp_path):
    (tmp_path / "logo.svg").write_text(LOGO)
    named = {"SCHOOL_NAME": "Gymnasium am Wall", "SCHOOL_LOGO": str(tmp_path / "logo.svg")}
    return start_server(**named, LEGAL_URL="https://school.example/imprint")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_school_is_on_every_page_with_its_logo(school, browser, troubles, scheme):
    page = troubles.watch(browser.new_context(color_scheme=scheme).new_page())
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/privacy"):
        page.goto(school.url + path)
        for place in ("banner", "contentinfo"):
            named = page.get_by_role(place).locator(".school")
            expect(named).to_have_text("Gymnasium am Wall")
            logo = named.locator("img")
            logo.evaluate("(image) => image.decode()")
            assert logo.evaluate("(image) => image.naturalWidth") > 0
    legal = page.get_by_role("link", name="Legal notice")
    expect(legal).to_have_attribute("href", "https://school.example/imprint")
    expect(page.locator("main")).to_contain_text("Gymnasium am Wall")
    assert asked and all(url.startswith(school.url) for url in asked) and troubles == []


def test_a_script_in_the_logo_does_not_run(school, browser):
    page = browser.new_page()
    page.goto(f"{school.url}/logo")
    picture = page.locator("svg")
    expect(picture.locator("rect")).to_have_css("fill", "rgb(10, 61, 42)")  # its style counts
    assert picture.get_attribute("data-ran") is None


LOOK = """(button) => {
  const { width, height } = button.getBoundingClientRect();
  const style = getComputedStyle(button);
  return [width, height, ...[...style].map((name) => `${name}: ${style[name]}`)];
}"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_ways_in_look_the_same(server, browser, width, scheme):
    size = {"width": width, "height": 740}
    page = browser.new_context(color_scheme=scheme, viewport=size).new_page()
    page.goto(server.open_class()["join_url"])
    words = page.get_by_role("button", name="Join without a camera")
    camera = page.get_by_role("button", name="Join with my camera")
    for button in (words, camera):
        expect(button).to_be_enabled()
    assert words.evaluate(LOOK) == camera.evaluate(LOOK)
    ways = [button.inner_text() for button in page.locator(".ways button").all()]
    assert ways == ["Join without a camera", "Join with my camera"]
