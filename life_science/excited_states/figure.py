"""Pictures of a spectrum: the levels beside the exact ones, and levels along a bond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from life_science.excited_states.question import HARTREE
from life_science.excited_states.stored import Roots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAND = 0.043
_BRIGHT = 5e-4
"""Oscillator strength below which a state counts as dark."""
_STYLES = {
    "singlet": ("#3f90da", "o", "-"),
    "triplet": ("#bd1f01", "^", "--"),
    "doublet": ("#3f90da", "o", "-"),
    "quartet": ("#bd1f01", "^", "--"),
    "quintet": ("#832db6", "s", "-."),
}
_OTHER = ("#717581", "X", ":")
"""Colour, marker and dashes of a spin; the last for all that are not named."""


class Line(NamedTuple):
    """A level in a picture: eV above the ground state, spin, oscillator strength, error in eV."""

    excitation: float
    term: str
    strength: float = 0.0
    stderr: float = 0.0


def lines_of(found: Roots, terms: Sequence[str]) -> list[Line]:
    """The exact levels; where no strength is known it is left at 0."""
    ground = found.levels[0].energy
    pairs = zip(found.levels, terms, strict=True)
    return [Line((one.energy - ground) * HARTREE, t, one.strength or 0.0) for one, t in pairs]


def draw(found: Sequence[Line], exact: Sequence[Line], method: str, errors: list[float]) -> Figure:
    """Left the exact levels beside those found, right what each energy misses, eV.

    `errors` are the found less the exact energies of the states in turn; an error bar spans two
    standard errors to each side. Oscillator strengths are those of the exact states.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 5.0), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
    top = max((line.excitation for line in (*found, *exact)), default=1.0) or 1.0
    _column(left, 0, exact, top, noted=True)
    _column(left, 1.3, found, top, noted=False)
    left.set_xticks([0, 1.3], [f"exact\n({method})", "this run"])
    left.set_xlim(-0.45, 2.1)
    left.set_ylim(-0.06 * top, 1.12 * top)
    left.set_ylabel("energy above the ground state (eV)")
    if any(line.strength >= _BRIGHT for line in exact):
        left.set_title("f: oscillator strength of the exact states; others are dark", fontsize=9)
    _legend(left, [line.term for line in (*exact, *found)])
    _errors(right, found, errors)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _column(axes: Axes, place: float, lines: Sequence[Line], top: float, *, noted: bool) -> None:
    """One column of levels with the energies beside it; close ones share a label."""
    for line in lines:
        colour, _, dash = _STYLES.get(line.term, _OTHER)
        axes.plot([place - 0.3, place + 0.3], [line.excitation] * 2, color=colour, ls=dash, lw=2)
    groups = _groups(lines)
    heights = _spread([group[0].excitation for group in groups], 0.062 * top)
    for group, height in zip(groups, heights, strict=True):
        first = group[0]
        colour, marker, _ = _STYLES.get(first.term, _OTHER)
        for k in range(len(group)):
            axes.plot(place - 0.22 + 0.08 * k, first.excitation, marker=marker, color=colour, ms=7)
        text = f"{first.excitation:.2f}" + (f" (×{len(group)})" if group[1:] else "")
        strength = sum(line.strength for line in group)
        if noted and strength >= _BRIGHT:
            text += f"  f = {strength:.3f}"
        axes.annotate(
            text,
            (place + 0.3, first.excitation),
            xytext=(place + 0.35, height),
            va="center",
            fontsize=8.5,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": "#717581"},
        )


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Neighbours of the same spin within 5 meV together."""
    groups: list[list[Line]] = []
    for line in lines:
        last = groups[-1][0] if groups else None
        if last and last.term == line.term and abs(line.excitation - last.excitation) < 5e-3:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _spread(heights: list[float], gap: float) -> list[float]:
    """Heights at least `gap` apart, from below; those that are so stay where they are."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return placed


def _legend(axes: Axes, terms: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = []
    for term in dict.fromkeys(terms):
        colour, marker, dash = _STYLES.get(term, _OTHER)
        handles.append(Line2D([], [], color=colour, marker=marker, ls=dash, lw=2, label=term))
    axes.legend(handles=handles, loc="upper left", ncols=3, frameon=False, fontsize=9)


def _errors(axes: Axes, found: Sequence[Line], errors: list[float]) -> None:
    """A scale that is linear within chemical accuracy and logarithmic outside."""
    axes.axhspan(-_BAND, _BAND, color="#ffa90e", alpha=0.3, lw=0)
    axes.axhline(0.0, color="#717581", lw=0.8)
    for number, (line, error) in enumerate(zip(found, errors, strict=False), 1):
        colour, marker, _ = _STYLES.get(line.term, _OTHER)
        bar = 2 * line.stderr or None
        axes.errorbar(number, error, bar, fmt=marker, color=colour, markersize=8, capsize=4)
    axes.set_yscale("symlog", linthresh=_BAND)
    spans = [abs(e) + 2 * line.stderr for e, line in zip(errors, found, strict=False)]
    reach = max(2 * max(spans, default=0.0), 4 * _BAND)
    axes.set_ylim(-reach, reach)
    decades = [t for t in (0.043, 0.1, 1.0, 10.0, 100.0) if t < reach]
    ticks = [*(-t for t in reversed(decades)), 0.0, *decades]
    axes.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    axes.minorticks_off()
    axes.set_xticks(range(1, len(errors) + 1))
    axes.set_xlim(0.5, max(len(errors), 1) + 0.5)
    axes.set_xlabel("state, from the lowest")
    axes.set_ylabel("energy − exact (eV), logarithmic outside the band")
    axes.set_title("band: chemical accuracy, ±0.043 eV", fontsize=9)


def draw_along(
    points: Sequence[float], exact: Sequence[Sequence[Line]], found: Sequence[Sequence[Line]]
) -> Figure:
    """Excitation energies along a bond: lines are exact, markers were found.

    A line joins the k-th lowest states of one spin at neighbouring points.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.add_subplot()
    terms = sorted({line.term for lines in exact for line in lines})
    for term in terms:
        colour, marker, dash = _STYLES.get(term, _OTHER)
        most = max(sum(line.term == term for line in lines) for lines in exact)
        for k in range(most):
            curve = [_place(lines, term, k) for lines in exact]
            axes.plot(points, curve, color=colour, ls=dash, lw=1.5)
        for point, lines in zip(points, found, strict=True):
            heights = [line.excitation for line in lines if line.term == term]
            axes.plot([point] * len(heights), heights, marker, color=colour, ms=6, mfc="none")
    _legend(axes, terms)
    axes.set_xlabel("bond length (Å)")
    axes.set_ylabel("energy above the ground state (eV)")
    highest = max((line.excitation for lines in (*exact, *found) for line in lines), default=1.0)
    axes.set_ylim(0, 1.15 * highest or 1.0)
    axes.set_title("lines: exact; markers: this run", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _place(lines: Sequence[Line], term: str, k: int) -> float:
    heights = [line.excitation for line in lines if line.term == term]
    return heights[k] if k < len(heights) else float(np.nan)


__all__ = ["Line", "draw", "draw_along", "lines_of"]
