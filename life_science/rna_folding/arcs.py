"""The arc diagram: the strand as a line, its base pairs as arcs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from life_science.rna_folding.nearest import nearest, seqfold
from life_science.rna_folding.reading import Structure, violations
from life_science.rna_folding.stems import Pair, energy
from life_science.rna_folding.strand import Strand

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, ABOVE, BELOW, WRONG = "#222222", "#3f90da", "#e76300", "#bd1f01"
LETTERED = 90
"""To this many bases, each is written."""


def plot(strand: Strand, structure: Structure) -> Figure:
    """The structure's pairs above the strand, solid, and seqfold's below, dashed."""
    from matplotlib.figure import Figure

    mfe, folded = seqfold(strand)
    broken = violations(strand, structure)
    width = min(max(7.0, 1.2 + 0.15 * strand.bases), 15.0)
    figure = Figure(figsize=(width, 4.4), layout="constrained")
    axes = figure.add_subplot()
    _arcs(axes, structure.pairs, 1, WRONG if broken else ABOVE, "-")
    _arcs(axes, folded, -1, BELOW, "--")
    _strand(axes, strand)
    axes.set_ylim(-_tallest(folded) - 2.5, _tallest(structure.pairs) + 2.5)
    axes.set_xlim(0, strand.bases + 1)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("Base, counted from the 5' end")
    axes.set_title(_caption(strand, structure, broken, mfe, folded), fontsize=9, loc="left")
    return figure


def _tallest(pairs: Iterable[Pair]) -> float:
    """The height of the widest arc, in the picture's units."""
    return max((last - first for first, last in pairs), default=4) / 2


def _arcs(axes: Axes, pairs: Iterable[Pair], side: int, colour: str, stroke: str) -> None:
    from matplotlib.patches import Arc

    for first, last in pairs:
        span = last - first
        half = (0, 180) if side > 0 else (180, 360)
        axes.add_patch(
            Arc(
                ((first + last) / 2, side * 1.2),
                span,
                span,
                theta1=half[0],
                theta2=half[1],
                color=colour,
                linestyle=stroke,
                linewidth=1.8,
            )
        )


def _strand(axes: Axes, strand: Strand) -> None:
    n = strand.bases
    axes.plot([1, n], [0, 0], color="#d0d0d0", linewidth=1, zorder=0)
    if n <= LETTERED:
        for place, letter in enumerate(strand.sequence, 1):
            axes.text(
                place, 0, letter, ha="center", va="center", fontsize=8 if n < 50 else 6, color=INK
            )
    step = 5 if n <= 60 else 10 if n <= 150 else 50
    axes.set_xticks([1, *range(step, n + 1, step)])


def _caption(
    strand: Strand, structure: Structure, broken: list[str], mfe: float, folded: tuple[Pair, ...]
) -> str:
    below = (
        f"below, dashed: seqfold's minimum, {_signed(mfe)} kcal/mol by its own rules,"
        f" {_signed(nearest(strand, folded))} by loop initiations"
    )
    if broken:
        return f"above: no structure: {broken[0]}\n{below}"
    value = sum(energy(strand, stem) for stem in structure.stems)
    return (
        f"above, solid: {_signed(value)} kcal/mol by the stems' model,"
        f" {_signed(nearest(strand, structure.pairs))} by loop initiations\n{below}"
    )


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
