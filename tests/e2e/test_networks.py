"""Networks that know nothing of WebSockets: the pages poll there, and remember that it works."""

import pytest
from playwright.sync_api import expect

from tests.e2e.test_connection import enter_class, enter_room, is_in_touch, is_live
from tests.swallowing import KINDS, swallowing


def through(proxy, server, opened):
    """The class as whoever is behind the proxy has it."""
    at = {name: opened[name].replace(f":{server.port}/", f":{proxy.port}/") for name in URLS}
    return opened | at


URLS = ("join_url", "room_url")


def is_a_new_poll(request):
    return "/socket.io/" in request.url and "sid=" not in request.url


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_live_where_websockets_are_swallowed_and_remember_it(
    server, browser, teach, kind
):
    opened = server.open_class(mode="self-report")
    with swallowing(server.port, kind) as proxy:
        there = through(proxy, server, opened)
        room = enter_room(browser, there)
        is_live(room)
        page = enter_class(browser.new_context(), there)
        is_in_touch(page)
        expect(room.locator("#hands .who")).to_have_text("Somebody")
        asked = proxy.asked
        page.reload()
        page.get_by_role("button", name="Join", exact=True).click()
        is_in_touch(page)
        with page.expect_request(is_a_new_poll):
            proxy.cut()
        expect(page.locator("#status")).to_have_text("")
        assert proxy.asked == asked


def test_a_slow_network_that_swallows_websockets_is_one_to_poll_on(server, browser):
    opened = server.open_class(mode="self-report")
    with swallowing(server.port, "hangs") as proxy:
        # No worker fills its cache meanwhile, which would take minutes in this network.
        page = browser.new_page(service_workers="block")
        page.goto(through(proxy, server, opened)["join_url"])
        proxy.delay = 3.0
        page.get_by_role("button", name="Join", exact=True).click()
        expect(page.locator("#status")).to_contain_text("Trying again…")
        expect(page.locator("#status")).to_have_text("", timeout=60_000)
        page.get_by_role("button", name="I am lost").click()
        expect(page.locator("#last-sent")).to_contain_text("pace")


def test_pages_poll_also_where_a_proxy_keeps_the_health_check_to_itself(server, browser):
    opened = server.open_class(mode="self-report")
    with swallowing(server.port, "hangs") as proxy:
        context = browser.new_context()
        context.route("**/healthz", lambda route: route.fulfill(status=403))
        is_in_touch(enter_class(context, through(proxy, server, opened)))


@pytest.mark.parametrize("kind", KINDS)
def test_pages_whose_network_begins_to_swallow_websockets_poll_until_there_is_another(
    server, browser, kind
):
    opened = server.open_class(mode="self-report")
    with swallowing(server.port, None) as proxy:
        page = enter_class(browser.new_context(), through(proxy, server, opened))
        is_in_touch(page)
        proxy.kind = kind
        with page.expect_request(is_a_new_poll):
            proxy.cut()
        expect(page.locator("#status")).to_have_text("")
        proxy.kind, asked = None, proxy.asked
        page.evaluate("window.dispatchEvent(new Event('online'))")
        with page.expect_websocket():
            proxy.cut()
        expect(page.locator("#status")).to_have_text("")
        assert proxy.asked == asked + 1
