"""Numbers in a page's sentences, each taken from a stored run when the page is made."""

from __future__ import annotations

import re
from collections.abc import Sequence

from usecases.curve_figure import scaled
from usecases.errors import UsageError
from usecases.ladder import error
from usecases.records import RunRecord
from usecases.rows import COLUMNS, table

PLACE = re.compile(r"<!--\s+(\w+)\s+of\s+(\S+)\s+by\s+([^>]+?)\s+-->")
"""Where a sentence wants a number: `<!-- optimal of workshop:rows by qaoa -->`.

A column of the runs' table, or `error`, as in the ladder; the instance, with its formulation
after a colon; and the row's name, or how it begins.
"""


def told(text: str, records: Sequence[RunRecord], tolerance: float | None) -> str:
    """The text with every number that it asks for, without intervals and remarks.

    Raises UsageError where no stored run carries a number, or several carry different ones.
    """

    def found(asked: re.Match[str]) -> str:
        what, where, who = (" ".join(word.split()) for word in asked.groups())
        values = set(_values(_of(records, where), what, who, tolerance)) - {"–"}
        if len(values) != 1:
            told = " or ".join(sorted(values)) or "none"
            raise UsageError(f"{what} of {where} by {who}: the stored runs tell {told}")
        return values.pop()

    return PLACE.sub(found, text)


def _of(records: Sequence[RunRecord], where: str) -> list[RunRecord]:
    """The runs of an instance, and of the use case's own formulation if no other is named."""
    name, _, form = where.partition(":")
    return [r for r in records if (r.instance.name, r.usecase.partition(":")[2]) == (name, form)]


def _values(
    records: Sequence[RunRecord], what: str, who: str, tolerance: float | None
) -> list[str]:
    if what == "error":
        scale = scaled(tolerance, records[0].score.unit)[0] if records else 1.0
        return [error(r, scale) for r in records if r.algorithm == who]
    if what not in COLUMNS:
        raise UsageError(f"{what} is none of {', '.join(COLUMNS)}, error")
    rows = [row for row in table(records) if row["algorithm"].startswith(who)]
    rows = [row for row in rows if row["algorithm"] == who] or rows
    return [re.split(r" [\[(]", row[what])[0] for row in rows]
