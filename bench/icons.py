"""Draw the icons of the installed app from web/static/icon.svg: `make icons`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from training.browser import chromium
from training.tfjs import STATIC

# A maskable icon is cut to any shape within a circle of 80 %: its drawing is smaller, to the edges
# there is the background.
PAGE = """<style>* {{ margin: 0 }} body {{ background: {background} }}
svg {{ display: block; width: {size}px; height: {size}px; padding: {padding}px }}</style>{svg}"""


def draw(folder: Path = STATIC / "icons") -> None:
    """Write 192.png, 512.png and maskable.png into a folder."""
    svg = (STATIC / "icon.svg").read_text()
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, side, share in (("192", 192, 1.0), ("512", 512, 1.0), ("maskable", 512, 0.7)):
            page = browser.new_page(viewport={"width": side, "height": side})
            size = round(side * share)
            background = "transparent" if share == 1 else "#0b5cad"
            padding = (side - size) // 2
            page.set_content(
                PAGE.format(svg=svg, size=size, padding=padding, background=background)
            )
            page.screenshot(path=folder / f"{name}.png", omit_background=True)
        browser.close()
