"""The figure of a ground-state calculation: energies, and the error on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from usecases.records import Reference

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _RED, _GREY = "#3f90da", "#ffa90e", "#bd1f01", "#717581"
_BAND = 1.6


def draw(mean_field: float, found: float, stderr: float, reference: Reference) -> Figure:
    """Hartree–Fock, the energy that was found and the exact one; energies in hartree.

    Left the energies themselves, right what is missing to the exact energy in millihartree with
    the band of chemical accuracy. Error bars span two standard errors to each side.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    exact = "exact" if reference.kind == "optimal" else "best known"
    points = [("Hartree–Fock", mean_field, _GREY, "s"), ("found", found, _BLUE, "o")]
    for position, (name, energy, colour, marker) in enumerate(points):
        error = 2 * stderr if name == "found" else 0.0
        style: dict[str, Any] = {"color": colour, "markersize": 9, "capsize": 4, "zorder": 3}
        left.errorbar(position, energy, error or None, fmt=marker, **style)
        difference = (energy - reference.value) * 1000
        right.errorbar(position, difference, 1000 * error or None, fmt=marker, **style)
        right.annotate(
            "0.000" if abs(difference) < 5e-4 else f"{difference:+.3g}",
            (position, difference),
            xytext=(10, 7),
            textcoords="offset points",
        )
    left.axhline(reference.value, color=_RED, linestyle="--", label=f"{exact}: {reference.method}")
    left.set_ylabel("energy (hartree)")
    left.legend(loc="upper right", frameon=False, fontsize=9)
    left.margins(y=0.3)
    left.ticklabel_format(axis="y", useOffset=False)
    _errors(right, exact, [(energy - reference.value) * 1000 for _, energy, *_ in points])
    for axes in (left, right):
        axes.set_xticks(range(len(points)), [name for name, *_ in points])
        axes.set_xlim(-0.6, len(points) - 0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _errors(axes: Axes, exact: str, differences: list[float]) -> None:
    """A scale that is linear within chemical accuracy and logarithmic outside."""
    axes.axhspan(-_BAND, _BAND, color=_ORANGE, alpha=0.3, lw=0, label="chemical accuracy, ±1.6 mHa")
    axes.axhline(0.0, color=_RED, linestyle="--")
    axes.set_yscale("symlog", linthresh=_BAND)
    low, high = min(0.0, *differences), max(0.0, *differences)
    axes.set_ylim(min(3 * low, -6 * _BAND), max(3 * high, 6 * _BAND))
    decades = [10.0**k for k in range(6) if 10.0**k < max(3 * high, -3 * low, 6 * _BAND)]
    ticks = [-t for t in decades] + [0.0] + decades
    axes.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    axes.minorticks_off()
    axes.set_ylabel(f"energy − {exact} (millihartree)\nlogarithmic outside the band")
    axes.legend(loc="lower left", frameon=False, fontsize=9)
