"""The one-line diagram of a configuration: losses per branch, open switches, voltages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from energy.network_reconfiguration.feeder import Feeder
from energy.network_reconfiguration.flow import Flow, flow
from energy.network_reconfiguration.reading import Configuration, opened, violations

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Places = dict[str, tuple[float, float]]

INK, OPEN, LIMIT = "#222222", "#bd1f01", "#717581"
FEW = 60
"""To this many buses, each is named in the picture."""


def plot(feeder: Feeder, found: Configuration) -> Figure:
    """The feeder as a tree from its source, over the voltages of its buses."""
    from matplotlib.figure import Figure

    wrong = violations(feeder, found)
    lines = [b for b in feeder.branches if b.name not in found.open]
    radial = len(lines) == len(feeder.buses) - len(feeder.sources)
    where = _tree(feeder, found)
    height = max(y for _, y in where.values()) + 1
    figure = Figure(figsize=(11, 3.9 + 0.42 * min(height, 14)), layout="constrained")
    tree, profile = figure.subplots(2, 1, height_ratios=[1.2 + 0.42 * height, 2.2])
    state = None
    if radial and len(where) == len(feeder.buses):
        state = flow(feeder, opened(feeder, found))
    _branches(tree, figure, feeder, found, where, state)
    _buses(tree, feeder, where)
    said = f"{feeder.name}, schematic; open: {', '.join(found.open) or 'none'}"
    if wrong:
        said += f"\n{wrong[0]}" + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else "")
    elif state is not None:
        said += f"\nAC losses {state.losses[0]:.2f} kW of {feeder.load_kw:.0f} kW load"
    tree.set_title(said, fontsize=10, loc="left", color=OPEN if wrong else INK)
    _profile(profile, feeder, [*where], np.diff([y for _, y in where.values()]) != 0, state)
    return figure


def _tree(feeder: Feeder, found: Configuration) -> Places:
    """Depth and row of every bus that is supplied, the longest way straight on."""
    near: dict[str, list[str]] = {b.name: [] for b in feeder.buses}
    for branch in feeder.branches:
        if branch.name not in found.open:
            near[branch.from_bus].append(branch.to_bus)
            near[branch.to_bus].append(branch.from_bus)
    children: dict[str, list[str]] = {}
    seen, waiting = set(feeder.sources), list(feeder.sources)
    for bus in waiting:  # grows while it is walked, breadth first
        children[bus] = [k for k in dict.fromkeys(near[bus]) if k not in seen]
        seen.update(children[bus])
        waiting += children[bus]
    deep: dict[str, int] = {}
    for bus in reversed(waiting):
        deep[bus] = 1 + max((deep[k] for k in children[bus]), default=0)
    where: Places = {}
    row = 0
    stack = [(source, 0) for source in reversed(feeder.sources)]
    fresh = True
    while stack:
        bus, depth = stack.pop()
        row += 0 if fresh or not where else 1
        where[bus] = (depth, row)
        below = sorted(children[bus], key=lambda k: deep[k])
        stack += [(k, depth + 1) for k in below]
        fresh = bool(below)
    return where


def _branches(
    axes: Axes,
    figure: Figure,
    feeder: Feeder,
    found: Configuration,
    where: Places,
    state: Flow | None,
) -> None:
    """Closed branches by what they lose; open ones dashed, with a cross and their name."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    grid = feeder.grid
    lost: dict[str, float] = {}
    if state is not None:
        each = 1e3 * grid.impedance[state.closed[0]].real * np.abs(state.current[0]) ** 2
        names = [feeder.branches[grid.branch[e]].name for e in state.closed[0]]
        lost = dict(zip(names, each.tolist(), strict=True))
    most = max(lost.values(), default=0.0) or 1.0
    colours = ScalarMappable(Normalize(0, most), "viridis_r")
    for branch in feeder.branches:
        if branch.from_bus not in where or branch.to_bus not in where:
            continue
        (x0, y0), (x1, y1) = where[branch.from_bus], where[branch.to_bus]
        if branch.name in found.open:
            _open(axes, branch.name, (x0, y0), (x1, y1))
            continue
        share = lost.get(branch.name, 0.0)
        bend = min(x0, x1)
        style: dict[str, Any] = {"color": colours.cmap(share / most) if lost else INK, "zorder": 2}
        axes.plot(
            [x0, bend, x1], [y0, y1 if x0 == bend else y0, y1], lw=1 + 5 * share / most, **style
        )
    if lost:
        bar = figure.colorbar(colours, ax=axes, pad=0.01, aspect=15)
        bar.set_label("Losses of a branch (kW)")


