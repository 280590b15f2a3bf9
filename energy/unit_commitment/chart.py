"""The commitment chart: what each unit produces, hour by hour, and when it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from energy.unit_commitment.fleet import Fleet
from energy.unit_commitment.reading import Schedule
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# fmt: off
PETROFF = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)
# fmt: on
HATCHES = ("", "///", "...", "xxx")
INK = "#222222"
FEW = 3
"""To this many hours, each output carries its unit and megawatts."""
OFF: dict[str, Any] = {"color": "#f0f0f0", "edgecolor": "white"}


def plot(fleet: Fleet, schedule: Schedule) -> Figure:
    """Stacked output under demand, reserve and committed capacity, over an on/off raster."""
    from matplotlib.figure import Figure

    rows = len(fleet.units)
    size = (max(6.5, 2.5 + 0.36 * fleet.hours), 3.9 + 0.24 * rows)
    figure = Figure(figsize=size, layout="constrained")
    power, raster = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [3.2, 0.22 * rows + 0.2]}
    )
    _power(power, fleet, schedule)
    _raster(raster, fleet, schedule)
    for axes in (power, raster):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _style(unit: int) -> dict[str, Any]:
    """Colours repeat after ten units, with another hatching."""
    hatch = HATCHES[unit // len(PETROFF) % len(HATCHES)]
    return {"color": PETROFF[unit % len(PETROFF)], "hatch": hatch, "edgecolor": "white"}


def _power(axes: Axes, fleet: Fleet, schedule: Schedule) -> None:
    hours = np.arange(1, fleet.hours + 1)
    idle = (0.0,) * len(fleet.units)
    output = np.array([row or idle for row in schedule.output])
    below = np.zeros(fleet.hours)
    for u in range(len(fleet.units)):
        bars = axes.bar(hours, output[:, u], 1.0, bottom=below, linewidth=0.6, **_style(u))
        below += output[:, u]
        if fleet.hours <= FEW:
            tall = 0.05 * max(fleet.demand)  # a lower bar has no room for words
            words = [f"{fleet.units[u].name}: {p:.0f} MW" if p > tall else "" for p in output[:, u]]
            axes.bar_label(bars, words, label_type="center", fontsize=8, color=INK)
    p_max = np.array([u.p_max for u in fleet.units])
    capacity = np.array(schedule.on, dtype=float) @ p_max
    required = np.array([fleet.required(h) for h in range(fleet.hours)])
    _steps(axes, capacity, label="committed capacity", color="#717581", lw=1.2)
    reserve = f"demand + {fleet.reserve:.0%} reserve"
    _steps(axes, required, label=reserve, color=INK, lw=1.4, ls=(0, (4, 2)))
    _steps(axes, np.array(fleet.demand), label="demand", color=INK, lw=2.0)
    top = 1.08 * max(capacity.max(), required.max())
    for hour in hours[[row is None for row in schedule.output]]:
        axes.text(hour, 0.03 * top, "no dispatch", rotation=90, ha="center", color="#bd1f01")
    axes.set_ylim(0, top)
    axes.set_ylabel("Power (MW)")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=9)


def _steps(axes: Axes, values: Floats, **style: Any) -> None:
    """A value per hour, held from half an hour before its number to half an hour after."""
    edges = np.arange(len(values) + 1) + 0.5
    axes.stairs(values, edges, baseline=None, **style)


def _raster(axes: Axes, fleet: Fleet, schedule: Schedule) -> None:
    for u in range(len(fleet.units)):
        for hour, row in enumerate(schedule.on, start=1):
            style = _style(u) if row[u] else OFF
            axes.bar(hour, 0.78, 1.0, bottom=u - 0.39, linewidth=0.6, **style)
            output = schedule.output[hour - 1]
            if row[u] and output and fleet.hours <= FEW:
                axes.text(hour + 0.55, u, f"{output[u]:.0f} MW", va="center", fontsize=8)
    axes.set_yticks(range(len(fleet.units)), [u.name for u in fleet.units], fontsize=8)
    axes.set_ylim(len(fleet.units) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    step = 1 if fleet.hours <= 30 else 6 if fleet.hours <= 72 else 24
    ticks = range(1, fleet.hours + 1) if step == 1 else range(step, fleet.hours + 1, step)
    axes.set_xticks(list(ticks))
    spare = max(0.0, FEW - fleet.hours) / 2  # a lone hour is a column, not a carpet
    axes.set_xlim(0.5 - spare, fleet.hours + 0.5 + spare)
    axes.set_xlabel("Hour")
    axes.set_ylabel("Unit on")
