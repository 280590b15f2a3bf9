"""Width against depth of circuits, coloured by how far answers are above chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usecases.compare import machine, percent
from usecases.exhibits.exhibit import Exhibit, canvas, legend
from usecases.records import RunRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure


ASIDE = 0.7
"""Of a qubit: how far the marks of machines spread about one width, so that none hides others."""


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
        " Machines of one width stand a little above each other.",
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
    from matplotlib.ticker import MaxNLocator

    from usecases.palette import style

    figure, axes = canvas()
    machines = list(dict.fromkeys(c.backend for c in cells))
    for k, backend in enumerate(machines):
        mine = [c for c in cells if c.backend == backend]
        apart = ASIDE * (k / max(len(machines) - 1, 1) - 0.5)
        drawn = axes.scatter(
            [c.depth for c in mine], [c.width + apart for c in mine],
            c=[100 * c.quality for c in mine],
            cmap="cividis", vmin=0, vmax=100, marker=style(k)[1], s=70, label=backend,
            edgecolors="#1c2430", linewidths=0.6, rasterized=len(mine) > 500,
        )  # fmt: skip
    figure.colorbar(drawn, ax=axes, label="optimal shots beyond chance, %")
    axes.set_xscale("log", base=2)
    axes.set_xlabel("depth of the compiled circuit")
    axes.set_ylabel("qubits")
    axes.set_ylim(min(c.width for c in cells) - 1, max(c.width for c in cells) + 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    legend(figure, axes)
    return figure
