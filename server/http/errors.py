"""What people get instead of a page, and programs instead of an answer."""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from server.http.languages import N_
from server.sharing.exchange import ExchangeError
from server.storage.store import StoreError

UNAVAILABLE = N_("The server cannot reach its database just now. Please try again in a moment.")
# Title and fallback description of error pages, by status code; a code that is missing here has
# those of 400 or 500.
ERRORS = {
    400: (N_("That did not work"), N_("The server did not understand what it was asked for.")),
    404: (N_("Nothing here"), N_("There is no such page. Please check the address.")),
    429: (N_("Too many tries"), N_("Please try again in some minutes.")),
    500: (N_("The server has a problem"), N_("Please try again in a moment.")),
}


def install(app: Flask) -> None:
    """Have an app answer friendly, whatever goes wrong."""
    app.register_error_handler(StoreError, unavailable)
    app.register_error_handler(ExchangeError, unavailable)
    app.register_error_handler(HTTPException, friendly)
    app.register_error_handler(Exception, broken)


def unavailable(error: Exception) -> ResponseReturnValue:
    """For a database or a Redis that is away."""
    current_app.logger.error("%s: %s", request.endpoint, error)
    return friendly(ServiceUnavailable(UNAVAILABLE))


def broken(error: Exception) -> ResponseReturnValue:
    """For a mistake of ours."""
    # By the name of the page: Flask would log its address, which has the code of a class.
    current_app.logger.exception("%s", request.endpoint)
    return friendly(InternalServerError())


def friendly(error: HTTPException) -> ResponseReturnValue:
    """One clear error: a page, or JSON for programs."""
    code = error.code or 500
    headers = error.get_headers(request.environ)
    kept = {name: value for name, value in headers if name != "Content-Type"}
    if request.path.startswith("/api/") or request.path.endswith((".json", ".csv")):
        return {"error": error.description}, code, kept
    title, description = ERRORS.get(code, ERRORS[500 if code >= 500 else 400])
    if error.description and error.description != type(error).description:
        description = error.description  # one of ours
    page = render_template("error.html", title=gettext(title), description=gettext(description))
    return page, code, kept
