"""Links of a page as they are on the site: the folder docs, the notebooks and two pages beside."""

from __future__ import annotations

import os
import re
from pathlib import Path

BESIDE = ("CONTRIBUTING.md", "CHANGELOG.md")
"""Pages of the repository's root that the site holds as well."""

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_site(text: str, page: str, root: Path) -> str:
    """The page's text with links that lead somewhere on the site; others become plain words."""
    docs = root / "docs"
    written, shown = _written(page, root).parent, (docs / page).parent

    def moved(found: re.Match[str]) -> str:
        target = _shown(Path(os.path.normpath(written / found[2])), root)
        if docs not in target.parents:
            return found[1]
        return f"[{found[1]}]({Path(os.path.relpath(target, shown)).as_posix()}{found[3] or ''})"

    return _LINK.sub(moved, text)


def _written(page: str, root: Path) -> Path:
    """The file from which the site's page is made."""
    if page in BESIDE:
        return root / page
    if page.startswith("tours/"):
        return root / "notebooks" / Path(page).name
    return root / "docs" / page


def _shown(file: Path, root: Path) -> Path:
    """The page of the site that shows a file of the repository; the file itself where none does."""
    docs, notebooks = root / "docs", root / "notebooks"
    if file.parent == root and file.name in BESIDE:
        return docs / file.name
    if file.suffix == ".ipynb" and notebooks in file.parents:
        inside = file.relative_to(notebooks).with_suffix(".md")
        return docs / ("tours" if file.parent == notebooks else "usecases") / inside
    return file
