"""Classpulse as an app of its own, and without a network."""

import json

import pytest
import requests
from playwright.sync_api import expect


@pytest.fixture
def context(browser):
    return browser.new_context()


def kept(page):
    """The addresses of all that the browser keeps for when it is offline."""
    return page.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const requests = await Promise.all(caches_.map((cache) => cache.keys()));
          return requests.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )


def visit(page, url):
    page.goto(url)
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")


def test_a_browser_offers_to_install_it(server, context):
    page = context.new_page()
    visit(page, server.url)
    tools = context.new_cdp_session(page)
    manifest = tools.send("Page.getAppManifest")
    assert manifest["errors"] == [] and json.loads(manifest["data"])["name"] == "Classpulse"
    # But for this: the tests' windows are private ones.
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}
    for icon in json.loads(manifest["data"])["icons"]:
        assert requests.get(f"{server.url}{icon['src']}", timeout=10).ok


def test_without_a_network_a_page_says_so_and_comes_back_with_it(server, context):
    page = context.new_page()
    visit(page, server.url)
    opened = server.open_class(mode="self-report")
    context.set_offline(True)
    page.goto(opened["join_url"])
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).padding") != "0px"
    context.set_offline(False)
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()


def test_without_a_server_a_page_says_so_and_comes_back_with_it(start_server, context):
    server = start_server()
    page = context.new_page()
    visit(page, server.url)
    opened = server.open_class(mode="self-report")
    server.kill()
    page.goto(opened["join_url"])
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    server.start()
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()


def test_whoever_does_not_want_to_wait_tries_again_by_hand(start_server, context):
    server = start_server()
    page = context.new_page()
    visit(page, server.url)
    opened = server.open_class(mode="self-report")
    server.kill()
    page.goto(opened["join_url"])
    page.route("**/healthz", lambda route: route.abort())  # so that nothing happens by itself
    server.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()


def test_without_a_network_a_page_says_so_in_the_language_of_the_last_one(server, browser):
    context = browser.new_context(locale="hi")
    page = context.new_page()
    visit(page, server.url)
    context.set_offline(True)
    page.goto(server.open_class()["join_url"])
    expect(page.get_by_role("heading", name="कनेक्शन नहीं है")).to_be_visible()


def test_nothing_of_a_class_is_kept_for_later(server, context, troubles):
    opened = server.open_class(mode="self-report")
    room, student = (troubles.watch(context.new_page()) for _ in range(2))
    visit(room, opened["room_url"])
    visit(student, opened["join_url"])
    student.get_by_role("button", name="Join", exact=True).click()
    expect(room.locator("#students")).to_have_text("1")
    room.goto(f"{server.url}/report/{opened['code']}")
    expect(room.locator("#when")).not_to_be_empty()
    expected = ["/offline", "/static/dist/offline.js", "/static/dist/style.css", "/static/icon.svg"]
    assert sorted(kept(room)) == expected
    assert troubles == []
