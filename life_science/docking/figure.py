"""A picture of the binding-interaction graph and of the pose in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from life_science.docking.graph import BindingGraph, unit
from life_science.docking.reading import Pose
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHOSEN, OTHER, CLASH, INK = "#3f90da", "#94a4a2", "#bd1f01", "#222222"
FEW = 30
"""To this many contacts all stand on one circle and have names; beyond, the pose stands inside."""

DENSE = 400
"""Beyond this many pairs the faint ones become the more transparent, the more there are."""


def plot(graph: BindingGraph, pose: Pose) -> Figure:
    """Contacts on a circle, compatible pairs as faint lines, the pose thick and blue.

    Pairs of the pose that cannot hold at once are dashed and red. Beyond 30 contacts those of
    the pose stand on an inner circle. The area of a contact grows with its weight.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 7.0), layout="constrained")
    axes = figure.add_subplot()
    chosen = [graph.place[name] for name in pose.contacts if name in graph.place]
    at = _places(graph, chosen)
    _pairs(axes, graph, at, chosen)
    _contacts(axes, graph, at, chosen)
    strength = f"{graph.strength(chosen):g} {unit(graph)}"
    told = strength if unit(graph) == "contacts" else f"{len(chosen)} contacts, {strength}"
    axes.set_title(f"{graph.title or f'{graph.size} contacts'}\npose: {told}", fontsize=11)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.margins(0.13)
    _legend(axes, graph, chosen)
    return figure


def _places(graph: BindingGraph, chosen: list[int]) -> Floats:
    """Positions in the plane, shape (contacts, 2)."""
    if graph.size <= FEW:
        return _circle(graph.size, 1.0)
    at = np.empty((graph.size, 2))
    at[chosen] = _circle(len(chosen), 0.5)
    others = np.setdiff1d(np.arange(graph.size), chosen)
    at[others] = _circle(len(others), 1.0)
    at[others[1::2]] *= 1.07  # so that neighbours do not touch
    return at


def _circle(count: int, radius: float) -> Floats:
    turn = np.pi / 2 - 2 * np.pi * np.arange(count) / max(count, 1)
    return radius * np.column_stack([np.cos(turn), np.sin(turn)])


def _pairs(axes: Axes, graph: BindingGraph, at: Floats, chosen: list[int]) -> None:
    from matplotlib.collections import LineCollection

    inside = np.zeros(graph.size, dtype=bool)
    inside[chosen] = True
    both = inside[:, None] & inside[None]
    pairs = np.argwhere(np.triu(graph.adjacency & ~both, 1))
    faint = max(0.55 * min(1.0, DENSE / max(len(pairs), 1)), 0.02)
    lines: list[tuple[Any, dict[str, Any]]] = [
        (pairs, {"colors": OTHER, "linewidths": 0.6, "alpha": faint}),
        (np.argwhere(np.triu(graph.adjacency & both, 1)), {"colors": CHOSEN, "linewidths": 1.8}),
        (
            np.argwhere(np.triu(~graph.adjacency & both, 1)),
            {"colors": CLASH, "linewidths": 1.6, "linestyles": "dashed"},
        ),
    ]
    for order, (ends, style) in enumerate(lines, start=1):
        drawn = LineCollection([at[pair] for pair in ends], zorder=order, **style)
        drawn.set_rasterized(len(ends) > DENSE)
        axes.add_collection(drawn)


def _contacts(axes: Axes, graph: BindingGraph, at: Floats, chosen: list[int]) -> None:
    few = graph.size <= FEW
    inside = np.isin(np.arange(graph.size), chosen)
    area = np.maximum((220.0 if few else 45.0) * graph.weights / graph.weights.max(), 8.0)
    style: dict[str, Any] = {"edgecolors": INK, "linewidths": 0.8 if few else 0.5, "zorder": 5}
    for kind, colour, marker in ((~inside, "white", "o"), (inside, CHOSEN, "s")):
        x, y = at[kind].T
        axes.scatter(x, y, s=area[kind], c=colour, marker=marker, **style)
    named = range(graph.size) if few else chosen if len(chosen) <= FEW else []
    for k in named:
        text = graph.names[k] + (f"\n{graph.weights[k]:g}" if graph.weighted else "")
        out = at[k] / (np.linalg.norm(at[k]) or 1.0)
        beside = ((29.0 if graph.weighted else 20.0) * out[0], 20.0 * out[1])
        axes.annotate(
            text, at[k], xytext=beside, textcoords="offset points", zorder=6,
            ha="center", va="center", fontsize=8.5 if few else 7.5, color=INK,
            fontweight="bold" if inside[k] else "normal",
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


def _legend(axes: Axes, graph: BindingGraph, chosen: list[int]) -> None:
    from matplotlib.lines import Line2D

    at = np.ix_(chosen, chosen)
    clashes = int(np.triu(~graph.adjacency[at], 1).sum())
    marks = [
        Line2D([], [], marker="s", ls="", mfc=CHOSEN, mec=INK, label="contact of the pose"),
        Line2D([], [], marker="o", ls="", mfc="white", mec=INK, label="other contact"),
        Line2D([], [], color=OTHER, lw=0.8, label="can hold together"),
    ]
    if clashes:
        label = f"cannot hold at once ({clashes})"
        marks.append(Line2D([], [], color=CLASH, ls="--", label=label))
    axes.legend(
        handles=marks, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=len(marks),
        frameon=False, fontsize=8.5, columnspacing=1.2, handletextpad=0.5,
    )  # fmt: skip
