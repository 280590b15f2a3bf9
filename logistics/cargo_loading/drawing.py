"""The loading plan: the deck from the side, the centre of gravity, and the shear beneath it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from logistics.cargo_loading.flight import ROOM, Flight
from logistics.cargo_loading.reading import Plan
from usecases.models import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILL = {"standard": "#3f90da", "half": "#ffa90e", "double": "#94a4a2"}
HATCH = {"standard": "", "half": "///", "double": "..."}
INK, ALARM = "#222222", "#bd1f01"


def plot(flight: Flight, plan: Plan) -> Figure:
    """Containers in their positions, labelled in kg; below, payload forward and aft of stations."""
    from matplotlib.figure import Figure

    width = min(max(6.0, 1.0 + 0.85 * flight.positions), 17.0)
    rows = 1 + bool(flight.balance) + bool(flight.shear)
    heights = [2.4, *([0.7] if flight.balance else []), *([2.2] if flight.shear else [])]
    figure = Figure(figsize=(width, 0.9 + sum(heights)), layout="constrained")
    grid = figure.subplots(
        rows, 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    axes = [row[0] for row in grid]
    at, edges = _scale(flight)
    _deck(axes[0], flight, plan, at, edges)
    if flight.balance:
        _gravity(axes[1], flight, plan)
    if flight.shear:
        _shear(axes[-1], flight, plan, edges)
    axes[-1].set_xlabel("x (m), forward ← → aft" if flight.x else "Position, forward ← → aft")
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure


def _scale(flight: Flight) -> tuple[Floats, Floats]:
    """Centres and ends of the positions, in m, or in positions where no place is known."""
    at = np.array(flight.x or range(1, flight.positions + 1), dtype=np.float64)
    if len(at) == 1:
        return at, np.array([at[0] - 1.0, at[0] + 1.0])
    middle = (at[1:] + at[:-1]) / 2
    return at, np.array([2 * at[0] - middle[0], *middle, 2 * at[-1] - middle[-1]])


def _deck(axes: Axes, flight: Flight, plan: Plan, at: Floats, edges: Floats) -> None:
    from matplotlib.patches import Patch

    known = {c.name: c for c in flight.containers}
    fill = np.zeros(flight.positions)
    size = 9 if flight.positions <= 8 else 7
    for place in plan.loaded:
        kind, p = known[place.container].kind, place.position - 1
        last = min(p + (kind == "double"), flight.positions - 1)
        left, right, bottom = edges[p], edges[last + 1], float(fill[p : last + 1].max())
        height = ROOM[kind] / 2
        fill[p : last + 1] = bottom + height
        axes.bar(
            (left + right) / 2,
            height - 0.06,
            0.94 * (right - left),
            bottom=bottom + 0.03,
            color=FILL[kind],
            hatch=HATCH[kind],
            edgecolor="white",
        )
        words = f"{place.container}\n{known[place.container].mass:.0f} kg"
        axes.text(
            (left + right) / 2,
            bottom + height / 2,
            words,
            ha="center",
            va="center",
            fontsize=size,
            color=INK,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
        )
    top = max(1.0, float(fill.max()))
    axes.vlines(edges, 0, 1, color=INK, lw=0.8, ls=(0, (2, 2)))
    axes.hlines([0, 1], edges[0], edges[-1], color=INK, lw=1.6)
    for p, x in enumerate(at, start=1):
        axes.text(x, -0.06, str(p), ha="center", va="top", fontsize=size)
    total = sum(known[place.container].mass for place in plan.loaded)
    left_over = len(known) - len({place.container for place in plan.loaded})
    words = f"Loaded {_kg(total)} of {_kg(flight.payload)} kg; {left_over} left behind"
    axes.set_title(words, fontsize=10, loc="left")
    kinds = sorted({c.kind for c in flight.containers}, key=list(FILL).index)
    handles = [Patch(facecolor=FILL[k], hatch=HATCH[k], edgecolor="white", label=k) for k in kinds]
    axes.legend(
        handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8
    )
    axes.set_ylim(-0.25, top + 0.08)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.set_ylabel("Main deck")


def _kg(mass: float) -> str:
    return f"{mass:,.0f}".replace(",", " ")


def _gravity(axes: Axes, flight: Flight, plan: Plan) -> None:
    balance = flight.balance
    assert balance is not None  # noqa: S101 - the caller has looked
    mass, moment = balance.empty_mass, balance.empty_mass * balance.empty_cg
    for x, part in _parts(flight, plan):
        mass, moment = mass + part, moment + part * x
    cg = moment / mass
    axes.axvspan(balance.forward, balance.aft, color="#b9ac70", alpha=0.35)
    axes.vlines([balance.forward, balance.aft], 0, 1, color=INK, lw=1.4)
    good = balance.forward <= cg <= balance.aft
    empty: dict[str, Any] = {"marker": "o", "mfc": "white", "mec": INK, "ls": ""}
    axes.plot([balance.empty_cg], [0.5], label="empty", **empty)
    loaded = f"loaded, {cg:.2f} m" + ("" if good else ", outside the limits")
    axes.plot([cg], [0.5], marker="D", color=INK if good else ALARM, ls="", label=loaded)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylabel("CG", rotation=0, ha="right", va="center")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)


def _parts(flight: Flight, plan: Plan) -> list[tuple[float, float]]:
    """(place in m, kg) of what stands where; a double is two halves of its mass."""
    known = {c.name: c for c in flight.containers}
    found = []
    for place in plan.loaded:
        container, p = known[place.container], place.position - 1
        stands = [p, p + 1] if container.kind == "double" else [p]
        found += [(flight.x[k], container.mass / len(stands)) for k in stands]
    return found


def _shear(axes: Axes, flight: Flight, plan: Plan, edges: Floats) -> None:
    """Payload on either side of each station, in tonnes, under its limit."""
    parts = _parts(flight, plan)
    sides = (("forward", -1, "#3f90da", "o"), ("aft", 1, "#832db6", "s"))
    for side, sign, colour, marker in sides:
        limits = [(s.x, getattr(s, side)) for s in flight.shear if getattr(s, side) is not None]
        if not limits:
            continue
        limits.sort()
        x = np.array([station for station, _ in limits])
        most = np.array([limit for _, limit in limits]) / 1000
        load = np.array([_beyond(parts, station, sign) for station in x]) / 1000
        axes.plot(x, most, color=colour, lw=1.2, ls=(0, (4, 2)), label=f"limit {side}")
        axes.plot(x, load, color=colour, marker=marker, ms=5, label=f"payload {side}")
        over = load > most + 1e-9
        axes.plot(x[over], load[over], ls="", marker="x", ms=11, mew=2, color=ALARM)
    axes.set_xlim(edges[0] - 0.02 * np.ptp(edges), edges[-1] + 0.02 * np.ptp(edges))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Payload on that side (t)")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)


def _beyond(parts: list[tuple[float, float]], station: float, sign: int) -> float:
    """kg on the side of the station; what stands at it counts half."""
    return sum(
        m * (1.0 if sign * (x - station) > 1e-9 else 0.5 if abs(x - station) < 1e-9 else 0.0)
        for x, m in parts
    )
