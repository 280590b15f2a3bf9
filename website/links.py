"""Links of a page as they are on the site: the folder docs and a few pages beside it."""

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
    here = root if page in BESIDE else (docs / page).parent
    above = docs if page in BESIDE else here

    def moved(found: re.Match[str]) -> str:
        whole = Path(os.path.normpath(here / found[2]))
        inside = docs / whole.name if whole.parent == root and whole.name in BESIDE else whole
        if docs not in inside.parents:
            return found[1]
        return f"[{found[1]}]({Path(os.path.relpath(inside, above)).as_posix()}{found[3] or ''})"

    return _LINK.sub(moved, text)