def _open(axes: Axes, name: str, a: tuple[float, float], b: tuple[float, float]) -> None:
    """A dashed line, bent where it would run along a row or a column of buses.

    Its cross is beside the middle, where a bus may be.
    """
    start, end = np.array(a), np.array(b)
    aside = np.array([0.7 if a[0] == b[0] else 0.0, 0.7 if a[1] == b[1] else 0.0])
    t = np.linspace(0, 1, 41)[:, None]
    path = (1 - t) * start + t * end + 4 * t * (1 - t) * aside / 2
    axes.plot(path[:, 0], path[:, 1], ls=(0, (4, 3)), color=OPEN, lw=1.1, zorder=1)
    x, y = path[17]
    axes.plot([x], [y], marker="x", color=OPEN, ms=7, mew=2, zorder=4)
    axes.annotate(name, (x, y), (5, 3), textcoords="offset points", color=OPEN, fontsize=9)


def _buses(axes: Axes, feeder: Feeder, where: Places) -> None:
    text: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7, "ha": "center"}
    for name, (x, y) in where.items():
        source = name in feeder.sources
        axes.plot(
            [x], [y], marker="s" if source else "o", ms=9 if source else 4.5, color=INK, zorder=3
        )
        if len(feeder.buses) <= FEW:
            axes.annotate(name, (x, y), (0, 7 if source else 5), **text)
    axes.invert_yaxis()
    axes.margins(0.04, 0.12)
    axes.axis("off")
    shown = [
        axes.plot([], [], marker="s", ls="", color=INK, label="source")[0],
        axes.plot([], [], marker="o", ls="", ms=4.5, color=INK, label="bus")[0],
        axes.plot([], [], marker="x", ls=(0, (4, 3)), mew=2, color=OPEN, label="open switch")[0],
    ]
    axes.legend(handles=shown, loc="lower right", frameon=False, fontsize=8, ncols=3)


def _profile(
    axes: Axes, feeder: Feeder, order: list[str], turns: NDArray[np.bool_], state: Flow | None
) -> None:
    """The voltage of each bus, row by row of the tree, with the lowest one named."""
    axes.set_ylabel("Voltage (p.u.)")
    axes.set_xlabel("Bus, in the order of the diagram")
    axes.spines[["top", "right"]].set_visible(False)
    if state is None or not state.converged[0]:
        axes.text(0.5, 0.5, "no power flow", transform=axes.transAxes, ha="center", color=OPEN)
        return
    volts = dict.fromkeys(feeder.sources, feeder.source_pu)
    names = [feeder.buses[k].name for k in feeder.grid.bus]
    volts |= dict(zip(names, np.abs(state.voltage[0]).tolist(), strict=True))
    values = [volts[name] for name in order]
    for row in np.split(np.arange(len(order)), np.flatnonzero(turns) + 1):
        axes.plot(row, np.array(values)[row], marker="o", ms=4, lw=0.8, color="#3f90da")
    limits = {b.v_min for b in feeder.buses if b.v_min is not None}
    if limits:
        axes.axhline(max(limits), ls=(0, (6, 3)), color=LIMIT, lw=1)
        axes.annotate(
            f"limit {max(limits):g} p.u.", (0, max(limits)), (2, 3), textcoords="offset points",
            fontsize=8, color=LIMIT,
        )  # fmt: skip
    low = int(np.argmin(values))
    axes.annotate(
        f"lowest: bus {order[low]}, {values[low]:.4f} p.u.", (low, values[low]), (6, -10),
        textcoords="offset points", fontsize=8, color=INK,
        ha="right" if low > len(order) * 0.7 else "left",
    )  # fmt: skip
    step = 1 if len(order) <= FEW else len(order) // 30
    axes.set_xticks(range(0, len(order), step), order[::step], fontsize=7)
    axes.margins(0.02, 0.2)
