"""Where each page stands: by its folder, so that a new page needs no list to be kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

FIRST = ("start.md", "gallery.md", "promises.md", "comparison.md")
CONCEPTS = ("record.md", "glossary.md")
SECTORS = {"logistics": "Logistics", "life_science": "Life science", "energy": "Energy"}


def tree(docs: Path, tours: Iterable[str], references: Iterable[str]) -> list[Any]:
    """The navigation of all pages in the folder and of the generated ones."""
    others = sorted(
        p.name for p in docs.glob("*.md") if p.name not in (*FIRST, *CONCEPTS, "index.md")
    )
    return [
        {"Start": ["index.md", *FIRST]},
        {"Use cases": [{SECTORS[s]: _in(docs, f"usecases/{s}")} for s in SECTORS]},
        {"Tours": [*tours]},
        {"How to": _in(docs, "howto")},
        {"Workshops": _in(docs, "workshop")},
        {"Concepts": [*CONCEPTS, *others]},
        {"Reference": [*references]},
        {"Contributing": ["CONTRIBUTING.md", "CHANGELOG.md", {"Design": _in(docs, "design")}]},
    ]


def _in(docs: Path, folder: str) -> list[str]:
    """The pages of a folder; its index.md comes first."""
    found = sorted((docs / folder).glob("*.md"), key=lambda p: (p.stem != "index", p.name))
    return [p.relative_to(docs).as_posix() for p in found]
