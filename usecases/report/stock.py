"""The page of a stock-taking: what a review of a year would read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from usecases.exhibits import drift
from usecases.exhibits.exhibit import GREY, Exhibit, canvas, legend, origin, short
from usecases.naming import label
from usecases.palette import STYLES
from usecases.report import html
from usecases.report.body import exhibit
from usecases.report.footer import footer, provenance
from usecases.stock import Change, Spent, Stock, machine
from usecases.wording import number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN = 30
"""Changes of gaps in the picture."""


def page(stock: Stock) -> str:
    """Counts, what is new, better gaps, money and failures of the period."""
    first, last = _day(stock.since), _day(stock.until)
    records = [c.now for c in stock.changes]
    parts = {"In numbers": _numbers(stock), "New": _new(stock), "Better gaps": _gaps(stock)}
    if courses := drift.exhibits(stock.repeated):
        parts["Over time"] = "\n".join(map(exhibit, courses))
    parts |= {"Costs": _costs(stock.spent), "Failures": _failures(stock)}
    parts["Runs that made the difference"] = provenance(records)
    body = "\n".join(html.section(name, part) for name, part in parts.items())
    lead = f"Runs begun from {first} to {last}, beside all runs before."
    title = f"What changed: {first} to {last}"
    return html.document(title, lead, html.contents([*parts]) + body, footer(records))


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _numbers(stock: Stock) -> str:
    better = sum(c.before is not None for c in stock.changes)
    rows = [
        ("runs before", str(stock.before)),
        ("runs within", str(len(stock.within))),
        ("runs that failed", str(sum(count for _, count in stock.failures))),
        ("better gaps than before", str(better)),
        ("instances met on a machine for the first time", str(len(stock.changes) - better)),
    ]
    used = Counter(map(machine, stock.within))
    known = html.table("machines used", ("machine", "runs"), ((m, str(n)) for m, n in used.items()))
    return html.table("counts", ("what", "how many"), rows) + known


def _new(stock: Stock) -> str:
    rows = [(word, ", ".join(names) or "none") for word, names in stock.new.items()]
    return html.table("what is new", ("new", "names"), rows)


def _gaps(stock: Stock) -> str:
    more = f"<p>And {stock.hidden} more.</p>" if stock.hidden else ""
    found = improvements(stock.changes)
    return (exhibit(found) if found else "<p>No gap became smaller.</p>") + more


COLUMNS = (
    *("use case", "instance", "machine", "gap before", "gap now"),
    *("algorithm", "lift over chance", "source", "run"),
)


def improvements(changes: Sequence[Change]) -> Exhibit | None:
    """The best gaps before and now, as a picture and a table; None where nothing changed."""
    if not changes:
        return None
    better = sum(c.before is not None for c in changes)
    cut = f" The first {DRAWN} of {len(changes)} are drawn." if changes[DRAWN:] else ""
    return Exhibit(
        title="Best gaps, before and now",
        words="Hollow: the best gap before the period; filled: the best within it, for each"
        " instance with each machine. The best of many shots is small on small instances even by"
        f" chance: see the lift.{cut}",
        alt=f"{better} best gaps became smaller; {len(changes) - better} instances were met on a"
        " machine for the first time. The numbers are in the table.",
        columns=COLUMNS,
        rows=tuple(map(_row, changes)),
        records=tuple(c.now for c in changes),
        draw=lambda: _draw(changes[:DRAWN]),
    )


def _row(change: Change) -> tuple[str, ...]:
    now = change.now
    return (
        *(now.usecase, now.instance.name, change.machine),
        "new" if change.before is None else percent(change.before),
        percent(now.score.gap or 0.0),
        label(now),
        "–" if now.score.lift is None else f"{now.score.lift:.3g}×",
        *(origin([now]), now.id),
    )


def _draw(changes: Sequence[Change]) -> Figure:
    figure, axes = canvas(height=1.4 + 0.24 * len(changes))
    colour = STYLES[0][0]
    for k, change in enumerate(changes):
        now = 100 * (change.now.score.gap or 0.0)
        if change.before is not None:
            axes.plot([100 * change.before, now], [k, k], color=GREY, linewidth=1.2, zorder=1)
            axes.plot([100 * change.before], [k], "o", color=colour, markerfacecolor="white")
        axes.plot([now], [k], "o", color=colour)
    axes.plot([], [], "o", color=colour, markerfacecolor="white", label="before")
    axes.plot([], [], "o", color=colour, label="now")
    names = [f"{c.now.usecase} {c.now.instance.name} · {c.machine}" for c in changes]
    axes.set_yticks(range(len(names)), [short(name, 60) for name in names], fontsize=7.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xscale("symlog", linthresh=0.1)
    axes.set_xlabel("gap to the reference, % (linear below 0.1)")
    legend(figure, axes)
    return figure


def _costs(spent: Sequence[Spent]) -> str:
    if not spent:
        return "<p>No job was sent to a machine elsewhere.</p>"
    rows = [
        (s.machine, str(s.jobs), number(s.within, s.currency), number(s.before, s.currency))
        for s in spent
    ]
    columns = ("machine", "jobs within", "cost within", "cost before")
    return html.table("costs by machine", columns, rows)


def _failures(stock: Stock) -> str:
    if not stock.failures:
        return "<p>No run failed.</p>"
    rows = ((reason[:300], str(count)) for reason, count in stock.failures)
    return html.table("why runs failed", ("reason", "runs"), rows)
