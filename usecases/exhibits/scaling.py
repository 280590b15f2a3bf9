"""Time to solution against size: what was measured, fitted, and hatched what was not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from usecases.exhibits.exhibit import GREY, Exhibit, canvas, legend, plain
from usecases.palette import style
from usecases.records import RunRecord
from usecases.repeats import Repeats, contenders, repeats
from usecases.statistics.scaling import Fit, fits
from usecases.wording import seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BEYOND = 1.5
"""How far a fit is drawn, in times the largest size that was solved."""

FEWEST, MOST = 3, 6
"""Sizes that a use case needs to be shown, and use cases that are."""

BANDS = 4
"""Fits whose bands are drawn; those of more would hide one another."""

Points = list[tuple[int, float]]
"""Qubits and the time to solution in seconds, infinite where it was not reached."""


def exhibits(records: Sequence[RunRecord]) -> list[Exhibit]:
    """The times to reach proven optima, for the use cases that have them at most sizes."""
    cases: dict[str, list[Repeats]] = {}
    for group in repeats(records):
        if group.first.score.reference.kind == "optimal" and group.first.qubits > 0:
            cases.setdefault(group.first.usecase, []).append(group)
    sizes = {case: len({g.first.qubits for g in groups}) for case, groups in cases.items()}
    wide = sorted((c for c in cases if sizes[c] >= FEWEST), key=sizes.__getitem__, reverse=True)
    return [_exhibit(case, cases[case]) for case in wide[:MOST]]


def _exhibit(case: str, groups: Sequence[Repeats]) -> Exhibit:
    lines = {
        name: sorted((g.first.qubits, max(g.solution_time, 1e-9)) for g in of)
        for name, of in contenders(groups).items()
    }
    fitted = {name: found[0] for name, line in lines.items() if (found := fits(*_axes(line)))}
    missed = sum(math.isinf(t) for line in lines.values() for _, t in line)
    hatched = " Beyond the last solved size the fit is hatched: nobody measured there."
    left = f" {missed} unsolved ones are in no fit, which makes it hopeful." if missed else ""
    return Exhibit(
        title=f"Time to solution: {case}",
        words="Seconds until a proven optimum is seen with 99 % confidence (TTS99), of one answer"
        " the time it took; medians over seeds, queues left out. Arrows: not reached."
        f"{_bands(len(fitted))}{hatched if fitted else ''}{left if fitted else ''}",
        alt=f"Time to solution against qubits for {len(lines)} contenders; {missed} of"
        f" {len(groups)} cases were not solved; {len(fitted)} lines are fitted.",
        columns=("contender", "qubits", "time to solution", "fit", "growth [95 %]"),
        rows=tuple(
            (name, str(n), seconds(t) if math.isfinite(t) else "not reached", *_told(fitted, name))
            for name, line in lines.items()
            for n, t in line
        ),
        records=tuple(r for g in groups for r in g.records),
        draw=lambda: _draw(lines, fitted),
    )


def _bands(fitted: int) -> str:
    """What a reader is told of intervals."""
    if not fitted:
        return ""
    if fitted > BANDS:
        return " The intervals of so many fits are in the table."
    return " Bands: 95 % intervals of the fitted line."


def _axes(line: Points) -> tuple[list[float], list[float]]:
    return [float(n) for n, _ in line], [t for _, t in line]


def _told(fitted: Mapping[str, Fit], name: str) -> tuple[str, str]:
    """The law, and its growth by qubit or its power."""
    if name not in fitted:
        return "too few sizes", "–"
    fit = fitted[name]
    low, high = fit.interval
    if fit.law == "power":
        return "power law", f"n^{fit.rate:.2f} [{low:.2f}, {high:.2f}]"
    factor = [f"{math.exp(min(b, 99.0)):.2f}" for b in (fit.rate, low, high)]
    return "exponential", f"×{factor[0]} a qubit [{factor[1]}, {factor[2]}]"


def _draw(lines: Mapping[str, Points], fitted: Mapping[str, Fit]) -> Figure:
    from matplotlib.ticker import MaxNLocator

    figure, axes = canvas(height=4.8)
    finite = [t for line in lines.values() for _, t in line if math.isfinite(t)]
    low, high = min(finite, default=1e-3), max(finite, default=1.0)
    axes.set_yscale("log")
    plain(axes.yaxis)
    for k, (name, line) in enumerate(lines.items()):
        colour, marker = style(k)
        solved = [(n, t) for n, t in line if math.isfinite(t)]
        axes.plot([n for n, _ in solved], [t for _, t in solved], color=colour, marker=marker,
                  linestyle="", label=name)  # fmt: skip
        never = [n for n, t in line if math.isinf(t)]
        axes.plot(never, [6 * high] * len(never), color=colour, marker=r"$\uparrow$", markersize=9,
                  linestyle="")  # fmt: skip
        if name in fitted:
            band = len(fitted) <= BANDS
            _fit(axes, fitted[name], [n for n, _ in solved], colour, band=band)
    if len(fitted) > BANDS:
        _nobody(axes, max(n for name in fitted for n, t in lines[name] if math.isfinite(t)))
    axes.set_ylim(low / 5, high * (300 if fitted else 12))
    axes.set_xlabel("qubits")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("time to solution, s")
    legend(figure, axes)
    return figure


def _fit(axes: Axes, fit: Fit, sizes: Sequence[int], colour: str, *, band: bool) -> None:
    last = max(sizes)
    for start, end, beyond in ((min(sizes), last, False), (last, BEYOND * last, True)):
        at = np.linspace(start, end, 60)
        middle, low, high = fit.at(list(at))
        axes.plot(at, middle, color=colour, linewidth=1.4, linestyle="--" if beyond else "-")
        if band:
            look: dict[str, object] = {"alpha": 0.18, "linewidth": 0}
            if beyond:
                look = {"alpha": 0.45, "hatch": "////", "facecolor": "none", "linewidth": 0}
            axes.fill_between(at, low, high, **{"color": colour} | look)  # type: ignore[arg-type]


def _nobody(axes: Axes, last: int) -> None:
    """Hatching over all sizes beyond the last that was solved, where no band has its own."""
    axes.axvspan(last, BEYOND * last, hatch="////", facecolor="none", edgecolor=GREY, alpha=0.25,
                 linewidth=0, zorder=0)  # fmt: skip
