"""Pages are current, and show their stored runs, which verify."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import ROOT, usecases
from usecases import judge
from usecases.instances import content_hash
from usecases.naming import label
from usecases.page import pages, stored_runs
from usecases.registry import names
from usecases.verify import verify

OURS = [n for n in names("usecase") if not n.startswith("municipality/")]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))


def test_pages_are_current() -> None:
    assert usecases("page", "--check", cwd=ROOT).returncode == 0
    assert {p.relative_to(ROOT / "notebooks").with_suffix("").as_posix() for p in NOTEBOOKS} == {
        *OURS
    }


def test_a_stale_page_is_noticed(tmp_path: Path) -> None:
    generated = dict(pages(ROOT))
    pictures = [path for path in generated if path.suffix == ".svg"]
    assert len(generated) == 2 * len(OURS) + len(pictures)
    for path, text in generated.items():
        assert "<!-- runs -->" not in text
        assert "<!-- feasible" not in text
        assert "<!-- ladder" not in text
        assert "<!-- curve" not in text
        assert path.read_text(encoding="utf-8") == text


@pytest.fixture
def chance_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance computed once for all runs of an instance: it does not depend on the run."""
    compute, kept = judge.chance, {}

    def chance(case: Any, instance: Any, model: Any, reference: Any, seed: int) -> Any:
        key = (content_hash(instance), case.model, case.objective, seed)
        if key not in kept:
            kept[key] = compute(case, instance, model, reference, seed)
        return kept[key]

    monkeypatch.setattr(judge, "chance", chance)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.usefixtures("chance_once")
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


def test_dollars_do_not_start_formulas() -> None:
    """In Markdown a bare dollar sign in a table eats the text up to the next one."""
    bare = re.compile(r"^\|.*(?<!\\)\$", re.M)
    for path, text in pages(ROOT):
        if path.suffix == ".md":
            assert not bare.search(text), path.name
