"""The pieces of a page. Whatever comes from data is text: it is escaped here and nowhere else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from usecases import sheet
from usecases.errors import UsecasesError, printable
from usecases.report.style import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BROKEN = (UsecasesError, ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What a record that was made elsewhere, or whose numbers no run gives, may lead to."""

LONG = 32
"""Characters from which a cell of a table may be broken into lines."""

LARGEST = 50_000
"""Bytes of a figure's SVG above which pixels are smaller."""


def text(value: str) -> str:
    """Text from anywhere as HTML, without signs that steer how it is shown."""
    # The narrow space between thousands counts as not printable, and is.
    return escape("\u202f".join(map(printable, value.split("\u202f"))))


def document(title: str, lead: str, body: str, footer: str) -> str:
    """A whole page that needs no network, and whose policy forbids it one and all scripts."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title><style>{STYLE}</style></head>
<body>
<header><h1>{text(title)}</h1>
<p class="lead">{text(lead)}</p></header>
<main>
{body}
</main>
<footer>
{footer}
</footer>
</body>
</html>
"""


def table(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    context: Callable[[Sequence[str]], bool] = lambda row: False,
) -> str:
    """A table that can be scrolled by keyboard too; rows of `context` stand back."""
    head = "".join(f'<th scope="col">{text(c)}</th>' for c in columns)
    body = []
    for row in rows:
        cells = "".join(map(_cell, row))
        body.append(f'<tr class="context">{cells}</tr>' if context(row) else f"<tr>{cells}</tr>")
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="Table: {text(name)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table></div>"
    )


def _cell(value: str) -> str:
    kind = ' class="long"' if len(value) > LONG else ""
    return f"<td{kind}>{text(value)}</td>"


def listing(words: str, items: Sequence[str]) -> str:
    """What a reader has to know before, as a list; nothing where there is nothing."""
    if not items:
        return ""
    told = "".join(f"<li>{text(item)}</li>" for item in items)
    name = f'class="notes" aria-label="{text(words)}"'
    return f"<aside {name}><p>{text(words)}</p><ul>{told}</ul></aside>"


def figure(draw: Callable[[], Figure], alt: str, caption: str, source: str) -> str:
    """A drawing as an image, in which nothing can run, with the stamp of where it comes from.

    A record that cannot be drawn leaves a line that says why, and not the page undone.
    """
    try:
        image = _image(draw)
    except BROKEN as error:
        return f"<p>{text(caption)} It cannot be drawn: {text(str(error)[:300])}.</p>"
    stamp = f'<span class="stamp">{text(source)}</span>'
    words = f"<figcaption>{stamp}{text(caption)}</figcaption>"
    named = f"Figure: {text(alt[:60])}"
    return (
        f'<figure><div class="wide" role="region" tabindex="0" aria-label="{named}">'
        f'<img alt="{text(alt)}" src="{image}"></div>{words}</figure>'
    )


def _image(draw: Callable[[], Figure]) -> str:
    """The figure as a data URI: SVG, or pixels where these are smaller."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "usecases", "svg.fonttype": "none"}):
        drawn = draw()
        found, kind = sheet.svg(drawn).encode(), "svg+xml"
        if len(found) > LARGEST:
            found, kind = min((found, kind), (sheet.png(drawn), "png"), key=lambda f: len(f[0]))
    return f"data:image/{kind};base64,{base64.b64encode(found).decode()}"


def anchor(words: str) -> str:
    """A name for a place on the page that no data can choose."""
    return f"s{hashlib.sha256(words.encode()).hexdigest()[:10]}"


def contents(titles: Sequence[str]) -> str:
    """Links to the sections of these titles."""
    items = "".join(f'<li><a href="#{anchor(t)}">{text(t)}</a></li>' for t in titles)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>'


def section(title: str, body: str) -> str:
    """A part of the page that the contents can lead to."""
    return f'<section><h2 id="{anchor(title)}">{text(title)}</h2>\n{body}\n</section>'
