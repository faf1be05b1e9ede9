"""The pages about privacy are those that docs/privacy.md has, and short enough to be translated."""

import re

import pytest

from docs import papers as made

PAPERS = made.papers(made.SOURCE.read_text("utf-8"))
TEXTS = [text for page in PAPERS.values() for text in re.findall(r"{% trans %}(.*?){% end", page)]


def test_the_pages_are_up_to_date():
    there = {path.stem: path.read_text("utf-8") for path in made.FOLDER.iterdir()}
    assert there == PAPERS, "run `make papers`"


def test_their_texts_are_few_and_short():
    assert 30 < len(TEXTS) <= 60
    assert [text for text in TEXTS if len(text) > 350] == []


@pytest.mark.parametrize(
    "wrong", ["[elsewhere](https://example.org)", "`SECRET_KEY`", "- a list", "<!-- teachers -->"]
)
def test_what_no_page_has_is_an_error(wrong):
    source = made.SOURCE.read_text("utf-8").replace("## Security\n", f"## Security\n\n{wrong}\n")
    with pytest.raises((KeyError, ValueError)):
        made.papers(source)
