"""The widget page in a real browser: served, clicked through, looked at."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import ROOT, usecases

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `usecases widget` serves the page, token and all."""
    home = tmp_path_factory.mktemp("widget")
    command = [sys.executable, "-c", "from usecases.cli import main; main()"]
    served = subprocess.Popen(
        [*command, "widget", "--no-browser"],
        env=os.environ
        | {"USECASES_HOME": str(home), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with served:
        assert served.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", served.stdout.readline())
        assert found
        yield found[0]
        served.send_signal(signal.SIGINT)
        assert served.wait(30) in (0, 130)


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    """The page open in headless Chromium; `asked` lists the requests that it made."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.asked = []
        tab.on("request", lambda request: tab.asked.append(request))  # noqa: PLW0108 - playwright marks what it calls
        tab.goto(address, wait_until="domcontentloaded")
        tab.get_by_role("button", name="Run").wait_for(timeout=60_000)
        yield tab
        browser.close()


def _run(page: Any) -> str:
    """Click on Run and wait for what the page says of this run."""
    shown = page.locator(".verdict, .error")
    before = shown.inner_text() if shown.count() else ""
    page.get_by_role("button", name="Run").click()
    new = "old => (document.querySelector('.verdict, .error')?.innerText ?? old) !== old"
    page.wait_for_function(new, arg=before, timeout=60_000)
    return str(shown.inner_text())


def _choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=option)


def test_choices_change_the_answer_the_score_and_the_picture(page: Any) -> None:
    from playwright.sync_api import expect

    first = _run(page)
    assert "proven optimum" in first
    assert "× chance" in first
    assert "Source: simulated" in first
    drawn = page.locator("figure svg").get_attribute("aria-label")
    assert "qaoa on statevector (simulated)" in drawn
    page.get_by_label("Depth", exact=True).press("ArrowDown")
    _run(page)
    _choose(page, "Algorithm", "chance")
    expect(page.get_by_label("Backend", exact=True)).to_be_disabled()
    assert "classical" in _run(page)
    rows = page.locator("tbody tr td:first-child").all_inner_texts()
    assert rows == [
        *("qaoa (layers=4)", "qaoa (layers=3)", "chance", "reference (optimal)", "chance")
    ]
    _choose(page, "Use case", "Ground-state energy of molecules")
    _choose(page, "Backend", "ffsim")
    assert "Choose another machine" in _run(page)
    _choose(page, "Backend", "determinants")
    assert "hartree: as good as the proven optimum" in _run(page)
    assert page.locator("figure svg").get_attribute("aria-label") != drawn


def test_the_page_fits_its_window_and_stays_at_home(page: Any, tmp_path: Path) -> None:
    for width in (1280, 800):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        inside = "document.documentElement.scrollWidth <= window.innerWidth"
        assert page.evaluate(inside), f"the page is wider than {width} pixels"
        page.screenshot(path=os.environ.get("WIDGET_SHOTS", str(tmp_path)) + f"/{width}.png")
    away = [r for r in page.asked if not r.url.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert {request.failure for request in away} <= {"csp"}, "the browser left this computer"


def test_the_page_can_be_used_without_seeing_it(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_without_the_token_nothing_is_served(address: str, page: Any) -> None:
    context = page.context.browser.new_context()
    response = context.new_page().goto(address.partition("?")[0])
    assert response.status in (401, 403) or "login" in response.url
    context.close()


def test_a_port_in_use_is_told(address: str) -> None:
    port = re.findall(r":(\d+)/", address)[0]
    done = usecases("widget", "--no-browser", "--port", port)
    assert done.returncode == 2
    assert "leave out --port" in done.stderr
