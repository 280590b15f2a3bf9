"""What the site adds to the folder docs: thumbnails, a reference, formulas without scripts."""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "website")]

import gallery  # noqa: E402 - found beside this file
import links  # noqa: E402
import navigation  # noqa: E402
import reference  # noqa: E402
import tour  # noqa: E402

FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)
"""A formula as the Markdown extension leaves it: \\(in a line\\) or \\[by itself\\]."""


def on_config(config: Any) -> Any:
    """Lay out the navigation from the folders."""
    config.nav = navigation.tree(Path(config.docs_dir), tour.files(ROOT), reference.NAMES)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add what is made for the site alone: pages, pictures and the style sheet."""
    from mkdocs.structure.files import File

    cards, pictures = gallery.files(ROOT)
    config.extra["cards"] = cards
    made = {**pictures, **reference.files(), **tour.files(ROOT)}
    made |= {name: (ROOT / name).read_text(encoding="utf-8") for name in links.BESIDE}
    made["site.css"] = (ROOT / "website" / "site.css").read_text(encoding="utf-8")
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Put in the gallery's cards, and keep the links that lead somewhere on the site."""
    whole = markdown.replace(gallery.PLACE, config.extra["cards"])
    return links.on_site(whole, page.file.src_uri, ROOT)


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Write formulas as MathML, which browsers draw without a script."""
    from latex2mathml.converter import convert

    def drawn(found: re.Match[str]) -> str:
        display = "block" if found[2] == "[" else "inline"
        return convert(unescape(found[3]), display=display)

    return re.sub(
        r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', drawn, html, flags=re.S
    )
