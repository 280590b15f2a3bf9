"""A first plan that flies every flight once, or the reason why there is none (HiGHS)."""

from __future__ import annotations

from typing import Any

import numpy as np

from logistics.tail_assignment.data import TailAssignment
from logistics.tail_assignment.routes import Column, Columns, coverage
from usecases.errors import Infeasible, TooLarge
from usecases.models import Floats

SECONDS = 60.0
"""HiGHS stops here."""


def fleets(instance: TailAssignment) -> dict[str, int]:
    """The bases whose aircraft or crews are counted."""
    return {base: k for base, k in instance.rules.bases.items() if k is not None}


def beginnings(instance: TailAssignment, columns: Columns) -> Floats:
    """Shape (routes, counted bases): 1 where the route begins at the base."""
    bases = list(fleets(instance))
    origins = [instance.flights[column[0]].origin for column in columns]
    found = [[float(origin == base) for base in bases] for origin in origins]
    return np.array(found).reshape(len(columns), len(bases))


def first_plan(instance: TailAssignment, columns: Columns, whole: bool = True) -> list[Column]:
    """Some plan, at no particular cost. Raises Infeasible with the reason.

    Where the columns are not the `whole` of the routes, nothing is proven: TooLarge is raised.
    """
    cover = coverage(instance, columns)
    for k in np.flatnonzero(~cover.any(axis=0)).tolist():
        raise Infeasible(
            f"no route that the rules allow flies flight {instance.flights[k]}",
            "Check its times and airports, the least turn, and the bases",
        )
    found = _solved(cover, beginnings(instance, columns), list(fleets(instance).values()))
    if found is not None:
        return [c for c, bit in zip(columns, found, strict=True) if round(bit)]
    if not whole:
        raise TooLarge(
            f"no plan was found among {len(columns)} priced routes, and none proven impossible",
            "Shorten the timetable or tighten the rules, so that all routes can be listed",
        )
    raise _reason(instance, columns, cover)


def _solved(cover: Floats, begin: Floats, limits: list[int]) -> Any | None:
    """The routes of some plan, as bits; None when HiGHS proves that there is none."""
    return _milp(np.zeros(len(cover)), cover, (1, 1), begin, limits)


def _milp(
    costs: Floats, cover: Floats, flown: tuple[int, int], begin: Floats, limits: list[int]
) -> Any | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    rules = [LinearConstraint(cover.T, *flown)]
    if limits:
        rules.append(LinearConstraint(begin.T, -np.inf, limits))
    whole = np.ones(len(costs), dtype=np.int64)
    found = milp(
        costs,
        integrality=whole,
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"time_limit": SECONDS},
    )
    if found.status not in (0, 2):
        raise TooLarge(f"HiGHS stopped before it found a plan: {found.message}")
    return found.x


def _reason(instance: TailAssignment, columns: Columns, cover: Floats) -> Infeasible:
    """Too few aircraft, or flights that no combination covers."""
    begin, limits = beginnings(instance, columns), fleets(instance)
    plan = _solved(cover, begin[:, :0], [])
    if plan is not None:
        # The fewest aircraft beyond the fleet, with surplus routes as bits of their own.
        surplus = np.repeat(np.eye(len(limits)), cover.shape[1], axis=0)
        costs = np.array([*np.zeros(len(cover)), *np.ones(len(surplus))])
        wide = np.vstack([cover, np.zeros((len(surplus), cover.shape[1]))])
        found = _milp(costs, wide, (1, 1), np.vstack([begin, -surplus]), list(limits.values()))
        needed = begin.T @ np.round(found[: len(cover)]) if found is not None else []
        short = [
            f"{base} needs {round(n)} {instance.rules.several}, the fleet has {limits[base]}"
            for base, n in zip(limits, needed, strict=True)
            if round(n) > limits[base]
        ]
        return Infeasible(
            f"the flights need more {instance.rules.several} than there are: {'; '.join(short)}",
            "Allow more at a base, or longer routes",
        )
    packed = _milp(-cover.sum(axis=1), cover, (0, 1), begin[:, :0], [])
    flown = cover.T @ np.round(packed) if packed is not None else np.zeros(cover.shape[1])
    left = [instance.flights[k] for k in np.flatnonzero(flown < 0.5)]
    return Infeasible(
        f"no choice of the {len(columns)} routes flies every flight exactly once: at least"
        f" {len(left)} {'stays' if len(left) == 1 else 'stay'} on the ground, such as {left[0]}",
        "Check its times, the least turn, and where routes may begin and end",
    )
