"""The codon strip: each residue over its codon, coloured by relative adaptiveness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from life_science.mrna_design.encodings import equal
from life_science.mrna_design.protein import Protein
from life_science.mrna_design.reading import Design, objective, violations

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

PER_ROW = 16
MOST = 192
"""Residues drawn; a longer protein is cut and the caption says so."""
INK, PAPER, CLASH = "#222222", "#ffffff", "#bd1f01"


def plot(protein: Protein, design: Design) -> Figure:
    """Residues and their codons in rows of 16; a red bar marks equal bases at a junction."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    shown = min(len(protein.protein), MOST)
    rows = math.ceil(shown / PER_ROW)
    columns = max(min(shown, PER_ROW), 6)
    figure = Figure(figsize=(1.9 + 0.62 * columns, 1.25 + 0.95 * rows), layout="constrained")
    axes = figure.add_subplot()
    colours = ScalarMappable(Normalize(0.0, 1.0), "cividis")
    for place in range(shown):
        _residue(axes, protein, design, place, colours)
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(rows - 0.35, -0.75)
    axes.set_axis_off()
    axes.set_title(_caption(protein, design, shown), fontsize=9.5, loc="left", color=INK)
    bar = figure.colorbar(colours, ax=axes, aspect=12, shrink=0.9)
    bar.set_label("relative adaptiveness w", fontsize=8.5)
    bar.ax.tick_params(labelsize=8)
    return figure


def _residue(
    axes: Axes, protein: Protein, design: Design, place: int, colours: ScalarMappable
) -> None:
    """The residue's letter, its codon in the colour of w, and w below it."""
    column, row = place % PER_ROW, place // PER_ROW
    chosen = design.codons[place] if place < len(design.codons) else ()
    offered = dict(protein.codons[place])
    axes.text(
        column, row - 0.42, protein.protein[place], ha="center", va="center", fontsize=11,
        fontweight="bold", color=INK,
    )  # fmt: skip
    if place % PER_ROW in (0, PER_ROW // 2):
        axes.text(
            column - 0.3, row - 0.42, str(place + 1), fontsize=6.5, ha="right", color="#717581"
        )
    w = math.exp(offered[chosen[0]]) if len(chosen) == 1 and chosen[0] in offered else None
    _box(axes, column, row, None if w is None else colours.cmap(w))
    axes.text(
        column, row, "\n".join(chosen) or "none", ha="center", va="center", family="monospace",
        fontsize=8.5 if len(chosen) < 2 else 6.5,
        color=PAPER if w is not None and w < 0.6 else INK,
    )  # fmt: skip
    if w is not None:
        axes.text(column, row + 0.34, f"{w:.2f}", ha="center", va="center", fontsize=7, color=INK)
    if place + 1 < min(len(design.codons), MOST) and _clash(chosen, design.codons[place + 1]):
        axes.plot([column + 0.5] * 2, [row - 0.3, row + 0.3], color=CLASH, linewidth=2.6)
        axes.plot([column + 0.5], [row - 0.34], marker="v", color=CLASH, markersize=5)


def _box(axes: Axes, column: int, row: int, colour: Any) -> None:
    """A codon's box; without a colour its edge is dashed, since there is no single known codon."""
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (column - 0.46, row - 0.22), 0.92, 0.44, facecolor=colour or PAPER,
            edgecolor=PAPER if colour else CLASH, linestyle="-" if colour else "--",
        )
    )  # fmt: skip


def _clash(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return any(equal(a, b) for a in first for b in second)


def _caption(protein: Protein, design: Design, shown: int) -> str:
    broken = violations(protein, design)
    cut = "" if shown == len(protein.protein) else f", the first {shown} residues"
    head = f"{len(protein.protein)} residues for {protein.organism}{cut}"
    if broken:
        return f"{head}\nnot a design: {broken[0][:90]}"
    clashes = sum(_clash(a, b) for a, b in zip(design.codons, design.codons[1:], strict=False))
    value = f"{objective(protein, design):.4f}".replace("-", "−")
    noun = "junction" if clashes == 1 else "junctions"
    return f"{head}\nobjective {value}, {clashes} {noun} of equal bases"
