"""A picture of the grid in its islands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from energy._grid.layout import places
from energy.grid_partition.reading import Islands, balances, cut, objective, violations
from energy.grid_partition.zones import Partition

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h", "p")
INK = "#222222"
FEW = 60
"""To this many buses all have names."""


def plot(zones: Partition, answer: Islands) -> Figure:
    """Each island in a colour and a marker of its own, the branches between them dashed.

    A ring marks a bus with a source. The legend gives generation minus load of each island.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    grid = zones.grid
    at, meant = places(grid)
    figure = Figure(figsize=(7.6, 6.8), layout="constrained")
    axes = figure.add_subplot()
    split = set(cut(zones, answer))
    kept = np.array([e for e in grid.pairs if e not in split], dtype=np.intp).reshape(-1, 2)
    gone = np.array(sorted(split), dtype=np.intp).reshape(-1, 2)
    axes.add_collection(LineCollection(list(at[kept]), colors="#94a4a2", linewidths=1.2, zorder=1))
    axes.add_collection(
        LineCollection(
            list(at[gone]), colors=INK, linewidths=1.2, linestyles="dashed", zorder=2,
            label=f"cut ({len(gone)} of {len(grid.pairs)} connections)",
        )
    )  # fmt: skip
    size = 80.0 if grid.size <= FEW else 22.0 if grid.size <= 5 * FEW else 6.0
    for number, (island, balance) in enumerate(
        zip(answer.islands, balances(zones, answer), strict=True)
    ):
        here = [grid.place[n] for n in island if n in grid.place]
        pieces = f", in {balance.pieces} pieces" if balance.pieces > 1 else ""
        told = f"{balance.buses} buses, {balance.imbalance:+.0f} MW{pieces}"
        x, y = at[here].T
        axes.scatter(
            x, y, s=size, c=COLOURS[number % len(COLOURS)],
            marker=MARKERS[number % len(MARKERS)], edgecolors=INK, linewidths=0.5, zorder=3,
            label=f"island {number + 1}: {told}",
        )  # fmt: skip
    if zones.sources:
        x, y = at[list(zones.sources)].T
        axes.scatter(x, y, s=3 * size, facecolors="none", edgecolors=INK, linewidths=1.0,
                     zorder=2.5, label="source")  # fmt: skip
    for k, name in enumerate(grid.names if grid.size <= FEW else ()):
        axes.annotate(name, at[k], xytext=(8, 6), textcoords="offset points", fontsize=8, zorder=4)
    whole = not any("no island" in v or "stands in" in v for v in violations(zones, answer))
    worth = f"modularity {objective(zones, answer):.4f} ({zones.weights})" if whole else "broken"
    axes.set_title(f"{grid.title or 'grid'}: {worth}\n{meant}", fontsize=10.5)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_axis_off()
    axes.margins(0.08)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure
