"""The rotation chart: a line for each aircraft or crew, a bar for each flight."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from logistics.tail_assignment.data import Plan, TailAssignment
from logistics.tail_assignment.flights import DAY, Flight, clock

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#3f90da", "#ffa90e", "#94a4a2", "#b9ac70", "#92dadd", "#e76300")
HATCHES = ("", "//", "..", "\\\\", "xx", "--")

FEW = 14
"""To this many lines, bars carry airports as well as flight numbers."""


def draw(instance: TailAssignment, plan: Plan) -> Figure:
    """The flights of each route against the time in UTC; those not flown on the last line.

    Colour and hatching tell the airport where a route begins; red frames tell what is wrong.
    """
    from matplotlib.figure import Figure

    known = instance.by_number
    flown = Counter(number for route in plan.routes for number in route)
    lines = [[known[n] for n in route if n in known] for route in plan.routes]
    lines.sort(key=lambda legs: (legs[0].origin, legs[0].departure) if legs else ("", 0))
    left = [flight for flight in instance.flights if not flown[flight.number]]
    height = 0.44 * (len(lines) + bool(left)) + 1.5
    figure = Figure(figsize=(11.5, min(max(height, 2.6), 16)), layout="constrained")
    axes = figure.add_subplot()
    homes = sorted({legs[0].origin for legs in lines if legs})
    few = len(lines) <= FEW
    for y, legs in enumerate(lines):
        for leg in legs:
            style = homes.index(legs[0].origin) % len(COLOURS)
            _bar(axes, y, leg, COLOURS[style], HATCHES[style], wrong=flown[leg.number] > 1, few=few)
    for leg in left:
        _bar(axes, len(lines), leg, "#ffffff", "", wrong=True, few=few)
    who = instance.rules.who
    names = [f"{who} {k}, {legs[0].origin if legs else '–'}" for k, legs in enumerate(lines, 1)]
    axes.set_yticks(range(len(names) + bool(left)), [*names, *(["not flown"] if left else [])])
    axes.tick_params(axis="y", labelsize=8.5 if few else 6.5)
    axes.set_ylim(len(lines) + bool(left) - 0.4, -0.6)
    _hours(axes, instance)
    axes.set_title(
        f"{len(instance.flights)} flights, {len(lines)} {instance.rules.several}"
        + (f": {instance.timetable}" if instance.timetable else "")
    )
    _legend(figure, homes, wrong=bool(left) or max(flown.values(), default=0) > 1)
    return figure


def _bar(
    axes: Any, y: int, leg: Flight, colour: str, hatch: str, *, wrong: bool, few: bool
) -> None:
    axes.barh(
        y, leg.block, left=leg.departure, height=0.72, color=colour, hatch=hatch, alpha=0.75,
        edgecolor="#bd1f01" if wrong else "#444444", linewidth=2.0 if wrong else 0.7,
        linestyle="--" if wrong else "-",
    )  # fmt: skip
    text = f"{leg.number}\n{leg.origin}–{leg.destination}" if few else leg.number
    axes.text(
        leg.departure + leg.block / 2, y, text, ha="center", va="center", linespacing=0.95,
        fontsize=7.5 if few else 5, clip_on=True,
        bbox={"boxstyle": "round,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.7},
    )  # fmt: skip


def _hours(axes: Any, instance: TailAssignment) -> None:
    first = min(f.departure for f in instance.flights) // 60 * 60
    last = -(-max(f.arrival for f in instance.flights) // 60) * 60
    step = next((s for s in (60, 120, 240, 360, 720) if (last - first) / s <= 16), DAY)
    ticks = range(-(-first // step) * step, last + 1, step)
    axes.set_xticks(list(ticks), [clock(t) for t in ticks], fontsize=8)
    axes.set_xlim(first - 10, last + 10)
    axes.set_xlabel("time of day (UTC; +1: the next day)")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(figure: Figure, homes: list[str], *, wrong: bool) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=COLOURS[k % 6], hatch=HATCHES[k % 6], edgecolor="#444444", alpha=0.75,
              label=f"begins at {home}")
        for k, home in enumerate(homes)
    ]  # fmt: skip
    if wrong:
        handles.append(Patch(facecolor="none", edgecolor="#bd1f01", linestyle="--", linewidth=2.0,
                             label="flown twice or not at all"))  # fmt: skip
    if handles:
        figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False,
                      fontsize=8)  # fmt: skip
