"""The picture of feasible shares: how rare answers become that keep all rules, as qubits grow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from usecases.metrics import wilson
from usecases.naming import label
from usecases.palette import COLOURS, MARKERS
from usecases.records import RunRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(records: Sequence[RunRecord]) -> Figure:
    """Feasible share of shots over qubits, a line for each formulation and algorithm.

    Error bars are Wilson's 95 % intervals; an arrow stands where no shot was feasible, at the
    interval's upper end. Hollow marks are what uniform random strings score. Several instances
    of one size are not joined.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.4), layout="constrained")
    axes = figure.add_subplot()
    shots = [r for r in records if r.backend and r.score.feasible_share is not None]
    forms = list(dict.fromkeys(r.usecase for r in shots))
    colour = dict(zip(forms, cycle(COLOURS), strict=False))
    for form in forms:
        mine = [r for r in shots if r.usecase == form]
        name = form.partition(":")[2] or form.rpartition("/")[2]
        _chance(axes, mine, colour[form], f"{name}: chance")
        marks = zip(dict.fromkeys(map(label, mine)), cycle(MARKERS), strict=False)
        for algorithm, mark in marks:
            line = [r for r in mine if label(r) == algorithm]
            _line(axes, line, colour[form], mark, f"{name}: {algorithm}")
    axes.set_yscale("log")
    axes.set_xlabel("qubits")
    axes.set_ylabel("feasible share of shots")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def _line(axes: Axes, records: Sequence[RunRecord], colour: str, mark: str, name: str) -> None:
    places, values, low, high, none = [], [], [], [], []
    for record in sorted(records, key=lambda r: r.qubits):
        share, interval = record.score.feasible_share, record.score.feasible_interval
        if share is None or interval is None:
            continue
        shown = share or interval[1]
        places.append(record.qubits)
        values.append(shown)
        low.append(0.5 * shown if share == 0 else share - interval[0])
        high.append(0.0 if share == 0 else max(interval[1] - share, 0.0))
        none.append(share == 0)
    axes.errorbar(
        *(places, values, [low, high]),
        uplims=none, color=colour, marker=mark, capsize=3, label=name,
        linestyle="-" if len({*places}) == len(places) else "", linewidth=1.4,
    )  # fmt: skip


def _chance(axes: Axes, records: Sequence[RunRecord], colour: str, name: str) -> None:
    # Random strings have no auxiliary variables, which some algorithms add to the qubits.
    ascending = sorted(records, key=lambda r: r.qubits)
    found = {r.instance.name: (r.qubits, r.score.chance) for r in reversed(ascending)}
    lucks = sorted(
        ((place, luck) for place, luck in found.values() if luck), key=lambda item: item[0]
    )
    places = [place for place, _ in lucks]
    shares = [luck.feasible_share or wilson(0, luck.samples)[1] for _, luck in lucks]
    none = [luck.feasible_share == 0 for _, luck in lucks]
    down = [0.5 * share * zero for share, zero in zip(shares, none, strict=True)]
    axes.errorbar(
        *(places, shares, [down, [0.0] * len(down)]),
        uplims=none, color=colour, marker="o", markerfacecolor="white", capsize=0, label=name,
        linestyle="--" if len({*places}) == len(places) else "", linewidth=1.0,
    )  # fmt: skip
