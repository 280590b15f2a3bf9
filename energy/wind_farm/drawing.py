"""The wake map: where the wind is slowed, which sites are built and which are left empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from energy.wind_farm.farm import Farm
from energy.wind_farm.reading import Layout, bits, full_energy, objective
from energy.wind_farm.wakes import alone, shadows
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

CHOSEN, INK = "#bd1f01", "#222222"
FEW = 30
"""To this many sites each carries its name."""

GRID = 220
"""Points of the wake map along its longer side."""


def plot(farm: Farm, layout: Layout) -> Figure:
    """Built sites filled, empty ones hollow, on the wind that the commonest direction leaves.

    Axes in rotor diameters from the farm's south-west corner. The map is Jensen's model without
    averaging over a rotor, each wake as strong as if its turbine stood in the free wind.
    """
    from matplotlib.figure import Figure

    size = farm.turbine.diameter
    low = farm.xy.min(axis=0)
    at = (farm.xy - low) / size
    wide, high = np.maximum(at.max(axis=0), 1.0) + 8.0
    scale = min(7.2 / wide, 6.2 / high)
    figure = Figure(figsize=(max(wide * scale, 5.0) + 1.4, max(high * scale, 3.4) + 1.3))
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    direction, speed = commonest(farm)
    built = bits(farm, Layout(sites=tuple(n for n in layout.sites if n in farm.place)))[0] > 0
    mesh = _map(axes, farm, built, direction, speed)
    figure.colorbar(mesh, ax=axes, label="wind speed (m/s)", shrink=0.8, extend="min")
    _sites(axes, farm, at, built)
    _frame(axes, farm, direction)
    figure.suptitle(_caption(farm, layout), fontsize=10)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8.5, frameon=False,
        title=f"map: wind from {direction:.0f}°, {speed:.1f} m/s", title_fontsize=8.5,
    )  # fmt: skip
    return figure


def commonest(farm: Farm) -> tuple[float, float]:
    """The direction from which the wind blows most often, degrees, and its mean speed, m/s."""
    directions, speeds, chances = farm.wind.states()
    k = int(chances.sum(axis=1).argmax())
    often = float(chances[k].sum())
    return float(directions[k]), float(chances[k] @ speeds) / often if often else float(speeds[0])


def _map(axes: Axes, farm: Farm, built: np.ndarray, direction: float, speed: float) -> QuadMesh:
    size, low = farm.turbine.diameter, farm.xy.min(axis=0)
    extent = np.maximum((farm.xy.max(axis=0) - low) / size, 1.0)
    step = float((extent.max() + 8) / GRID)
    x, y = (np.arange(-4.0, side + 4.0, step) for side in extent)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2) * size + low
    lost: Floats = np.zeros(len(points))
    # Site by site, so that a large farm's map fits in memory.
    for k in np.flatnonzero(built).tolist():
        one = farm.model_copy(update={"sites": (farm.sites[k],), "count": 1})
        lost += shadows(one, direction, points)[0] ** 2
    slowed = float(farm.turbine.expansion(np.array([speed]))[0])
    left = np.maximum(1 - slowed * np.sqrt(lost), 0.0)
    return axes.pcolormesh(
        x, y, speed * left.reshape(len(y), len(x)),
        cmap="Blues_r", vmin=0.5 * speed, vmax=speed, shading="nearest", rasterized=True,
    )  # fmt: skip


def _sites(axes: Axes, farm: Farm, at: Floats, built: np.ndarray) -> None:
    area = 60.0 if len(at) <= FEW else 26.0
    for kind, fill, marker, label in (
        (~built, "none", "o", "left empty"),
        (built, CHOSEN, "s", "built"),
    ):
        x, y = at[kind].T
        axes.scatter(
            x, y, s=area, facecolors=fill, edgecolors=INK, marker=marker, linewidths=1.1,
            label=f"{label} ({int(kind.sum())})", zorder=3,
        )  # fmt: skip
    if len(at) <= FEW:
        for name, where, bold in zip(farm.names, at, built, strict=True):
            axes.annotate(
                name, where, xytext=(7, 5), textcoords="offset points", fontsize=8, color=INK,
                fontweight="bold" if bold else "normal", zorder=4,
                bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
            )  # fmt: skip


def _caption(farm: Farm, layout: Layout) -> str:
    known = Layout(sites=tuple(n for n in dict.fromkeys(layout.sites) if n in farm.place))
    pairs, whole = objective(farm, known), full_energy(farm, known)
    free = len(known.sites) * alone(farm) or 1.0
    return (
        f"{farm.title or f'{len(farm.sites)} sites'}\n{pairs:.4f} GWh a year by pairs,"
        f" {whole:.4f} with all wakes, which take {(free - whole) / free if whole else 0:.2%}"
    )


def _frame(axes: Axes, farm: Farm, direction: float) -> None:
    unit = f"rotor diameters of {farm.turbine.diameter:g} m"
    axes.set_xlabel(f"east ({unit})")
    axes.set_ylabel(f"north ({unit})")
    axes.set_aspect("equal")
    turn = np.deg2rad(direction)
    axes.annotate(
        "", xy=(0.04 - 0.03 * np.sin(turn), 0.04 - 0.03 * np.cos(turn)),
        xytext=(0.04 + 0.03 * np.sin(turn), 0.04 + 0.03 * np.cos(turn)),
        xycoords="axes fraction", textcoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.8}, zorder=5,
    )  # fmt: skip
