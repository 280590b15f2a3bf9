"""A map of the tour."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from logistics import _tsplib as tsplib
from logistics._coast import draw_coast
from logistics._ports import Point, sea_lane
from logistics.tour.data import Tour, TravellingSalesman
from usecases.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROUTE, INK = "#3f90da", "#222222"

FEW = 30
"""To this many cities each carries its name and the number of its call."""


def draw(instance: TravellingSalesman, tour: Tour) -> Figure:
    """The tour's legs in their direction, with the number of each call.

    Ports are joined by their sea lanes where searoute is installed, before the coast where it
    is bundled; other cities by straight lines. Without coordinates the cities stand on a circle,
    which says nothing of distances. Legs to or from a call at none or several cities are left
    out.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 5.8), layout="constrained")
    axes = figure.add_subplot()
    points = _points(instance)
    number = {name: k for k, name in enumerate(instance.cities)}
    stops = [[0], *([number[name] for name in stop] for stop in tour.stops), [0]]
    for here, there in pairwise(stops):
        if len(here) == len(there) == 1 and here != there:
            _leg(axes, instance, points[here[0]], points[there[0]])
    _mark(axes, instance, points, stops)
    _frame(axes, instance, points)
    axes.set_title(_title(instance, stops))
    return figure


def _points(instance: TravellingSalesman) -> list[Point]:
    """Where each city is drawn: x and y, or degrees east and north."""
    if instance.measure == "GEO":
        return [(tsplib.degrees(y), tsplib.degrees(x)) for x, y in instance.coordinates or ()]
    if instance.coordinates is not None:
        return list(instance.coordinates)
    turns = [2 * math.pi * k / len(instance.cities) for k in range(len(instance.cities))]
    return [(math.sin(t), math.cos(t)) for t in turns]


def _leg(axes: Any, instance: TravellingSalesman, start: Point, end: Point) -> None:
    path = [start, end]
    if instance.unit == "nmi":
        with suppress(MissingExtra):  # a straight line will do for a picture
            path = [start, *sea_lane(start, end), end]
    axes.plot(*zip(*path, strict=True), color=ROUTE, linewidth=2.0, zorder=2)
    if len(instance.cities) > FEW:
        return
    k = max(range(len(path) - 1), key=lambda i: math.dist(path[i], path[i + 1]))
    (x0, y0), (x1, y1) = path[k], path[k + 1]
    half, tip = ((x0 + part * (x1 - x0), y0 + part * (y1 - y0)) for part in (0.5, 0.56))
    head = {"arrowstyle": "-|>", "color": ROUTE, "mutation_scale": 16}
    axes.annotate("", tip, half, arrowprops=head, zorder=2)


def _mark(
    axes: Any, instance: TravellingSalesman, points: list[Point], stops: list[list[int]]
) -> None:
    """Home as a square, called-at cities as dots, others as rings."""
    few, called = len(points) <= FEW, {city for stop in stops for city in stop}
    for k, point in enumerate(points):
        axes.plot(
            *point,
            marker="o" if k else "s",
            markersize=(7 if few else 2.5) if k else 9,
            color=INK,
            fillstyle="full" if k in called else "none",
            zorder=3,
        )
    if not few:
        return
    for k, (name, point) in enumerate(zip(instance.cities, points, strict=True)):
        calls = [str(t) for t, stop in enumerate(stops[1:-1], start=1) if k in stop]
        text = f"{name} ({', '.join(calls) or 'never'})" if k else f"{name} (home)"
        right, up = _away(points, k)
        axes.annotate(
            text, point, xytext=(7 * right, 7 * up), textcoords="offset points", fontsize=9,
            ha="left" if right > 0 else "right", va="bottom" if up > 0 else "top", zorder=4,
            bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


def _away(points: list[Point], k: int) -> tuple[int, int]:
    """Right or left and up or down: where a city's name is farthest from its nearest neighbour."""
    x, y = points[k]
    others = (point for j, point in enumerate(points) if j != k)
    a, b = min(others, key=lambda point: math.dist(point, points[k]))
    return 1 if x >= a else -1, 1 if y >= b else -1


def _frame(axes: Any, instance: TravellingSalesman, points: list[Point]) -> None:
    axes.margins(0.16)
    if instance.unit == "nmi" or instance.measure == "GEO":
        # One degree of longitude is shorter than one of latitude by the cosine.
        latitude = sum(y for _, y in points) / len(points)
        axes.set_aspect(1.0 / max(math.cos(math.radians(latitude)), 0.05))
        axes.set_xlabel("longitude (degrees east)")
        axes.set_ylabel("latitude (degrees north)")
        draw_coast(axes)
    elif instance.coordinates is not None:
        axes.set_aspect("equal")
        axes.set_xlabel("x (units of the instance)")
        axes.set_ylabel("y (units of the instance)")
    else:
        axes.set_aspect("equal")
        axes.set_xlabel("schematic: cities on a circle, as no coordinates are given")
        axes.set_xticks([])
        axes.set_yticks([])
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _title(instance: TravellingSalesman, stops: list[list[int]]) -> str:
    calls = [city for stop in stops[1:-1] for city in stop]
    n = len(instance.cities)
    if any(len(stop) != 1 for stop in stops) or sorted(calls) != [*range(1, n)]:
        return f"{n} cities, not a tour"
    total = sum(instance.matrix[a[0], b[0]] for a, b in pairwise(stops))
    digits = 0 if float(total).is_integer() else 2
    return f"{n} cities, {total:,.{digits}f} {instance.unit}".rstrip()
