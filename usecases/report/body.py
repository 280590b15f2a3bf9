"""Exhibits on a page: a figure, its words, and its data as a table under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from usecases.exhibits import Exhibit
from usecases.records import RunRecord
from usecases.repeats import duels, repeats
from usecases.report import html
from usecases.report.pairs import COLUMNS, verdicts
from usecases.sheet import stamp

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def exhibit(shown: Exhibit) -> str:
    """A figure with its words, and its data as a table under it."""

    def stamped() -> Figure:
        figure = shown.draw()
        stamp(figure, shown.stamp)
        return figure

    picture = html.figure(stamped, shown.alt, shown.words, shown.stamp)
    table = html.table(shown.title, shown.columns, shown.rows)
    return f"<h3>{html.text(shown.title)}</h3>\n{picture}\n{table}"


def pairs(records: Sequence[RunRecord]) -> str:
    rows = verdicts(duels(repeats(records)))
    if not rows:
        return ""
    words = (
        "Median gaps on the instances that both tried. p: two-sided, by Wilcoxon's signed ranks and"
        " by signs, corrected by Holm for all pairs of this table; below six pairs nothing can be"
        " decided."
    )
    table = html.table("pairs of contenders", COLUMNS, rows)
    return f'<h3>Pairs of contenders</h3>\n<p class="words">{words}</p>\n{table}'
