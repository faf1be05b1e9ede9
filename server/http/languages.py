"""The languages of the pages: which there are, and which of them a browser gets."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, request
from flask_babel import Babel, get_locale

# By the names that their speakers have for them, in the order of the chooser.
LANGUAGES = {"en": "English", "hi": "हिन्दी", "ar": "العربية"}
COOKIE = "language"  # only of those who have chosen one


def N_(text: str) -> str:
    """Mark a text for translation, which is left to the page that shows it."""
    return text


def install(app: Flask, translations: Path) -> None:
    """Give the templates of an app their texts in the language of each request.

    translations: a folder as gettext has it, with LANGUAGE/LC_MESSAGES/messages.mo
    """
    Babel(app, default_translation_directories=str(translations), locale_selector=_language)

    @app.context_processor
    def of_the_request() -> dict[str, object]:
        locale = get_locale()
        return {
            "languages": LANGUAGES,
            "language": locale.language,
            "direction": locale.text_direction,
        }


def _language() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in LANGUAGES), "en")
