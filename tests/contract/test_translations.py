"""The catalogues have every text of the pages, in every language, and break no page."""

from __future__ import annotations

import re
import shutil
import subprocess
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from server.http.languages import LANGUAGES
from tests.live_server import ROOT

FOLDER = ROOT / "web/translations"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLURALS = ("zero", "one", "two", "few", "many", "other")  # in the order of web/src/shared/texts.js
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")
MARKUP = re.compile(r"</?\w+>|https?://\S+")


def catalogue(language: str, folder: Path = FOLDER) -> Catalog:
    with (folder / language / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each translation of a message, and what it translates."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    one, other = message.id
    return [(one if len(message.string) == 1 else other, form) for form in message.string]


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def test_there_is_a_catalogue_for_each_language_and_no_other():
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == sorted(TRANSLATED)
    assert any(Locale(language).text_direction == "rtl" for language in LANGUAGES)


def test_the_catalogues_have_the_texts_of_today(tmp_path):
    """What is new in pages, scripts or the server is added by `make messages`, which was run."""
    shutil.copytree(FOLDER, tmp_path / "translations")
    subprocess.run(
        ["make", "messages", f"TRANSLATIONS={tmp_path / 'translations'}"],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for language in TRANSLATED:
        before = {message.id: message.string for message in messages(language)}
        new = catalogue(language, tmp_path / "translations")
        assert {message.id: message.string for message in new if message.id} == before


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_with_its_names_and_its_markup(language):
    assert len(messages(language)) > 300
    for message in messages(language):
        assert not message.fuzzy, message.id
        for original, translation in pairs(message):
            assert translation.strip() or not original.strip(), original
            # "One student" needs no figure.
            free = {"%(count)s", "{count}"} if isinstance(message.id, tuple) else set()
            assert {*NAMES.findall(translation)} | free == {*NAMES.findall(original)} | free
            assert sorted(MARKUP.findall(translation)) == sorted(MARKUP.findall(original))
            assert original.count("%%") == translation.count("%%"), original


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_have_the_forms_that_browsers_and_the_server_count(language):
    """Browsers go by the order of the forms, the server by the catalogue's formula."""
    rule = Locale(language).plural_form
    forms = [form for form in PLURALS if form in rule.tags | {"other"}]
    found = catalogue(language)
    formula = c2py(found.plural_expr)
    assert found.num_plurals == len(forms)
    for count in range(300):
        assert forms[formula(count)] == rule(count), count
