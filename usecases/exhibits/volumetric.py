"""Width against depth of circuits, coloured by how far answers are above chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usecases.exhibits.exhibit import INK, Exhibit, plain, short
from usecases.naming import machine
from usecases.records import RunRecord
from usecases.wording import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST, ACROSS = 9, 3
"""Machines that are drawn, and how many of them in a row; the table has all."""


@dataclass(frozen=True)
class _Cell:
    width: int
    depth: int
    backend: str
    usecase: str
    quality: float


def exhibit(records: Sequence[RunRecord]) -> Exhibit | None:
    """The volumetric picture of runs that sampled circuits and reached a proven optimum or not."""
    found = [(r, cell) for r in records if (cell := _cell(r))]
    if not found:
        return None
    cells = sorted((cell for _, cell in found), key=lambda c: (c.backend, c.width, c.depth))
    above = sum(cell.quality > 0 for cell in cells)
    return Exhibit(
        title="Width and depth of circuits",
        words="Each run by the qubits and the depth of its largest circuit as the machine ran it."
        " Colour: the share of optimal shots beyond chance, (s − c) / (1 − c), 0 for guessing and"
        " 1 for a sure hit; it says how good the algorithm and the machine are together."
        " Squares at one place hide each other: the table has all.",
        alt=f"Circuits of {min(c.width for c in cells)} to {max(c.width for c in cells)} qubits and"
        f" depths up to {max(c.depth for c in cells)}; {above} of {len(cells)} runs beat chance.",
        columns=("backend", "use case", "qubits", "depth", "beyond chance"),
        rows=tuple(
            (c.backend, c.usecase, str(c.width), str(c.depth), percent(c.quality)) for c in cells
        ),
        records=tuple(r for r, _ in found),
        draw=lambda: _draw(cells),
    )


def _cell(record: RunRecord) -> _Cell | None:
    size, score = record.circuits, record.score
    luck = score.chance.optimal_share if score.chance else None
    if size is None or score.optimal_share is None or luck is None or luck >= 1:
        return None
    beyond = max((score.optimal_share - luck) / (1 - luck), 0.0)
    depth = max(size.compiled_depth, 1)
    return _Cell(size.qubits, depth, machine(record), record.usecase, beyond)


def _draw(cells: Sequence[_Cell]) -> Figure:
    """A panel for each machine, on the same scales; the colour bar is for all."""
    from matplotlib.figure import Figure

    machines = list(dict.fromkeys(c.backend for c in cells))[:MOST]
    across = min(len(machines), ACROSS)
    down = math.ceil(len(machines) / across)
    figure = Figure(figsize=(7.6, 0.8 + 3.0 * down), layout="constrained")
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(machines) :]:
        axes.set_axis_off()
    for axes, backend in zip(grid.flat, machines, strict=False):
        mine = [c for c in cells if c.backend == backend]
        drawn = axes.scatter(
            [c.depth for c in mine], [c.width for c in mine], c=[100 * c.quality for c in mine],
            cmap="cividis", vmin=0, vmax=100, marker="s", s=110 / across + 25,
            edgecolors=INK, linewidths=0.6, rasterized=len(mine) > 500,
        )  # fmt: skip
        axes.set_title(short(backend, 96 // across), fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
    _scales(grid.flat[0], cells)
    figure.colorbar(drawn, ax=grid, label="optimal shots beyond chance, %")
    figure.supxlabel("depth of the compiled circuit", fontsize=10)
    figure.supylabel("qubits", fontsize=10)
    return figure


def _scales(axes: Axes, cells: Sequence[_Cell]) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator

    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(LogLocator(base=2, numticks=7))
    plain(axes.xaxis)
    axes.set_ylim(min(c.width for c in cells) - 1, max(c.width for c in cells) + 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
