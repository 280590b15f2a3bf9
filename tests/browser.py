"""Pages in a headless Chromium: what they ask for, what runs in them, who can read them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Chromium:
    """A browser; `asked` are the addresses that the last page asked for."""

    browser: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(
        self, file: Path, *, width: int = 1280, dark: bool = False, paper: bool = False
    ) -> Any:
        """A page from a file; `said` is what it wrote to the console."""
        self.asked.clear()
        self.said.clear()
        scheme = "dark" if dark else "light"
        tab = self.browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab.on("request", self._note)
        tab.on("console", self._hear)
        if paper:
            tab.emulate_media(media="print")
        tab.goto(file.as_uri())
        return tab

    def _note(self, request: Any) -> None:
        if not request.url.startswith("data:"):
            self.asked.append(request.url)

    def _hear(self, message: Any) -> None:
        self.said.append(message.text)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """One browser for the tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield Chromium(browser)
        browser.close()


def barriers(tab: Any) -> list[str]:
    """What axe finds serious or critical, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def overflows(tab: Any) -> bool:
    """Whether the page is wider than its window."""
    return bool(tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def unseen(tab: Any) -> list[str]:
    """Images that could not be drawn, or that have no text for who cannot see them."""
    script = (
        "[...document.images].filter(i => !i.complete || !i.naturalWidth || !i.alt).map(i => i.alt)"
    )
    found: list[str] = tab.evaluate(script)
    return found
