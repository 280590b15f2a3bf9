"""The documentation site builds, leads somewhere, loads nothing; its how-tos run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.helpers import ROOT

HOWTOS = sorted((ROOT / "docs" / "howto").glob("*.md"))
FENCE = re.compile(r"^```(sh|python)([^\n]*)\n(.*?)^```$", re.M | re.S)


class _Page(HTMLParser):
    """The names that a page can be entered by, where it leads, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.leads: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        self.names |= {found[key] for key in ("id", "name") if key in found}
        if tag == "a" and "href" in found:
            self.leads.append(found["href"])
        elif tag in ("script", "img", "iframe") and "src" in found:
            self.loads.append(found["src"])
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preconnect"):
            self.loads.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, _Page]:
    """Every page of the site, built with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    pages = {}
    for path in folder.rglob("*.html"):
        pages[path] = _Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    return pages


def test_every_link_and_anchor_is_there(site: dict[Path, _Page]) -> None:
    broken = []
    for path, page in site.items():
        if path.name == "404.html":  # its links begin at the root of a server
            continue
        for link in [*page.leads, *page.loads]:
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            target = target / "index.html" if target.is_dir() else target
            known = target in site and (not anchor or anchor in site[target].names)
            if not (known or (target.is_file() and not anchor)):
                broken.append(f"{path.name}: {link}")
    assert not broken


def test_pages_load_nothing_from_elsewhere(site: dict[Path, _Page]) -> None:
    loaded = {link for page in site.values() for link in page.loads}
    assert loaded
    assert not [link for link in loaded if re.match(r"https?:|//", link)]


def test_every_use_case_is_in_the_gallery_and_formulas_are_drawn(site: dict[Path, _Page]) -> None:
    (gallery,) = (path for path in site if path.name == "gallery.html")
    ours = {p.relative_to(ROOT / "docs").with_suffix("").as_posix() for p in
            (ROOT / "docs" / "usecases").rglob("*.md")}  # fmt: skip
    shown = set(re.findall(r'src="thumbnails/(\S+)\.svg"', gallery.read_text("utf-8")))
    assert {f"usecases/{name}" for name in shown} == ours
    molecules = gallery.parent / "usecases" / "life_science" / "ground_state.html"
    text = molecules.read_text(encoding="utf-8")
    assert "<math" in text
    assert not re.search(r'class="arithmatex"|\\frac', text)


@pytest.mark.parametrize("page", HOWTOS, ids=lambda page: page.stem)
def test_the_how_to_runs_as_it_stands(page: Path, tmp_path: Path) -> None:
    shim = tmp_path / "bin" / "usecases"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from usecases.cli import main; main()" "$@"\n'
    )
    shim.chmod(0o755)
    path = {"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    assert blocks
    for language, note, text in blocks:
        code = int(note.partition("fails=")[2] or 0)
        command = ["sh", "-ec", text] if language == "sh" else [sys.executable, "-c", text]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{text}\n{done.stdout}{done.stderr}"


def test_what_is_promised_is_tested() -> None:
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/\w+\.py)`", text)
    assert len(named) > 10
    assert all((ROOT / name).is_file() for name in named)
