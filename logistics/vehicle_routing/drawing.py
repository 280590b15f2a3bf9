"""A map of the rounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from logistics._coast import draw_coast
from logistics._ports import Point, sea_lane
from logistics.vehicle_routing.data import Plan, VehicleRouting
from usecases.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
STYLES = ("-", "--", "-.", ":")

SHOWN = 26
"""Rounds that the legend has room for."""

FEW = 20
"""To this many customers, each place carries its name and demand."""


def draw(instance: VehicleRouting, plan: Plan) -> Figure:
    """The plan's rounds, each in its own colour and stroke, with load and length.

    Ports are joined by their sea lanes where searoute is installed, other places by straight
    lines. Without coordinates the places stand on a circle, which says nothing of distances.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 5.6), layout="constrained")
    axes = figure.add_subplot()
    points = _points(instance)
    place = {name: k for k, name in enumerate((instance.depot, *instance.customers))}
    for k, route in enumerate(plan.routes):
        stops = [0, *(place[name] for name in route), 0]
        path = list(_path(instance, points, stops))
        axes.plot(
            *zip(*path, strict=True),
            color=COLOURS[k % len(COLOURS)],
            linestyle=STYLES[k % len(STYLES)],
            linewidth=2.2,
            label=_caption(instance, k, route, stops),
            zorder=2,
        )
    _mark(axes, instance, points)
    _frame(axes, instance, points)
    handles, captions = axes.get_legend_handles_labels()
    figure.legend(
        handles[:SHOWN], captions[:SHOWN], loc="outside right upper", frameon=False,
        fontsize=8.5 if len(plan.routes) <= 12 else 7, handlelength=3.2, alignment="left",
        title=f"{len(plan.routes)} rounds" + (f", {SHOWN} listed" if captions[SHOWN:] else ""),
    )  # fmt: skip
    return figure


def _points(instance: VehicleRouting) -> list[Point]:
    if instance.coordinates is not None:
        return list(instance.coordinates)
    turns = [2 * math.pi * k / len(instance.customers) for k in range(len(instance.customers))]
    return [(0.0, 0.0), *((math.cos(t), math.sin(t)) for t in turns)]


def _path(instance: VehicleRouting, points: list[Point], stops: list[int]) -> Iterator[Point]:
    for i, j in pairwise(stops):
        yield points[i]
        if instance.unit == "nmi":
            with suppress(MissingExtra):  # a straight line will do for a picture
                yield from sea_lane(points[i], points[j])
    yield points[0]


def _caption(instance: VehicleRouting, k: int, route: tuple[str, ...], stops: list[int]) -> str:
    load = sum(instance.demands[i - 1] for i in stops[1:-1])
    miles = sum(instance.distances[i][j] for i, j in pairwise(stops))
    unit = f" {instance.unit}" if instance.unit else ""
    sums = f"load {load} of {instance.capacity}, {miles:,}{unit}"
    if len(instance.customers) > FEW:
        return f"{k + 1}: {len(route)} calls, {sums}"
    calls = " – ".join(route) if len(route) <= 6 else f"{len(route)} customers"
    return f"{k + 1}: {calls}\n   {sums}"


def _mark(axes: Any, instance: VehicleRouting, points: list[Point]) -> None:
    """The depot as a square, customers as dots, each with its name (and demand, where few)."""
    few = len(instance.customers) <= FEW
    (x0, y0), rest = points[0], points[1:]
    axes.scatter(*zip(*rest, strict=True), s=34 if few else 14, color="#222222", zorder=3)
    axes.scatter([x0], [y0], s=90, marker="s", color="#222222", zorder=3)
    texts = [instance.depot]
    if few:
        pairs = zip(instance.customers, instance.demands, strict=True)
        texts += [f"{name} ({demand})" for name, demand in pairs]
    for text, point in zip(texts, points, strict=False):
        axes.annotate(
            text, point, xytext=(6, 6), textcoords="offset points", fontsize=8.5, zorder=4,
            bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.65},
        )  # fmt: skip


def _frame(axes: Any, instance: VehicleRouting, points: list[Point]) -> None:
    if instance.unit == "nmi":
        latitude = sum(y for _, y in points) / len(points)
        # One degree of longitude is shorter than one of latitude by the cosine.
        axes.set_aspect(1.0 / math.cos(math.radians(latitude)))
        axes.set_xlabel("longitude (degrees east)")
        axes.set_ylabel("latitude (degrees north)")
    elif instance.coordinates is not None:
        axes.set_aspect("equal")
        axes.set_xlabel("x (units of the file)")
        axes.set_ylabel("y (units of the file)")
    else:
        axes.set_aspect("equal")
        axes.set_xlabel("places on a circle: no coordinates are given")
        axes.set_xticks([])
        axes.set_yticks([])
    axes.margins(0.08)
    if instance.unit == "nmi":
        draw_coast(axes)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_title(
        f"{len(instance.customers)} customers served from {instance.depot}"
        + (" (demands in brackets)" if len(instance.customers) <= FEW else "")
    )
