"""What happens to the pages when the server or the way to it fails, and how they come back."""

import re
import sqlite3

from playwright.sync_api import expect

LOST = "The connection was lost. Trying again…"


def enter_room(browser, opened):
    room = browser.new_context().new_page()
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).not_to_have_text("Connecting…")
    return room


def enter_class(context, opened):
    page = context.new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    return page


def is_live(room):
    expect(room.locator("#status")).to_have_text("")
    expect(room.locator("#live")).not_to_have_class("old")


def is_in_touch(page):
    """The server has let the page in: what is tapped before that is said on arrival, name last."""
    page.get_by_role("button", name="I need help").click()
    expect(page.locator("#last-sent")).to_have_text(re.compile("^(help|show)"))


def rename(server, table, to):
    """Take a table away from under the server, as if the database were gone, or give it back."""
    path = server.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {to}")
    connection.close()


def test_a_room_without_its_server_is_not_live_and_nothing_can_be_clicked_in_vain(
    start_server, browser
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    page = enter_class(browser.new_context(), opened)
    room = enter_room(browser, opened)
    page.get_by_role("button", name="I need help").click()
    page.get_by_role("button", name="I am lost").click()
    room.get_by_role("button", name="Mark this moment").click()
    words = room.get_by_label("Add words")
    words.fill("after the break")
    controls = [
        room.get_by_role("button", name=name, exact=True)
        for name in ("Seen: Somebody", "Mark this moment", "End the class")
    ]
    for control in controls:
        expect(control).to_be_enabled()
    server.kill()
    expect(room.locator("#status")).to_have_text(re.compile(f"^Not live since .*{LOST}$"))
    expect(room.locator("#live")).to_have_class("old")
    expect(page.locator("#status")).to_have_text(f"{LOST} What you tap now is sent later.")
    for control in controls:
        expect(control).to_be_disabled()
    expect(room.locator("#hands .who")).to_have_text("Somebody")  # as it was
    # What was typed meanwhile waits to be sent by hand.
    expect(room.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_role("button", name="My hand is up").click()
    server.start()
    is_live(room)
    expect(page.locator("#status")).to_have_text("")
    expect(room.locator("#students")).to_have_text("1")
    expect(room.get_by_role("heading", name="Raised hands")).to_be_hidden()
    expect(words).to_have_value("after the break")
    words.press("Enter")
    expect(room.locator("#noted")).to_have_text("Noted: after the break")


def test_a_class_can_be_ended_in_a_dialog_only_while_the_room_is_live(start_server, browser):
    server = start_server()
    opened = server.open_class(mode="self-report")
    room = enter_room(browser, opened)
    room.get_by_role("button", name="End the class").click()
    server.kill()
    expect(room.get_by_role("button", name="End it")).to_be_disabled()
    server.start()
    room.get_by_role("button", name="End it").click()
    expect(room).to_have_url(f"{server.url}/report/{opened['code']}")


def test_a_click_that_no_server_answers_is_told(server, browser):
    """The server's answers are held back: a network may die without a word."""
    room = browser.new_context().new_page()

    def between(page_side):
        server_side = page_side.connect_to_server()
        server_side.on_message(
            lambda message: (
                page_side.send(message) if not re.match(r'43|42\["marker"', str(message)) else None
            )
        )

    room.route_web_socket(re.compile("socket.io"), between)
    room.goto(server.open_class(mode="self-report")["room_url"])
    room.get_by_role("button", name="Mark this moment").click()
    expect(room.locator("#status")).to_contain_text("did not answer")
    expect(room.locator("#noted")).to_have_text("")


def test_a_server_that_restarts_says_so_and_everybody_comes_back(start_server, browser):
    server = start_server()
    opened = server.open_class(mode="self-report")
    page = enter_class(browser.new_context(), opened)
    room = enter_room(browser, opened)
    expect(room.locator("#students")).to_have_text("1")
    server.stop()
    expect(page.locator("#status")).to_contain_text("The server restarts. Reconnecting…")
    expect(room.locator("#status")).to_have_text(
        re.compile("^Not live since .*The server restarts. Reconnecting…$")
    )
    server.start()
    is_live(room)
    expect(page.locator("#status")).to_have_text("")
    expect(room.locator("#students")).to_have_text("1")


def test_of_two_tabs_the_older_one_gives_way_and_stays_away(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    context = browser.new_context()
    first = enter_class(context, opened)
    teacher.wait_for("view", lambda view: view["students"] == 1)
    second = enter_class(context, opened)
    expect(first.get_by_text("in this class in another tab or window")).to_be_visible()
    # Coming back to the older tab does not take the seat away again.
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    second.get_by_role("button", name="I need help").click()
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1
    expect(first.get_by_text("in this class in another tab or window")).to_be_visible()


def test_a_connection_that_the_server_ends_without_a_word_is_made_again(server, browser):
    sockets = []
    page = browser.new_context().new_page()

    def between(page_side):
        page_side.connect_to_server()
        sockets.append(page_side)

    page.route_web_socket(re.compile("socket.io"), between)
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    is_in_touch(page)
    sockets[0].send("41")  # Socket.IO's DISCONNECT
    expect(page.locator("#status")).to_contain_text(LOST)
    expect(page.locator("#status")).to_have_text("")
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()


def test_whoever_cannot_be_let_in_for_a_moment_gets_in_later(start_server, browser, teach):
    server = start_server()
    opened = server.open_class(mode="self-report")
    page = browser.new_context().new_page()
    page.goto(opened["join_url"])
    rename(server, "classes", "away")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("#status")).to_contain_text("This page does so by itself.")
    rename(server, "away", "classes")
    expect(page.locator("#status")).to_have_text("")
    teach(server, opened).wait_for("view", lambda view: view["students"] == 1)


def test_a_trouble_of_the_server_is_told_to_the_teacher_until_it_is_over(start_server, browser):
    server = start_server()
    opened = server.open_class(mode="self-report")
    room = enter_room(browser, opened)
    rename(server, "markers", "away")
    room.get_by_role("button", name="Mark this moment").click()
    expect(room.locator("#noted")).to_have_text(re.compile("^Marked: "))
    trouble = re.compile("^The server cannot reach its database.*saved later")
    expect(room.locator("#status")).to_have_text(trouble)
    expect(room.get_by_role("button", name="End the class")).to_be_enabled()  # all else goes on
    expect(enter_room(browser, opened).locator("#status")).to_have_text(trouble)
    rename(server, "away", "markers")
    is_live(room)


def test_a_room_whose_views_stand_still_says_that_it_is_not_live(
    start_server, redis_server, browser
):
    server = start_server(REDIS_URL=redis_server.url)
    room = enter_room(browser, server.open_class())
    is_live(room)
    redis_server.kill()
    expect(room.locator("#status")).to_have_text(
        re.compile("^Not live since .*What you see stands still until it can.$")
    )
    redis_server.start()
    is_live(room)


def test_a_page_that_waits_for_its_next_try_makes_it_when_the_network_is_back(
    start_server, browser
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    is_in_touch(page)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)  # no timer's end comes any more
    server.kill()
    expect(page.locator("#status")).to_contain_text(LOST)
    context.set_offline(True)
    expect(page.locator("#status")).to_contain_text("This device is offline.")
    server.start()
    context.set_offline(False)
    page.clock.run_for(1)  # far less than until the next try
    expect(page.locator("#status")).to_have_text("")


def test_a_connection_that_died_while_the_laptop_slept_is_made_anew_on_waking(server, browser):
    page = browser.new_context().new_page()
    page.clock.install()
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    is_in_touch(page)
    page.clock.set_system_time(page.evaluate("Date.now() / 1000") + 600)  # no timer runs meanwhile
    with page.expect_websocket():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#status")).to_have_text("")


def test_a_room_goes_by_the_servers_clock_even_if_it_is_put_right_meanwhile(server, browser):
    """The page's own clock is set instead: what counts is the difference."""
    opened = server.open_class(mode="self-report")
    room = browser.new_context().new_page()
    room.clock.install()
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    room.clock.set_system_time(room.evaluate("Date.now() / 1000") + 600)
    page = enter_class(browser.new_context(), opened)
    page.get_by_role("button", name="I need help").click()
    expect(room.locator("#hands .who")).to_have_text("Somebody")  # for no minutes yet
