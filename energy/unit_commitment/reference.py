"""What classical computing proves: bounds on the cost from below and above that meet.

Every solution of the mixed-integer program bounds the cost from below, the exact cost of the
schedule it finds bounds it from above, and tangents at that schedule's outputs close the rest.
What a solver claims in floating point is checked where it can be: a schedule by the rules of
the page, a lower bound against the schedules found, and "impossible" by an exact test.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from energy.unit_commitment.fleet import WATT, Fleet
from energy.unit_commitment.program import CLOSED, Impossible, Program
from energy.unit_commitment.reading import objective, scheduled, violations
from energy.unit_commitment.tables import unservable
from usecases.errors import Infeasible, TooLarge
from usecases.models import Floats
from usecases.records import Reference

TIME_LIMIT = 60.0
MOST_ROUNDS = 40
MOST_SETS = 1 << 17
"""How many sets of units, none better than another, the exact test of an hour compares."""


def reference(fleet: Fleet) -> Reference:
    """The least cost in $, proven by bounds from below and above that meet.

    When they do not, the best schedule found is "best_known", with the bound. Raises Infeasible
    with the reason, and TooLarge when no schedule is found or the numbers are too far apart.
    """
    begun = time.monotonic()
    program = Program(fleet)
    best, bound, rounds = np.inf, 0.0, 0  # no cost is negative
    while (np.isinf(best) or best - bound > CLOSED * best) and rounds < MOST_ROUNDS:
        left = TIME_LIMIT - (time.monotonic() - begun)
        if left <= 0:
            break
        try:
            on, output, lower = program.solve(left, best if np.isfinite(best) else 0.0)
        except Impossible:
            lower = np.inf
        if np.isposinf(lower) and np.isinf(best):
            raise _reason(fleet)
        rounds, bound = rounds + 1, max(bound, lower)
        if np.isposinf(lower) or on is None:
            break
        best = min(best, _refined(program, on, output))
    if np.isinf(best):
        raise TooLarge(
            f"HiGHS found no schedule for {len(fleet.units)} units over {fleet.hours} hours"
            f" within {TIME_LIMIT:.0f} s and {MOST_ROUNDS} rounds",
            "Divide the fleet or shorten the horizon",
        )
    return _told(best, bound, rounds)


def _refined(program: Program, on: NDArray[np.int64], output: Floats) -> float:
    """The exact cost in $ of the commitment; the program learns what it missed."""
    fleet = program.fleet
    schedule = scheduled(fleet, on.tolist())
    if violations(fleet, schedule):  # only within HiGHS's tolerances
        program.exclude(on)
        return np.inf
    for hour, row in enumerate(schedule.output):
        for u in np.flatnonzero(on[hour]).tolist():
            program.tangent(u, hour, row[u] if row else 0.0)
            program.tangent(u, hour, float(output[hour, u]))
    return objective(fleet, schedule)


def _told(best: float, bound: float, rounds: int) -> Reference:
    """The result; a bound above the cost of a feasible schedule is wrong and proves nothing."""
    import scipy

    gap = (best - bound) / best if best > 0 else 0.0
    told = f"lower bound {bound:.6f} $, relative gap {max(gap, 0.0):.1e}"
    if gap < -CLOSED:
        told = (
            f"its lower bound, {bound:.6g} $, lies above the cost of this feasible schedule:"
            " the numbers are too far apart for its arithmetic, and nothing is proven"
        )
    return Reference(
        value=best,
        kind="optimal" if abs(gap) <= CLOSED else "best_known",
        method=(
            f"HiGHS via SciPy {scipy.__version__}, mixed-integer program with perspective cuts"
            f" ({rounds} rounds): {told}"
        ),
    )


def _reason(fleet: Fleet) -> Infeasible | TooLarge:
    """Why there is no schedule, or that the solver's claim of it cannot be trusted.

    Either no set of units can serve some hour, by an exact test, or the rules of commitments
    alone, without outputs and costs, already exclude every schedule.
    """
    try:
        feasible(fleet)
    except Infeasible as error:
        return error
    return TooLarge(
        "HiGHS calls the fleet impossible although the rules do not exclude a schedule: its"
        " costs and outputs are too far apart for the solver's arithmetic",
        "Choose units of power and money in which the units' numbers are closer together",
    )


def feasible(fleet: Fleet) -> NDArray[np.int64]:
    """Some schedule that keeps all rules, [hour][unit], whatever it costs.

    Raises Infeasible with the reason, and TooLarge when HiGHS finds none in time.
    """
    for hour, can in enumerate(servable(fleet)):
        if not can:
            raise unservable(fleet, hour)
    try:
        on, _, _ = Program(fleet, fuel=False).solve(TIME_LIMIT)
    except Impossible:
        raise Infeasible(
            "each hour alone can be served, but no schedule keeps the minimum up and down times"
            " from the initial status on",
            "Shorten min_up or min_down, or change initial_hours",
        ) from None
    if on is None or violations(fleet, scheduled(fleet, on.tolist())):
        raise TooLarge(
            f"HiGHS found no schedule for {len(fleet.units)} units over {fleet.hours} hours"
            f" within {TIME_LIMIT:.0f} s",
            "Divide the fleet or shorten the horizon",
        )
    return on


def servable(fleet: Fleet) -> list[bool]:
    """Whether some set of units can serve each hour on its own: enough capacity, no excess.

    Exact: of all sets, only those stay that no other set beats in both capacity and smallest
    output. Raises TooLarge when more than 2^17 of them stay.
    """
    high, low = np.zeros(1), np.zeros(1)
    for unit in fleet.units:
        high = np.concatenate([high, high + unit.p_max])
        low = np.concatenate([low, low + unit.p_min])
        order = np.lexsort((low, -high))
        high, low = high[order], low[order]
        least = np.minimum.accumulate(low)
        best = np.concatenate([[True], low[1:] < least[:-1]])
        high, low = high[best], low[best]
        if len(high) > MOST_SETS:
            raise TooLarge(
                f"HiGHS found no schedule, and {len(fleet.units)} units have too many sets to"
                " prove by hand that there is none",
                "Divide the fleet",
            )
    return [
        bool((low[high >= fleet.required(hour) - WATT] <= demand + WATT).any())
        for hour, demand in enumerate(fleet.demand)
    ]
