"""Pages in every language: all of their words, in its direction, and chosen once."""

import re

import pytest
from playwright.sync_api import expect

from server.http.languages import LANGUAGES
from tests.e2e import test_accessibility as pages
from tests.e2e.conftest import note
from tests.e2e.test_report import taught_before

SIZES = {"desktop": (1280, 800), "phone": (360, 740)}
# What somebody can read or hear, without what is in a language of its own and what people wrote.
WORDS = """() => {
  const texts = [];
  const own = "[lang]:not(html), code, .code, .brand, [readonly], [data-theirs]";
  for (const element of document.querySelectorAll("body, body *")) {
    if (element.closest(own) || !element.checkVisibility()) continue;
    for (const name of ["aria-label", "alt", "placeholder", "title"]) {
      texts.push(element.getAttribute(name) ?? "");
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && element.tagName !== "SCRIPT") texts.push(node.data);
    }
  }
  return [...texts, document.title];
}"""
# Names, which are the same everywhere, and what the tests type.
SAME = re.compile(
    "Classpulse|Algebra|Geometry|Ada|Grace|started recursion|began|7K3M9P"
    "|WebAssembly|PDF|CSV|JSON|WebVTT|YouTube|UTC|balance|QR|AI|https|[ap]m"
    r"|localhost:\d+"
)


def home(server, page, join):
    opened = server.open_class()
    page.goto(opened["room_url"])
    expect(page.locator("#pace li")).to_have_count(4)  # then it is remembered
    page.goto(server.url)
    expect(page.locator("#class-list li .room")).to_be_visible()
    page.locator("#class-list .forget").click()


def no_such_class(server, page, join):
    page.goto(f"{server.url}/c/NOSUCH")


def no_such_page(server, page, join):
    page.goto(f"{server.url}/nothing")


def offline(server, page, join):
    page.route("**/healthz", lambda route: route.abort())  # or the page would go where it came from
    page.goto(f"{server.url}/offline")


def consent(server, page, join):
    page.goto(server.open_class()["join_url"])
    page.locator("#consent summary").click()


def consent_to_words(server, page, join):
    page.goto(server.open_class(mode="self-report")["join_url"])


def in_class_with_camera(server, page, join):
    page.goto(server.open_class()["join_url"])
    page.locator("#join-camera").click()
    expect(page.locator("#engine")).not_to_be_empty()
    page.locator("#camera summary").click()


def in_class_by_name(server, page, join):
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.locator("#join-words").click()
    page.locator("#show").click()
    expect(page.locator("#name-trouble")).not_to_be_empty()
    page.locator("#name").fill("Ada")
    page.locator("#show").click()
    page.locator("#help").click()
    expect(page.locator("#shown")).to_contain_text("Ada")


def after_the_class(server, page, join):
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.locator("#join-words").click()
    page.locator("#leave").click()
    expect(page.locator("#over h1")).to_be_visible()


def room_without_students(server, page, join):
    page.goto(server.open_class()["room_url"])
    expect(page.locator("#pace li")).to_have_count(4)  # with the first view
    page.locator("#second-teacher summary").click()


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
    expect(page.locator("#noted")).not_to_be_empty()
    expect(page.locator("#detail")).to_contain_text("4")


def closed_room(server, page, join):
    page.goto(f"{server.url}/room/{server.open_class()['code']}")
    expect(page.locator("#over h1")).to_be_visible()


def report(server, page, join):
    opened = taught_before(server, "Algebra")
    page.goto(f"{server.url}/report/{opened['code']}#{opened['token']}")
    expect(page.locator("#stretches tbody tr").first).to_be_visible()
    charts = page.locator(".charts")
    charts.focus()
    charts.press("Home")


PAGES = [
    *(home, no_such_class, no_such_page, offline, consent, consent_to_words),
    *(pages.waiting, pages.lessons, pages.home_with_a_course),
    *(in_class_with_camera, in_class_by_name, after_the_class),
    *(pages.for_parents, pages.privacy, pages.security),
    *(room_without_students, lively_room, closed_room, report),
]


@pytest.mark.parametrize("language", ["ar", "hi"])
@pytest.mark.parametrize("reach", PAGES, ids=lambda reach: reach.__name__)
def test_all_words_are_in_the_language_and_have_room(server, browser, join, reach, language):
    context = browser.new_context(permissions=["camera"], locale=language)
    page = context.new_page()
    reach(server, page, join)
    words = [SAME.sub("", text) for text in page.evaluate(WORDS)]
    assert [text for text in words if re.search("[A-Za-z]{2}", text)] == []
    page.evaluate(pages.AXE.read_text())
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(pages.FIND) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_words_that_are_not_translated_would_be_found(server, browser):
    page = browser.new_page()
    page.goto(server.url)
    assert any("How is your class doing?" in text for text in page.evaluate(WORDS))


def test_a_language_is_chosen_once_for_all_pages(server, browser):
    page = browser.new_context(locale="en-GB").new_page()
    opened = server.open_class(mode="self-report")
    page.goto(opened["join_url"])
    assert page.context.cookies() == []
    page.get_by_role("button", name="हिन्दी").click()
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    assert page.url == opened["join_url"]  # where it was
    page.goto(server.url)
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    [cookie] = page.context.cookies()
    assert (cookie["name"], cookie["value"]) == ("language", "hi")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="How is your class doing?")).to_be_visible()


def test_nobody_leaves_a_class_by_choosing_a_language(server, browser):
    page = browser.new_page()
    page.goto(server.open_class(mode="self-report")["join_url"])
    expect(page.get_by_role("button", name="हिन्दी")).to_be_visible()
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("button", name="हिन्दी")).to_be_hidden()


@pytest.mark.parametrize(
    ("wanted", "language"), [("hi-IN", "hi"), ("ar-EG", "ar"), ("fr-FR", "en"), ("en-GB", "en")]
)
def test_a_browser_gets_the_language_that_it_asks_for(server, browser, wanted, language):
    page = browser.new_context(locale=wanted).new_page()
    page.goto(server.url)
    html = page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    expect(page.locator("footer button")).to_have_text(list(LANGUAGES.values()))


def test_what_the_server_says_is_translated_too(server, browser, teach):
    opened = server.open_class(mode="self-report")
    page = browser.new_context(locale="hi").new_page()
    page.goto(opened["join_url"])
    teach(server, opened).send("end", {})
    page.locator("#join-words").click()
    expect(page.locator("#over-reason")).to_have_text("यह कक्षा समाप्त हो चुकी है।")


def test_a_page_whose_texts_do_not_come_is_in_english(server, browser):
    context = browser.new_context(locale="hi")
    context.route("**/dist/messages-*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.locator("#join-words").click()
    page.locator("#help").click()
    expect(page.locator("#help")).to_have_text("My hand is up: lower it")
