"""The picture of a curve: answers over the parameter, and their errors on their own scale."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from usecases.curves import Curve, Line, Point
from usecases.palette import STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _GREY, _BAND = "#1c2430", "#717581", "#ffa90e"


def draw(curve: Curve) -> Figure:
    """Above the answers beside the reference, below the errors to the proven one.

    Error bars span two standard errors to each side. An error is a filled marker where the
    accuracy that the field asks for may be claimed, an open one where it may not.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 7.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _references(above, curve)
    scale, unit = scaled(curve.tolerance, curve.unit)
    _accuracy(below, curve, scale, unit)
    for k, line in enumerate(curve.lines):
        _answers(above, line, k, _label(line, curve, scale, unit))
        _errors(below, line, k, scale)
    above.set_ylabel(f"{curve.quantity} ({curve.unit})")
    above.ticklabel_format(axis="y", useOffset=False)
    outside = "" if curve.tolerance is None else "\nlogarithmic outside the band"
    below.set_ylabel(f"{curve.quantity} − exact ({unit}){outside}")
    below.set_xlabel(f"{curve.parameter} ({curve.parameter_unit})")
    _error_scale(below, curve, scale)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper left", frameon=False, fontsize=9)
    figure.align_ylabels([above, below])
    return figure


def _references(axes: Axes, curve: Curve) -> None:
    """Proven values as a line; values that are only best known are dashed."""
    for kind, stretch in groupby(curve.references.items(), lambda item: item[1].kind):
        values, references = zip(*stretch, strict=True)
        name = "exact" if kind == "optimal" else "best known"
        axes.plot(
            values,
            [r.value for r in references],
            color=_INK,
            linewidth=1.6,
            linestyle="-" if kind == "optimal" else "--",
            # What follows a colon is about this one value.
            label=f"{name}: {references[0].method.split(': ')[0]}",
        )


def _answers(axes: Axes, line: Line, k: int, label: str) -> None:
    points = [p for p in line.points if p.answer is not None]
    _markers(axes, points, k, [p.answer for p in points], 1.0, fillstyle="none", label=label)


def _errors(axes: Axes, line: Line, k: int, scale: float) -> None:
    known = [p for p in line.points if p.error is not None]
    colour, _ = STYLES[k % len(STYLES)]
    axes.plot([p.value for p in known], [scale * (p.error or 0.0) for p in known],
              color=colour, linewidth=0.9, alpha=0.5, zorder=2)  # fmt: skip
    for claimed in (True, False):
        points = [p for p in known if bool(p.within_tolerance) is claimed]
        errors = [scale * (p.error or 0.0) for p in points]
        _markers(axes, points, k, errors, scale, fillstyle="full" if claimed else "none")


def _markers(
    axes: Axes, points: list[Point], k: int, heights: Iterable[Any], scale: float, **style: Any
) -> None:
    colour, marker = STYLES[k % len(STYLES)]
    bars = [2 * scale * (p.stderr or 0.0) for p in points]
    axes.errorbar(
        *([p.value for p in points], list(heights)),
        bars if any(bars) else None,
        fmt=marker,
        color=colour,
        # Later ones are smaller, so that markers at one place can be told apart.
        markersize=max(10.0 - 2.2 * k, 4.0),
        markeredgewidth=1.3,
        capsize=3,
        zorder=3,
        **style,
    )


def _label(line: Line, curve: Curve, scale: float, unit: str) -> str:
    """Who answered, how parallel the curve is, and on how many points that rests."""
    text = line.made_by
    if spread := line.non_parallelity:
        low, high = (scale * end for end in spread.interval)
        interval = f" [{short(low)}–{short(high)}]" if high > low else ""
        text += f", non-parallelity {short(scale * spread.value)}{interval} {unit}"
    known = sum(p.error is not None for p in line.points)
    asked = len(curve.points)
    return text if known == asked else f"{text} ({known} of {asked} points)"


def short(value: float) -> str:
    """A number of at least 0 with three digits, or that it is below a thousandth."""
    if value < 5e-4:
        return "0" if value == 0 else "<0.001"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def scaled(tolerance: float | None, unit: str) -> tuple[float, str]:
    """Errors in thousandths of the unit where that is how the field states its tolerance."""
    small = tolerance is not None and tolerance < 0.1
    return (1000.0, f"milli{unit}") if small and unit.isalpha() else (1.0, unit)


def _accuracy(axes: Axes, curve: Curve, scale: float, unit: str) -> None:
    axes.axhline(0.0, color=_INK, linewidth=1.0)
    if curve.tolerance is not None:
        band = scale * curve.tolerance
        words = f"{curve.accuracy}, ±{band:g} {unit}; filled where |error| + 2σ lies within it"
        axes.axhspan(-band, band, color=_BAND, alpha=0.3, linewidth=0, label=words)


def _error_scale(axes: Axes, curve: Curve, scale: float) -> None:
    """Linear within the tolerance and logarithmic outside, or linear where there is none."""
    if curve.tolerance is None:
        return
    band = scale * curve.tolerance
    ends = [
        scale * (p.error + sign * 2 * (p.stderr or 0.0))
        for line in curve.lines
        for p in line.points
        if p.error is not None
        for sign in (-1, 1)
    ]
    low, high = (
        min(2 * min(ends, default=0.0), -2 * band),
        max(2 * max(ends, default=0.0), 2 * band),
    )
    axes.set_yscale("symlog", linthresh=band)
    axes.set_ylim(low, high)
    start = math.ceil(math.log10(band))
    decades = [10.0**k for k in range(start, start + 12)]
    ticks = [-d for d in reversed(decades) if -d >= low] + [-band, 0.0, band]
    ticks += [d for d in decades if d <= high]
    axes.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    axes.minorticks_off()
    axes.grid(axis="y", color=_GREY, alpha=0.2)
