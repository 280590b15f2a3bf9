"""The energy grid: what must be ready, a choice of units, and the price of one more megawatt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from usecases import registry
from usecases.exercises import OPEN, Verdict, number, right, wrong
from usecases.metrics import gap

USECASE = "energy/unit_commitment"

NEAR = 0.01
"""A gap that counts as right."""


def required(fleet: Any, answer: Any) -> Verdict:
    """The capacity that must be on in the first hour: demand and reserve, MW."""
    demand = fleet.demand[0]
    due = demand * (1 + fleet.reserve)
    return number(
        answer,
        due,
        0.5,
        f"{due:g} MW: {demand:g} MW of demand and {100 * fleet.reserve:g} % on top",
        {
            "That is the demand alone; the reserve comes on top": demand,
            "That is the reserve alone": demand * fleet.reserve,
            "The reserve is a share of the demand, not of the capacity": demand
            / (1 - fleet.reserve),
        },
    )


def operate(fleet: Any, on: Collection[str] | Any) -> Verdict:
    """What a choice of units costs in the first hour, or which rule it breaks."""
    if on is ...:
        return OPEN
    names = [unit.name for unit in fleet.units]
    if strange := [str(name) for name in on if name not in names]:
        return wrong(f"There is no unit {strange[0]!r}; they are {', '.join(names)}")
    case = registry.usecase(USECASE)
    sample = dict(zip(fleet.labels(), (int(name in on) for name in names), strict=True))
    schedule = case.interpret(fleet, sample)
    if broken := case.violations(fleet, schedule):
        return wrong(f"The grid would fail: {broken[0]}")
    cost, best = case.objective(fleet, schedule), case.reference(fleet)
    above = gap(cost, best, "min")
    told = f"{cost:.2f} $, {100 * above:.2f} % above the proven optimum of {best.value:.2f} $"
    return right(told) if above <= NEAR else wrong(f"{told}: try smaller or fewer units")


def marginal(fleet: Any, answer: Any) -> Verdict:
    """The rise of the optimal cost for one megawatt more in the first hour, dollars."""
    reference = registry.usecase(USECASE).reference
    more = fleet.model_copy(update={"demand": (fleet.demand[0] + 1, *fleet.demand[1:])})
    cost, demand = reference(fleet).value, fleet.demand[0]
    due = reference(more).value - cost
    return number(
        answer,
        due,
        0.05,
        f"{due:.2f} $: the price that a market would pay in this hour",
        {
            "That is the average price; the next megawatt has a price of its own": cost / demand,
            "That is the whole cost with one megawatt more; subtract the cost without it": due
            + cost,
            "More demand cannot be cheaper here: the other way round": -due,
        },
    )
