"""The words of a model's own labels, in pages of all languages."""

import pytest
from playwright.sync_api import expect

from tests.own_model import copy_model, describe

LABELS = {"lost": -1, "ممل": 0, "فضولي": 1}


@pytest.fixture
def own_server(start_server, tmp_path):
    return start_server(MODEL=str(copy_model(tmp_path / "mine", **describe(LABELS))))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_labels_stay_as_they_are_and_their_figures_beside_them(own_server, browser, join, language):
    opened = own_server.open_class()
    for label in LABELS:
        for _ in range(2):
            join(own_server, opened["code"], label)
    room = browser.new_context(locale=language).new_page()
    room.goto(opened["room_url"])
    for label, group in zip(LABELS, ("unhappy", "ممل", "happy"), strict=True):
        row = room.locator(f"#looks [data-name={group}]")
        expect(row.locator(".name")).to_have_text(label)
        expect(row.locator(".value")).to_contain_text("%")
        name, value = (row.locator(part).bounding_box() for part in (".name", ".value"))
        before, after = (name, value) if language == "en" else (value, name)
        assert before["x"] + before["width"] <= after["x"]
