"""Performance profiles, and what nothing else beats in two respects at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Steps = tuple[tuple[float, float], ...]
"""Points (τ, ρ): from τ on, until the next point, the share is ρ."""


def profiles(costs: Mapping[str, Mapping[str, float]]) -> dict[str, Steps]:
    """For each solver, the share ρ(τ) of problems it solved within τ times the best cost.

    Dolan and Moré, Math. Program. 91 (2002) 201. `costs` holds a positive cost for each solver
    and problem, infinite where it was not solved; only problems that all solvers tried count.
    Raises ValueError for a cost that is not above 0.
    """
    common = set.intersection(*map(set, costs.values())) if costs else set()
    if any(not costs[s][p] > 0 for s in costs for p in common):
        raise ValueError("a cost must be above 0")
    best = {p: min(of[p] for of in costs.values()) for p in common}
    return {s: _steps([_ratio(of[p], best[p]) for p in common]) for s, of in costs.items()}


def _ratio(cost: float, best: float) -> float:
    return cost / best if math.isfinite(cost) else math.inf


def _steps(ratios: Sequence[float]) -> Steps:
    solved = sorted(r for r in ratios if math.isfinite(r))
    found = {1.0: 0.0} | {r: (k + 1) / len(ratios) for k, r in enumerate(solved)}
    return tuple(found.items())


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """The places of the points that no other beats in both coordinates, of which less is better.

    Pareto's front, by the first coordinate. Points that are equal stand or fall together.
    """
    order = sorted(range(len(points)), key=points.__getitem__)
    found: list[int] = []
    for k in order:
        if not found or points[k][1] < points[found[-1]][1] or points[k] == points[found[-1]]:
            found.append(k)
    return found
