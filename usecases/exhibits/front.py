"""Quality against what it took, in money or seconds, with the front that nothing beats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usecases.comparable import Cost
from usecases.exhibits.exhibit import GREY, INK, Exhibit, canvas, legend, plain
from usecases.palette import style
from usecases.records import RunRecord
from usecases.repeats import Repeats, contenders, on_common, repeats
from usecases.statistics.profile import front
from usecases.statistics.spread import median
from usecases.wording import number, percent, seconds

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class _Point:
    contender: str
    gap: float
    effort: float
    best: bool = False


def exhibit(records: Sequence[RunRecord], costs: Mapping[str, Cost]) -> Exhibit | None:
    """Median gap against median effort on the instances that all tried; None for one contender.

    The effort is money where every run of them has a price in one currency, else seconds.
    """
    groups = on_common(repeats(records))
    used = [r for g in groups for r in g.records]
    currency = _currency(used, costs)
    points = [_point(name, of, costs, currency) for name, of in contenders(groups).items()]
    if len(points) < 2:
        return None
    kept = [k for k, p in enumerate(points) if math.isfinite(p.gap)]
    best = {kept[k] for k in front([(points[k].effort, points[k].gap) for k in kept])}
    marked = [_Point(p.contender, p.gap, p.effort, k in best) for k, p in enumerate(points)]
    names = ", ".join(p.contender for p in marked if p.best)
    effort = f"money ({currency})" if currency else "seconds of solving, queues left out"
    return Exhibit(
        title="Quality against effort",
        words=f"Median gap against {effort}, medians over the instances that all of them tried"
        f" ({len({g.place for g in groups})}). Line: the Pareto front, which no other"
        " contender beats in both.",
        alt=f"Gap against effort of {len(points)} contenders; on the Pareto front:"
        f" {names or 'none'}.",
        columns=("contender", "median gap", "effort", "on the front"),
        rows=tuple(_row(p, currency) for p in marked),
        records=tuple(used),
        draw=lambda: _draw(marked, effort),
    )


def _currency(records: Sequence[RunRecord], costs: Mapping[str, Cost]) -> str:
    found = {costs[r.id].currency if r.id in costs else "" for r in records}
    return found.pop() if len(found) == 1 else ""


def _point(
    name: str, groups: Sequence[Repeats], costs: Mapping[str, Cost], currency: str
) -> _Point:
    effort = [costs[r.id].amount if currency else r.timing.solving
              for g in groups for r in g.records]  # fmt: skip
    return _Point(name, median([g.gap.median for g in groups]), median(effort))


def _row(point: _Point, currency: str) -> tuple[str, ...]:
    effort = number(point.effort, currency) if currency else seconds(point.effort)
    gap = percent(point.gap) if math.isfinite(point.gap) else "∞"
    return point.contender, gap, effort, "yes" if point.best else "–"


def _draw(points: Sequence[_Point], effort: str) -> Figure:
    from matplotlib.ticker import LogLocator, NullFormatter

    figure, axes = canvas()
    gaps = [100 * p.gap for p in points if math.isfinite(p.gap)]
    never = 3 * max([1.0, *gaps])
    for k, point in enumerate(points):
        colour, marker = style(k)
        height = 100 * point.gap if math.isfinite(point.gap) else never
        axes.plot([point.effort], [height], marker=marker, color=colour, linestyle="",
                  markersize=9, label=point.contender, markeredgecolor="white",
                  markeredgewidth=0.5)  # fmt: skip
    line = sorted((p.effort, 100 * p.gap) for p in points if p.best)
    axes.step([x for x, _ in line], [y for _, y in line], where="post", color=INK,
              linewidth=1.0, linestyle="--", zorder=1)  # fmt: skip
    if any(math.isinf(p.gap) for p in points):
        axes.axhspan(never / 1.5, never * 1.5, color=GREY, alpha=0.15, linewidth=0)
        axes.annotate("infeasible", (0.99, never), xycoords=("axes fraction", "data"), ha="right",
                      va="center", fontsize=7)  # fmt: skip
    efforts = [p.effort for p in points]
    if min(efforts) > 0:
        axes.set_xscale("log")
        steps = (1.0, 2.0, 5.0) if max(efforts) < 100 * min(efforts) else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(subs=steps))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yscale("symlog", linthresh=0.1)
    plain(axes.yaxis)
    axes.set_ylim(min([0.0, *gaps]) - 0.02, never * (1.5 if len(gaps) < len(points) else 0.6))
    axes.set_xlabel(effort)
    axes.set_ylabel("median gap, % (linear below 0.1)")
    legend(figure, axes)
    return figure
