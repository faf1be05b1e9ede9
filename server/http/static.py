"""Files for browsers: compressed for those that take that, and sent anew only if they changed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory
from werkzeug.security import safe_join

YEAR = 365 * 24 * 60 * 60
# The bundler gives such a name to one content only; about all other files a browser asks again.
NAMED_BY_CONTENT = re.compile(r"dist/.+-[0-9A-Z]{8}\.\w+")
MODEL = "model/emotion/"  # where pages find the model that reads expressions


class StaticFlask(Flask):
    """Flask, but it sends the copies in dist/compressed/ that web/build.mjs makes of static files.

    A copy has the time of its file, and goes unused once that has another: a model may be exported,
    or a file edited, without a build.

    model: the files of the operator's own model, by their names; what else lies beside them is not
        sent. They have no copies. None for ours.
    """

    model: Mapping[str, Path] | None = None

    def send_static_file(self, filename: str) -> Response:
        """Send a file, or a copy of it that the browser takes."""
        if self.model and filename.startswith(MODEL):
            file = self.model.get(filename.removeprefix(MODEL))
            return send_from_directory(file.parent, file.name) if file else abort(404)
        folder, encoding = self._best_copy(filename)
        lasting = NAMED_BY_CONTENT.fullmatch(filename) is not None
        response = send_from_directory(folder, filename, max_age=YEAR if lasting else None)
        response.cache_control.immutable = lasting
        response.vary.add("Accept-Encoding")
        if encoding:
            response.content_encoding = encoding
        return response

    def _best_copy(self, filename: str) -> tuple[str, str | None]:
        """The folder to take a file from, and how it is encoded there."""
        assert self.static_folder is not None
        changed = _changed(self.static_folder, filename)
        for encoding in ("br", "gzip"):
            copies = os.path.join(self.static_folder, "dist/compressed", encoding)
            taken = request.accept_encodings.quality(encoding) > 0
            if taken and changed is not None and _changed(copies, filename) == changed:
                return copies, encoding
        return self.static_folder, None


def _changed(folder: str, filename: str) -> int | None:
    """When a file got its content, to the second; None if there is no such file."""
    path = safe_join(folder, filename)
    try:
        return int(os.stat(path).st_mtime) if path else None
    except (OSError, ValueError):  # a name that no file can have
        return None
