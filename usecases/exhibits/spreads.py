"""Medians over seeds with their intervals, an instance below the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from usecases.exhibits.exhibit import GREY, INK, Exhibit, canvas, plain, short
from usecases.palette import style
from usecases.records import RunRecord
from usecases.repeats import Repeats, contenders, repeats
from usecases.statistics.spread import FEWEST, Spread, spread
from usecases.wording import percent, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 24
"""Lines that are drawn; the table has all."""

WIDE = 40
"""Characters of a name that stand in one line."""

COLUMNS = ("use case", "instance", "contender", "runs", "feasible", "median gap", "best",
           "optimal shots", "by chance", "time")  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """What is drawn beside a contender's name, under a heading."""

    heading: str
    contender: str
    gaps: tuple[float, ...]
    found: Spread


def exhibit(records: Sequence[RunRecord]) -> Exhibit | None:
    """The median gap of each contender on each instance; None for a single run."""
    groups = sorted(repeats(records), key=_order)
    if len(groups) < 2:
        return None
    lines, over = _lines(groups)
    cut = f" The first {MOST} of {len(lines)} lines are drawn." if lines[MOST:] else ""
    few = min(line.found.count for line in lines) < FEWEST
    weak = f" From fewer than {FEWEST} values no 95 % interval follows." if few else ""
    solved = sum(g.gap.finite == len(g.records) for g in groups)
    return Exhibit(
        title="Gaps to the reference",
        words=f"Marks: median over {over}; bars: its 95 % bootstrap interval; dots: what it is the"
        " median of. 0 ties with the reference. Infeasible is infinitely far. The best of many"
        f" shots is good by chance on a small instance: see the optimal shots.{weak}{cut}",
        alt=f"Gaps of {len(contenders(groups))} contenders on"
        f" {len({g.place for g in groups})} instances; in {solved} of {len(groups)} cases every"
        " run was feasible. The numbers are in the table.",
        columns=COLUMNS,
        rows=tuple(map(row, groups)),
        records=tuple(r for g in groups for r in g.records),
        draw=lambda: _draw(lines[:MOST]),
    )


def _order(group: Repeats) -> tuple[str, int, str]:
    return group.first.usecase, group.first.qubits, group.place


def _lines(groups: Sequence[Repeats]) -> tuple[list[_Line], str]:
    """A line for each contender on each instance, or for each contender if these are too many."""
    if len(groups) <= MOST:
        each = [_Line(g.place, g.contender, tuple(g.gaps), g.gap) for g in groups]
        return each, "seeds"
    found = []
    for name, of in contenders(groups).items():
        medians = tuple(g.gap.median for g in of)
        found.append(_Line("", name, medians, spread(medians)))
    return sorted(found, key=lambda line: -line.found.count), "instances of medians over seeds"


def row(group: Repeats) -> tuple[str, ...]:
    """One contender on one instance in words."""
    first, found = group.first, group.gap
    return (
        *(first.usecase, first.instance.name, group.contender, str(found.count)),
        f"{found.finite} of {found.count}",
        interval(found),
        "–" if not found.finite else percent(min(group.gaps)),
        "–" if group.optimal is None else interval(group.optimal),
        _by_chance(first),
        _times(group.seconds),
    )


def _by_chance(record: RunRecord) -> str:
    luck = record.score.chance
    return "–" if luck is None or luck.optimal_share is None else percent(luck.optimal_share)


def _times(found: Spread) -> str:
    if found.count == 1:
        return seconds(found.median)
    return f"{seconds(found.median)} [{seconds(found.low)}, {seconds(found.high)}]"


def interval(found: Spread) -> str:
    """A median share or gap with its interval, in percent; ∞ where it was not reached."""
    if found.count == 1 or found.median == found.low == found.high:
        return _percent(found.median)
    return f"{_percent(found.median)} [{_percent(found.low)}, {_percent(found.high)}]"


def _percent(value: float) -> str:
    return percent(value) if math.isfinite(value) else "∞" if value > 0 else "−∞"


def _draw(lines: Sequence[_Line]) -> Figure:
    headings = len({line.heading for line in lines if line.heading})
    figure, axes = canvas(height=1.2 + 0.2 * headings + _room(lines))
    names = list(dict.fromkeys(line.contender for line in lines))
    finite = [100 * v for line in lines for v in line.gaps if math.isfinite(v)]
    edge = max([*map(abs, finite), 1.0]) * 3
    ticks: list[tuple[float, str]] = []
    height = -1.0
    for heading, mine in groupby(lines, lambda line: line.heading):
        if heading:
            height += 1
            _heading(axes, heading, height)
        for line in mine:
            height += 1
            ticks.append((height, _broken(line.contender)))
            _mark(axes, line, height, names.index(line.contender), edge)
    axes.set_xscale("symlog", linthresh=0.1)
    plain(axes.xaxis)
    axes.set_xlim(min([*finite, 0.0]) - 0.01, edge * 1.5)
    axes.set_ylim(height + 0.6, -0.6)
    axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks], fontsize=7.5)
    axes.grid(axis="y", visible=False)
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.set_xlabel("gap to the reference, % (linear below 0.1)")
    if any(math.isinf(v) for line in lines for v in line.gaps):
        axes.axvspan(edge / 1.5, edge * 1.5, color=GREY, alpha=0.15, linewidth=0)
        axes.annotate("infeasible", (edge, 0), (0, 2), textcoords="offset points",
                      xycoords=("data", "axes fraction"), ha="center", fontsize=7)  # fmt: skip
    return figure


def _broken(name: str) -> str:
    """A contender's name for an axis; a long one has its machine in a second line."""
    if len(name) <= WIDE or " on " not in name:
        return short(name)
    return "\n".join(map(short, (name.partition(" on ")[0], "on " + name.partition(" on ")[2])))


def _room(lines: Sequence[_Line]) -> float:
    """The height of the lines in inches; all have that of the tallest name."""
    return (0.28 if any("\n" in _broken(line.contender) for line in lines) else 0.2) * len(lines)


def _heading(axes: Axes, words: str, height: float) -> None:
    axes.annotate(
        short(words, 70), (0, height), (4, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", fontsize=8, weight="bold",
    )  # fmt: skip
    axes.axhline(height - 0.5, color="#dddddd", linewidth=0.6)


def _mark(axes: Axes, line: _Line, height: float, k: int, edge: float) -> None:
    colour, marker = style(k)
    found = line.found

    def shown(value: float) -> float:
        return 100 * value if math.isfinite(value) else math.copysign(edge, value)

    if found.count > 1:
        axes.plot([shown(found.low), shown(found.high)], [height] * 2, color=colour, linewidth=1.6)
        axes.plot([*map(shown, line.gaps)], [height] * found.count, ".", color=colour, alpha=0.5,
                  markersize=4, rasterized=found.count > 200)  # fmt: skip
    axes.plot([shown(found.median)], [height], marker, color=colour, markersize=7,
              linestyle="", markeredgecolor="white", markeredgewidth=0.5)  # fmt: skip
