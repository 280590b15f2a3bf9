"""A picture of the grid with its PMUs and of what they observe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from energy._grid.layout import places
from energy.grid_monitoring.observing import marks, observed
from energy.grid_monitoring.reading import Placement
from energy.grid_monitoring.sites import Monitored

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PMU, SEEN, LAW, DARK, INK = "#3f90da", "white", "#ffa90e", "#bd1f01", "#222222"
FEW = 60
"""To this many buses all have names; to five times as many those with a PMU have."""


def plot(sites: Monitored, placement: Placement) -> Figure:
    """PMUs as filled squares, buses they observe as circles, unobserved ones as crosses.

    A bus that Kirchhoff's law gives away is a triangle. Branches at a PMU, whose currents it
    measures, are thick.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    grid = sites.grid
    at, told = places(grid)
    chosen = [grid.place[n] for n in dict.fromkeys(placement.pmus) if n in grid.place]
    bits = marks(sites, chosen)
    direct = observed(Monitored(grid=grid), bits)[0]
    seen, has = observed(sites, bits)[0], bits[0] == 1
    figure = Figure(figsize=(7.6, 6.6), layout="constrained")
    axes = figure.add_subplot()
    ends = np.array(grid.pairs, dtype=np.intp).reshape(-1, 2)
    measured = has[ends].any(axis=1)
    thin = grid.size > FEW
    for rows, colour, width in ((~measured, "#94a4a2", 0.8), (measured, PMU, 1.8)):
        lines = LineCollection(list(at[ends[rows]]), colors=colour, zorder=1,
                               linewidths=width / (1.6 if thin else 1))  # fmt: skip
        axes.add_collection(lines)
    size = 90.0 if not thin else 26.0 if grid.size < 5 * FEW else 6.0
    kinds: list[tuple[Any, str, str, str]] = [
        (seen & direct & ~has, SEEN, "o", "observed"),
        (seen & ~direct, LAW, "^", "observed by Kirchhoff's law"),
        (~seen, DARK, "X", "not observed"),
        (has, PMU, "s", "PMU"),
    ]
    for mask, colour, marker, label in kinds:
        if mask.any():
            x, y = at[mask].T
            axes.scatter(
                x, y, s=size, c=colour, marker=marker, edgecolors=INK,
                linewidths=0.7 if not thin else 0.4, zorder=3, label=f"{label} ({mask.sum()})",
            )  # fmt: skip
    _names(axes, sites, at, has)
    axes.set_title(f"{grid.title or 'grid'}: {len(placement.pmus)} PMUs, {int(seen.sum())} of"
                   f" {grid.size} buses observed\n{told}", fontsize=10.5)  # fmt: skip
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_axis_off()
    axes.margins(0.07)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _names(axes: Any, sites: Monitored, at: Any, has: Any) -> None:
    """Names above the buses; in large grids only of those with a PMU, in huge ones none."""
    grid = sites.grid
    if grid.size > 5 * FEW:
        return
    for k, name in enumerate(grid.names):
        if has[k] or grid.size <= FEW:
            axes.annotate(
                name, at[k], xytext=(6, 5), textcoords="offset points", fontsize=8, zorder=4,
                fontweight="bold" if has[k] else "normal", color=INK,
                bbox={"boxstyle": "round,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.7},
            )  # fmt: skip
