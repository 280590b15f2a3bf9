"""What classical computing proves: the best layout, by enumeration or by integer programming."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from energy.wind_farm.farm import Farm
from energy.wind_farm.program import one_by_one
from energy.wind_farm.wakes import alone, pair_losses
from usecases.errors import MissingExtra
from usecases.models import Floats, all_bits
from usecases.records import Reference

ENUMERATED = 28
"""To this many sites all layouts are tried."""

TIME_LIMIT = 10.0
"""Of CP-SAT, in seconds."""

STARTS = 20
"""Random layouts from which swaps begin, besides the one made by hand."""

WATT_HOURS = 1e9
"""In a GWh; wakes are whole watt-hours to CP-SAT."""


def reference(farm: Farm) -> Reference:
    """The most energy of a layout in GWh; of large farms the best known, with a bound."""
    if len(farm.sites) > ENUMERATED:
        return by_program(farm)
    number = math.comb(len(farm.sites), farm.count)
    return Reference(
        value=energy(farm, least_wakes(pair_losses(farm), farm.count)),
        kind="optimal",
        method=f"all {number} layouts, NumPy {np.__version__}",
    )


def least_wakes(losses: Floats, count: int) -> list[int]:
    """The `count` sites with the least wakes among all choices.

    The sites are cut into two halves; every part of one half meets every part of the other
    that makes up the count.
    """
    half = len(losses) // 2
    parts = [all_bits(half).astype(float), all_bits(len(losses) - half).astype(float)]
    inner = [losses[:half, :half], losses[half:, half:]]
    own = [((p @ w) * p).sum(axis=1) / 2 for p, w in zip(parts, inner, strict=True)]
    best: tuple[float, list[int]] = (math.inf, [])
    for first in range(max(0, count - len(losses) + half), min(half, count) + 1):
        left, right = parts[0].sum(axis=1) == first, parts[1].sum(axis=1) == count - first
        total = parts[0][left] @ losses[:half, half:] @ parts[1][right].T
        total += own[0][left][:, None] + own[1][right]
        row, column = np.unravel_index(int(total.argmin()), total.shape)
        if total[row, column] < best[0]:
            bits = np.concatenate([parts[0][left][row], parts[1][right][column]])
            best = float(total[row, column]), np.flatnonzero(bits).tolist()
    return best[1]


def energy(farm: Farm, chosen: list[int]) -> float:
    """GWh of the layout, every pair alone with its wakes, summed pair by pair."""
    losses = pair_losses(farm)
    pairs = [float(losses[i, j]) for i, j in combinations(chosen, 2)]
    return len(chosen) * alone(farm) - math.fsum(pairs)


def by_program(farm: Farm) -> Reference:
    """The best layout as an integer program with a Boolean for each site and each pair.

    y_ij is 1 where both stand. Every turbine has count − 1 partners, which ties the pairs far
    more closely than y ≥ x + x − 1 alone (Adams & Sherali's products with the count). Raises
    MissingExtra without OR-tools.
    """
    try:
        import ortools
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtra("ortools", "energy") from None
    losses = np.rint(pair_losses(farm) * WATT_HOURS).astype(np.int64)
    n, k = len(farm.sites), farm.count
    program = cp_model.CpModel()
    built = [program.new_bool_var(name) for name in farm.names]
    both = {(i, j): program.new_bool_var(f"{i},{j}") for i, j in combinations(range(n), 2)}
    program.add(sum(built) == k)
    for (i, j), y in both.items():
        program.add_implication(y, built[i])
        program.add_implication(y, built[j])
        program.add_bool_or(y, ~built[i], ~built[j])
    for i in range(n):
        partners = [both[min(i, j), max(i, j)] for j in range(n) if j != i]
        program.add(sum(partners) == (k - 1) * built[i])
    program.minimize(sum(int(losses[pair]) * y for pair, y in both.items()))
    first = set(swapped(farm))
    for i, x in enumerate(built):
        program.add_hint(x, i in first)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = TIME_LIMIT
    status = solver.solve(program)
    chosen = sorted(first)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = [i for i in range(n) if solver.value(built[i])]
        chosen = max(chosen, found, key=lambda sites: energy(farm, sites))
    told = f"CP-SAT {ortools.__version__}, wakes in whole watt-hours"
    if status != cp_model.OPTIMAL:
        least = max(solver.best_objective_bound / WATT_HOURS, relaxed(pair_losses(farm), k))
        told += (
            f", after {TIME_LIMIT:.0f} s, swaps and a convex relaxation:"
            f" no layout above {k * alone(farm) - least:.4f} GWh"
        )
    kind = "optimal" if status == cp_model.OPTIMAL else "best_known"
    return Reference(value=energy(farm, chosen), kind=kind, method=told)


def swapped(farm: Farm) -> list[int]:
    """The best layout from which no turbine can move to another site with less wakes.

    From the layout made by hand and from random ones, always by the best move.
    """
    losses, k = pair_losses(farm), farm.count
    rng = np.random.default_rng(0)
    starts = [one_by_one(farm), *(rng.permutation(len(losses))[:k].tolist() for _ in range(STARTS))]
    return max((_settled(losses, start) for start in starts), key=lambda c: energy(farm, c))


def _settled(losses: Floats, start: list[int]) -> list[int]:
    x = np.zeros(len(losses), dtype=bool)
    x[start] = True
    while not x.all():
        met = losses @ x
        out, into = np.flatnonzero(x), np.flatnonzero(~x)
        change = met[into][None] - met[out][:, None] - losses[np.ix_(out, into)]
        row, column = np.unravel_index(int(change.argmin()), change.shape)
        if change[row, column] > -1e-12:
            break
        x[out[row]], x[into[column]] = False, True
    return np.flatnonzero(x).tolist()


def relaxed(losses: Floats, count: int) -> float:
    """Wakes in GWh that no layout undercuts: a convex relaxation, bounded by Frank & Wolfe.

    As x² = x, adding λ (Σ x² − count) / 2 changes no layout's wakes; with λ from the lowest
    eigenvalue where Σ x is fixed they are convex, and each gradient proves a bound.
    """
    n = len(losses)
    centred = np.eye(n) - 1 / n
    shift = max(-float(np.linalg.eigvalsh(centred @ losses @ centred)[0]), 0.0)
    x, best = np.full(n, count / n), -math.inf
    for step in range(2000):
        slope = losses @ x + shift * x
        corner = np.zeros(n)
        corner[np.argsort(slope, kind="stable")[:count]] = 1.0
        value = float(x @ slope - shift * count) / 2
        best = max(best, value + float(slope @ (corner - x)))
        along = corner - x
        bend = float(along @ losses @ along + shift * along @ along)
        size = -float(slope @ along) / bend if bend > 0 else 1.0
        x += min(max(size, 0.0), 1.0) * along
        if step and value - best < 1e-9:
            break
    return max(best, 0.0)
