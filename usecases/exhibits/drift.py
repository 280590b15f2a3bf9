"""The same request over time, with marks where the machine was calibrated anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from usecases.comparable import calibration
from usecases.exhibits.exhibit import GREY, Exhibit, canvas, legend
from usecases.naming import label, machine
from usecases.palette import style
from usecases.records import RunRecord
from usecases.wording import percent, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 3
"""Moments from which one speaks of a course."""

MOST = 6
"""Figures that are drawn: the requests that were repeated most often."""


def exhibits(records: Sequence[RunRecord]) -> list[Exhibit]:
    """What was asked on three days or more, most often repeated first."""
    series: dict[tuple[str, ...], list[RunRecord]] = {}
    for record in records:
        if record.backend and finished(record):
            name = f"{label(record)} on {machine(record)}"
            series.setdefault((record.usecase, record.instance.sha256, name), []).append(record)
    lasting = [s for s in series.values() if len({_day(r) for r in s}) >= FEWEST]
    return [_exhibit(s) for s in sorted(lasting, key=len, reverse=True)[:MOST]]


def finished(record: RunRecord) -> datetime | None:
    """When the run ended, None where the record does not say."""
    try:
        when = datetime.fromisoformat(str(record.provenance["finished"]))
    except (KeyError, ValueError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _day(record: RunRecord) -> str:
    return str(finished(record))[:10]


def _exhibit(series: Sequence[RunRecord]) -> Exhibit:
    ordered = sorted(series, key=_day_number)
    first = ordered[0]
    shots = all(r.score.feasible_share is not None for r in ordered)
    anew = _changes(ordered)
    marks = (
        f"Dashed: the machine's state changed, {len(anew)} times."
        if anew
        else (
            "No run tells of a calibration."
            if not any(map(calibration, ordered))
            else "The machine's state did not change."
        )
    )
    return Exhibit(
        title=f"Over time: {first.usecase} {first.instance.name}",
        words=f"{label(first)} on {machine(first)}, the same request but for the seed."
        f" {'Feasible share of shots with its 95 % interval.' if shots else 'Gap.'} {marks}",
        alt=f"{len(ordered)} runs from {_day(ordered[0])} to {_day(ordered[-1])};"
        f" the machine's state changed {len(anew)} times.",
        columns=("finished", "run", "gap", "feasible share", "state of the machine"),
        rows=tuple(_row(r) for r in ordered),
        records=tuple(ordered),
        draw=lambda: _draw(ordered, anew, shots=shots),
    )


def _changes(ordered: Sequence[RunRecord]) -> list[RunRecord]:
    """The first runs after the machine's state changed."""
    return [b for a, b in pairwise(ordered) if calibration(a) != calibration(b)]


def _row(record: RunRecord) -> tuple[str, ...]:
    score = record.score
    return (
        *(str(record.provenance["finished"]), record.id),
        "infeasible" if score.gap is None else percent(score.gap),
        share(score.feasible_share, score.feasible_interval),
        calibration(record) or "not told",
    )


def _draw(ordered: Sequence[RunRecord], anew: Sequence[RunRecord], *, shots: bool) -> Figure:
    figure, axes = canvas(height=3.6)
    colour, marker = style(0)
    when = [*map(_day_number, ordered)]
    if shots:
        values = [100 * (r.score.feasible_share or 0.0) for r in ordered]
        ends = [r.score.feasible_interval or (0.0, 1.0) for r in ordered]
        bars = [[max(v - 100 * e[0], 0.0) for v, e in zip(values, ends, strict=True)],
                [max(100 * e[1] - v, 0.0) for v, e in zip(values, ends, strict=True)]]  # fmt: skip
        axes.errorbar(when, values, bars, color=colour, marker=marker, capsize=3, linewidth=1.0,
                      label=_source(ordered))  # fmt: skip
        axes.set_ylabel("feasible share, %")
    else:
        gaps = [math.nan if r.score.gap is None else 100 * r.score.gap for r in ordered]
        axes.plot(when, gaps, color=colour, marker=marker, linewidth=1.0)
        axes.set_ylabel("gap, %")
    for k, record in enumerate(anew):
        axes.axvline(_day_number(record), color=GREY, linestyle="--", linewidth=1.0,
                     label="" if k else "state of the machine changed")  # fmt: skip
    axes.xaxis_date()
    figure.autofmt_xdate()
    legend(figure, axes)
    return figure


def _day_number(record: RunRecord) -> float:
    """When the run ended, in days since 1970."""
    when = finished(record)
    return when.timestamp() / 86_400 if when else 0.0


def _source(records: Sequence[RunRecord]) -> str:
    """The machine and what kind of source it is."""
    return f"{machine(records[0])} ({records[0].source})"
