"""The student's page on a small phone, by keyboard, before and after the class."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_words import enter, within_sight

PHONE = {"width": 360, "height": 640}
LANGUAGES = ["en", "hi", "ar"]
WITHOUT_STREAMS = "delete window.MediaStreamTrackProcessor;"  # as in Firefox and Safari


def enter_with_camera(browser, opened, script="", **context):
    """A student's page in the class, with its camera on."""
    page = browser.new_context(permissions=["camera"], **context).new_page()
    page.add_init_script(script)
    page.goto(opened["join_url"])
    page.locator("#join-camera").click()
    expect(page.locator("#camera-state")).to_have_class("on")
    return page


def focused(page):
    return page.locator(":focus")


def size_of(locator):
    box = locator.bounding_box()
    return box["width"], box["height"]


def font_size(locator):
    return locator.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["join-camera", "join-words"])
def test_answers_help_and_camera_state_are_on_the_first_screen_of_a_small_phone(
    start_server, browser, way, language
):
    server = start_server()
    context = browser.new_context(permissions=["camera"], viewport=PHONE, locale=language)
    page = context.new_page()
    page.goto(server.open_class("Linear algebra for engineers, Monday")["join_url"])
    page.locator(f"#{way}").click()
    if way == "join-camera":
        expect(page.locator("#camera-state")).to_have_class("on")
    # At its fullest: shown by name, with a hand up, and without a connection.
    page.locator("#name").fill("Ada")
    page.locator("#show").click()
    page.locator("#help").click()
    expect(page.locator("#shown")).to_contain_text("Ada")
    server.kill()
    expect(page.locator("#status")).not_to_be_empty()
    page.evaluate("scrollTo(0, 0)")
    for part in page.locator("#status, #shown, [data-pace], #help, #camera-state").all():
        within_sight(part)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    within_sight(page.locator("#leave"))
    within_sight(page.locator("#camera-state"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_joining_without_a_camera_looks_like_joining_with_one(
    server, browser, language, width, scheme
):
    context = browser.new_context(
        viewport={"width": width, "height": 740}, locale=language, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(server.open_class()["join_url"])
    ways = [page.locator(f"#{way}") for way in ("join-camera", "join-words")]
    looks = []
    for way in ways:
        expect(way).to_be_enabled()
        looks.append(
            way.evaluate(
                """(button) => {
                  const style = getComputedStyle(button);
                  return Object.fromEntries([...style].map((name) => [name, style[name]]));
                }"""
            )
        )
    assert looks[0] == looks[1]
    assert size_of(ways[0]) == size_of(ways[1])


@pytest.mark.parametrize("script", ["", WITHOUT_STREAMS], ids=["streams", "no streams"])
def test_a_hidden_picture_is_read_on_and_the_camera_still_said_to_be_on(server, browser, script):
    page = enter_with_camera(browser, server.open_class(), script)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    hide = page.get_by_role("button", name="Hide my picture")
    shown = size_of(page.locator(".mirror"))
    hide.click()
    show = page.get_by_role("button", name="Show my picture")
    expect(show).to_be_focused()
    assert max(size_of(page.locator(".mirror"))) <= 1
    for _ in range(2):  # the look that was under way, and one that began after it
        page.evaluate("document.querySelector('#engine').textContent = ''")
        expect(page.locator("#engine")).to_contain_text("looks a second")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.locator("#camera-state")).to_have_text("Camera on")
    within_sight(page.locator("#camera-state"))
    page.get_by_text("How your face is read").click()
    assert max(size_of(page.locator(".mirror"))) <= 1
    page.get_by_text("How your face is read").click()
    show.click()
    assert size_of(page.locator(".mirror")) == shown


def test_the_own_picture_and_its_verdict_are_large_only_when_they_are_opened(server, browser):
    page = enter_with_camera(browser, server.open_class(), viewport=PHONE)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    usual = font_size(page.locator("body"))
    assert font_size(page.locator("#looks")) <= usual
    assert size_of(page.locator(".mirror"))[0] <= PHONE["width"] / 4
    page.get_by_text("How your face is read").click()
    assert font_size(page.locator("#looks")) > usual
    assert size_of(page.locator(".mirror"))[0] > PHONE["width"] / 2


def test_the_focus_stays_at_the_camera_when_it_is_given_up_and_taken_again(server, browser):
    page = enter_with_camera(browser, server.open_class())
    page.get_by_role("button", name="Go on without the camera").press("Enter")
    expect(page.locator("#camera-offer :focus")).to_have_text("Your camera")
    expect(page.locator("#camera-state")).to_have_text("Camera off")
    page.get_by_role("button", name="Use my camera").press("Enter")
    expect(page.locator("#camera :focus")).to_have_text("Your camera")
    expect(page.locator("#camera-state")).to_have_text("Camera on")


def test_the_focus_is_not_lost_with_a_camera_that_is_no_longer_offered(start_server, browser):
    server = start_server()
    page = enter(browser, server.open_class())
    page.get_by_role("button", name="Use my camera").focus()
    server.kill()
    server.settings["SENSING"] = "self-report"
    server.start()
    expect(page.get_by_role("button", name="Use my camera")).to_be_hidden()
    expect(focused(page)).to_have_text("You are in the class")


def test_a_page_lets_itself_into_a_full_class_when_somebody_leaves(
    start_server, browser, join, teach
):
    server = start_server(MAX_STUDENTS="3")
    opened = server.open_class(mode="self-report")
    students = [join(server, opened["code"]) for _ in range(3)]
    page = browser.new_context().new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("#status")).to_contain_text("This class is full.")
    expect(page.locator("#status")).to_contain_text("This page does so by itself.")
    expect(page.get_by_role("heading", name="Joining the class")).to_be_visible()
    page.get_by_role("button", name="I need help").click()
    students[0].leave()
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    expect(page.locator("#status")).to_have_text("")
    view = teach(server, opened).wait_for("view", lambda view: view["help"])
    assert view["students"] == 3


def test_who_waits_for_a_place_in_a_full_class_can_leave(start_server, browser, join):
    server = start_server(MAX_STUDENTS="3")
    opened = server.open_class(mode="self-report")
    for _ in range(3):
        join(server, opened["code"])
    page = browser.new_context().new_page()
    page.clock.install()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("#status")).to_contain_text("This class is full.")
    with page.expect_websocket():  # it tries again
        page.clock.fast_forward(30_000)
    page.get_by_role("button", name="Leave the class").click()
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    tries = []
    page.on("websocket", lambda socket: tries.append(socket.url))
    page.clock.fast_forward(60_000)
    page.get_by_role("link", name="Back to the class").click()
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_enabled()
    assert tries == []


