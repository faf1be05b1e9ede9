"""A page that a person can open: words, tables and plots in one file, each plot also as PNG."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from jinja2 import Environment, FileSystemLoader

if TYPE_CHECKING:  # most benchmarks write their tables where there is no Matplotlib
    from matplotlib.figure import Figure

from training.dataset import UInt8Array

INDEX = "index.html"
_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)

Rows = Sequence[Sequence[object]]


class Page:
    """Collects what a page shows, in its order; `save` writes it."""

    def __init__(self, title: str, lead: str) -> None:
        self.title, self.lead = title, lead
        self._parts: list[dict[str, object]] = []
        self._plots: dict[str, bytes] = {}

    def heading(self, text: str, words: str = "") -> None:
        """Begin a part of the page."""
        self._parts.append({"heading": text, "words": words})

    def table(self, columns: Sequence[str], rows: Rows, prose: bool = False) -> None:
        """Rows of numbers or, if `prose`, of words; the first of a row names it."""
        self._parts.append({"columns": columns, "rows": rows, "prose": prose})

    def plot(self, name: str, figure: Figure, caption: str) -> None:
        """A plot, drawn now: in the page, and as `name`.png beside it."""
        image = io.BytesIO()
        figure.savefig(image, format="png", dpi=110)
        self._add_image(name, image.getvalue(), caption)

    def picture(self, name: str, pixels: UInt8Array, caption: str) -> None:
        """Grey levels, uint8 [height, width], shown as a plot is."""
        self._add_image(name, cv2.imencode(".png", pixels)[1].tobytes(), caption)

    def save(self, folder: Path) -> None:
        """Write index.html, which needs no other file, and the plots into `folder`."""
        for name, image in self._plots.items():
            Path(folder, name).write_bytes(image)
        Path(folder, INDEX).write_text(self.html())

    def html(self) -> str:
        """The page."""
        template = _TEMPLATES.get_template("page.html")
        return template.render(title=self.title, lead=self.lead, parts=self._parts)

    def _add_image(self, name: str, png: bytes, caption: str) -> None:
        self._plots[f"{name}.png"] = png
        self._parts.append({"image": b64encode(png).decode(), "caption": caption})


def markdown_table(columns: Sequence[str], rows: Rows) -> str:
    """The same table as `Page.table` takes, in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"
