"""The runs of one instance on a page: their table, and the picture of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from usecases import registry
from usecases.errors import UsecasesError
from usecases.exhibits.exhibit import origin
from usecases.exhibits.spreads import COLUMNS as SPREAD
from usecases.exhibits.spreads import row
from usecases.naming import made_by
from usecases.records import RunRecord
from usecases.repeats import repeats
from usecases.report import html
from usecases.rows import COLUMNS, table
from usecases.wording import number


def title(record: RunRecord) -> str:
    """The use case and the instance in words."""
    return f"{_case(record.usecase)}: {record.instance.name}"


def _case(usecase: str) -> str:
    try:
        return registry.usecase(usecase).title
    except UsecasesError:
        return usecase  # not installed here


def told(records: Sequence[RunRecord], drawn: RunRecord | None) -> str:
    """The table of an instance's runs, repeated ones in one line, and the answer of one of them."""
    first = records[0]
    size = f"{first.qubits} qubits, score in {first.score.unit}"
    line = f"<p><code>{html.text(first.usecase)}</code> · {html.text(first.instance.name)} ·"
    return f"{line} {html.text(size)}</p>\n{_table(records)}\n{_picture(drawn) if drawn else ''}"


def _table(records: Sequence[RunRecord]) -> str:
    name, groups = title(records[0]), repeats(records)
    rows = [[row[c] for c in COLUMNS] for row in table(records)]
    if len(groups) == len(records):
        return html.table(name, COLUMNS, rows, _context)
    ends = [row for row in rows if _context(row)]
    lines = html.table(name, SPREAD[2:], (row(g)[2:] for g in groups))
    return lines + html.table(f"{name}: reference and chance", COLUMNS, ends, _context)


def _context(row: Sequence[str]) -> bool:
    return row[0].startswith(("reference", "chance"))


def best(records: Sequence[RunRecord]) -> RunRecord:
    """The first run whose gap is least."""
    return min(records, key=lambda r: float("inf") if r.score.gap is None else r.score.gap)


def _picture(record: RunRecord) -> str:
    from usecases.plots import plot

    words = f"The answer of {made_by(record)}, run {record.id}."
    try:
        if registry.usecase(record.usecase).plot is None:
            return ""
    except UsecasesError:
        pass  # not installed here: the figure says so
    return html.figure(lambda: plot(record), f"{words} {_worth(record)}", words, origin([record]))


def _worth(record: RunRecord) -> str:
    """The answer in words, for who cannot see it."""
    score = record.score
    if score.objective is None:
        return f"It breaks {len(score.violations)} rules."
    best_known = number(score.reference.value, score.unit)
    return f"It is worth {number(score.objective, score.unit)}; the reference is {best_known}."