def test_who_has_left_is_one_click_from_the_class(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    page.get_by_role("button", name="Leave the class").click()
    teacher.wait_for("view", lambda view: view["students"] == 0)
    page.get_by_role("link", name="Back to the class").click()
    page.get_by_role("button", name="Join", exact=True).click()
    teacher.wait_for("view", lambda view: view["students"] == 1)
    teacher.send("end", {})
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    expect(page.get_by_role("link", name="Back to the class")).to_be_hidden()


@pytest.mark.parametrize("typed", ["zz-zz 9", "---"])
def test_a_code_that_leads_nowhere_can_be_corrected_where_it_is_refused(server, browser, typed):
    code = server.open_class()["code"]
    page = browser.new_page()
    page.goto(server.url)
    page.get_by_label("Code from your teacher").fill(typed)
    page.get_by_role("button", name="Join the class").click()
    expect(page.get_by_text("There is no class with this code")).to_be_visible()
    field = page.get_by_label("Code from your teacher")
    expect(field).to_have_value(typed)
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("^There is no class with this code"))
    field.fill(code)
    field.press("Enter")
    expect(page.get_by_role("heading", name="Before you join")).to_be_visible()


def test_a_link_with_a_wrong_code_keeps_it_in_the_field(server, browser):
    page = browser.new_page()
    page.goto(f"{server.url}/c/NOSUCH")
    expect(page.get_by_label("Code from your teacher")).to_have_value("NOSUCH")
    page.goto(f"{server.url}/room/NOSUCH")  # a teacher joins nothing
    expect(page.get_by_label("Code from your teacher")).to_be_hidden()


def test_no_way_to_take_part_is_chosen_before_the_teacher_does(server, browser):
    page = browser.new_page()
    page.goto(server.url)
    page.get_by_label("Title of the class").fill("Algebra")
    page.get_by_role("button", name="Start the class").click()
    expect(page.locator("[name=mode]:invalid")).to_have_count(2)
    expect(page).to_have_url(f"{server.url}/")
    page.get_by_label("Own words only").check()
    page.get_by_role("button", name="Start the class").click()
    expect(page.locator("#headline")).to_have_text("Waiting for students")
