"""Pages are current, and show their stored runs, which verify."""

import re
from pathlib import Path

import pytest

from tests.helpers import ROOT, usecases
from usecases.naming import label
from usecases.page import pages, stored_runs
from usecases.registry import names
from usecases.verify import verify

OURS = [n for n in names("usecase") if not n.startswith("municipality/")]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))


@pytest.fixture(scope="module")
def generated() -> dict[Path, str]:
    return dict(pages(ROOT))


def test_pages_are_current() -> None:
    assert usecases("page", "--check", cwd=ROOT).returncode == 0
    assert {p.relative_to(ROOT / "notebooks").with_suffix("").as_posix() for p in NOTEBOOKS} == {
        *OURS
    }


def test_a_stale_page_is_noticed(generated: dict[Path, str]) -> None:
    pictures = [path for path in generated if path.suffix == ".svg"]
    assert len(generated) == 2 * len(OURS) + len(pictures)
    for path, text in generated.items():
        assert "<!-- runs -->" not in text
        assert "<!-- feasible" not in text
        assert "<!-- ladder" not in text
        assert "<!-- curve" not in text
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", OURS)
def test_stored_runs_are_whole_and_shown(name: str) -> None:
    records = stored_runs(ROOT, name)
    assert {r.instance.name for r in records} >= {"demo", "workshop"}
    page = (ROOT / "docs" / "usecases" / f"{name}.md").read_text(encoding="utf-8")
    assert "| reference (optimal) |" in page
    assert "| chance |" in page
    for record in records:
        assert verify(record)
        assert f"| {label(record)} |" in page


def test_links_in_the_docs_lead_somewhere() -> None:
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for file in files:
        for link in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
            if "://" not in link and not link.startswith("$"):
                assert (file.parent / link).exists(), f"{file.name}: {link}"


def test_dollars_do_not_start_formulas(generated: dict[Path, str]) -> None:
    """In Markdown a bare dollar sign in a table eats the text up to the next one."""
    bare = re.compile(r"^\|.*(?<!\\)\$", re.M)
    for path, text in generated.items():
        if path.suffix == ".md":
            assert not bare.search(text), path.name
