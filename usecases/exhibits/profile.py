"""Performance profiles: who solves which share of instances within how many times the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from usecases.exhibits.exhibit import Exhibit, canvas, legend
from usecases.palette import style
from usecases.records import RunRecord
from usecases.repeats import Repeats, contenders, on_common, repeats
from usecases.statistics.profile import Steps, profiles
from usecases.statistics.spread import median
from usecases.wording import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TARGET = 0.01
"""The gap up to which an instance counts as solved."""

FEWEST = 3
"""Instances that all contenders have to have tried."""


def exhibit(records: Sequence[RunRecord]) -> Exhibit | None:
    """Profiles of the time to a gap of 1 %; None for one contender or few common instances."""
    groups = on_common(repeats(records))
    costs = {name: {g.key: _cost(g) for g in of} for name, of in contenders(groups).items()}
    common = {g.key for g in groups}
    if len(costs) < 2 or len(common) < FEWEST:
        return None
    found = profiles(costs)
    solved = {name: steps[-1][1] for name, steps in found.items()}
    first = max(solved, key=solved.__getitem__)
    return Exhibit(
        title="Performance profiles",
        words=f"Share of the instances that all of them tried ({len(common)}) which a contender"
        f" brought within {percent(TARGET)} of the reference in at most so many times the least"
        " time (Dolan and Moré 2002). Medians over seeds; unsolved is never. Queues left out.",
        alt=f"Performance profiles of {len(costs)} contenders on {len(common)} instances; the"
        f" most were solved by {first}, {percent(solved[first])}.",
        columns=("contender", "quickest on", "within 2×", "within 10×", "ever"),
        rows=tuple(
            (n, *(percent(_at(s, t)) for t in (1, 2, 10, math.inf))) for n, s in found.items()
        ),
        records=tuple(r for g in groups for r in g.records),
        draw=lambda: _draw(found),
    )


def _cost(group: Repeats) -> float:
    # A clock that saw nothing pass still saw something positive.
    pairs = zip(group.records, group.gaps, strict=True)
    return median([max(r.timing.solving, 1e-9) if gap <= TARGET else math.inf for r, gap in pairs])


def _at(steps: Steps, ratio: float) -> float:
    return max(share for start, share in steps if start <= ratio)


def _draw(found: Mapping[str, Steps]) -> Figure:
    figure, axes = canvas()
    end = 2 * max(start for steps in found.values() for start, _ in steps)
    for k, (name, steps) in enumerate(found.items()):
        colour, marker = style(k)
        starts, shares = zip(*steps, (end, steps[-1][1]), strict=True)
        axes.step(starts, [100 * s for s in shares], where="post", color=colour, marker=marker,
                  markersize=4, linewidth=1.6, label=name)  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_ylim(-3, 103)
    axes.set_xlabel("time ÷ the quickest contender's time")
    axes.set_ylabel(f"instances within {percent(TARGET)}, %")
    legend(figure, axes)
    return figure
