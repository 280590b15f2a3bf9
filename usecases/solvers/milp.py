"""Exact minimisation of a cost network as a mixed-integer linear program, by HiGHS.

Every variable is binary. A factor that lists most of its patterns becomes their convex hull:
a weight λ per pattern, Σ λ = 1, and each variable the sum of the weights of the patterns that
set it. A factor that lists few pays each by λ ≥ Σ literals − (k − 1), or, where the cost is
negative, λ ≤ each literal (Fortet 1960; Glover and Woolsey 1974). With binary variables every
weight is then 0 or 1 by itself, so the weights stay continuous.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from usecases.models import Bits, CostNetwork, Factor, merged

WIDEST_HULL = 16
"""Hulls list all 2^k patterns; wider factors pay pattern by pattern."""

ROUNDING = 1e-9
"""Costs closer than this, relative to the largest, are not told apart."""

LARGEST_COST = 1e4
"""Costs are scaled to this before HiGHS sees them."""

TOLERANCE = 1e-7 / LARGEST_COST
"""By how much, relative to the largest cost, HiGHS lets each column break a proof."""


def minimise(network: CostNetwork, time_limit: float) -> tuple[Bits, float, float]:
    """The best string found, shape (variables,), its energy, and a proven lower bound on all.

    `time_limit` is in seconds. The bound equals the energy when the solver's bound meets it to
    within 1e-8 of the largest cost; else it allows for the solver's tolerances.
    """
    begun = time.monotonic()
    factors = merged(network.factors)
    scale = max((abs(c) for f in factors for c in f.costs.values()), default=0.0)
    start = min(
        (descended(network, np.full(len(network.variables), bit, np.int8)) for bit in (0, 1)),
        key=lambda row: _energy(network, row),
    )
    if not scale or not network.variables:
        energy = _energy(network, start)
        return start, energy, energy
    program = _program(network, factors, _energy(network, start), scale)
    found, bound = _solve(program, time_limit - (time.monotonic() - begun))
    bound = max(bound, sum(map(_least, factors)))
    rows = [start] if found is None else [found, start]
    best = min(rows, key=lambda row: _energy(network, row))
    energy = _energy(network, best)
    if energy - bound <= 10 * ROUNDING * scale:
        return best, energy, energy
    return best, energy, bound - len(program.costs) * TOLERANCE * scale


def descended(network: CostNetwork, start: Bits) -> Bits:
    """The string reached by flipping single bits as long as that lowers the energy.

    Takes and gives shape (variables,).
    """
    row = start.copy()
    touching: list[list[tuple[int, int]]] = [[] for _ in row]
    patterns = []
    for k, factor in enumerate(network.factors):
        patterns.append(sum(int(row[i]) << j for j, i in enumerate(factor.scope)))
        for i in set(factor.scope):
            mask = sum(1 << j for j, other in enumerate(factor.scope) if other == i)
            touching[i].append((k, mask))
    costs = [f.costs for f in network.factors]
    improved = True
    while improved:
        improved = False
        for i, touched in enumerate(touching):
            now = sum(costs[k].get(patterns[k], 0.0) for k, _ in touched)
            then = sum(costs[k].get(patterns[k] ^ mask, 0.0) for k, mask in touched)
            if then < now - ROUNDING * (abs(then) + abs(now)):
                improved = True
                row[i] ^= 1
                for k, mask in touched:
                    patterns[k] ^= mask
    return row


def _energy(network: CostNetwork, row: Bits) -> float:
    return float(network.energies(row[None, :])[0])


@dataclass
class _Program:
    """A mixed-integer program under construction: the first columns are the variables."""

    binaries: int
    costs: list[float] = field(default_factory=list)
    constant: float = 0.0
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.costs = [0.0] * self.binaries

    def weight(self, cost: float) -> int:
        """A new weight between 0 and 1; its column."""
        self.costs.append(cost)
        return len(self.costs) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float, high: float) -> None:
        """Require low ≤ Σ coefficient · column ≤ high."""
        self.entries.extend((len(self.low), column, value) for column, value in terms)
        self.low.append(low)
        self.high.append(high)


def _program(
    network: CostNetwork, factors: Sequence[Factor], incumbent: float, scale: float
) -> _Program:
    """The program, without patterns that cost more than any string as good as the incumbent can.

    A pattern is out when its cost and the least costs of all other factors exceed it.
    """
    program = _Program(len(network.variables))
    least = [_least(f) for f in factors]
    spare = incumbent - sum(least) + ROUNDING * scale * len(factors)
    for factor, lowest in zip(factors, least, strict=True):
        width = len(factor.scope)
        dense = len(factor.costs) > 1 << max(width - 1, 0) and width <= WIDEST_HULL
        add = _add_hull if dense else _add_patterns
        add(program, factor, lowest + spare)
    return program


def _least(factor: Factor) -> float:
    listed = min(factor.costs.values(), default=0.0)
    return listed if len(factor.costs) == 1 << len(factor.scope) else min(listed, 0.0)


def _add_hull(program: _Program, factor: Factor, limit: float) -> None:
    """Pay for exactly one of the patterns that stay within the limit."""
    within = [k for k in range(1 << len(factor.scope)) if factor.costs.get(k, 0.0) <= limit]
    columns = {k: program.weight(factor.costs.get(k, 0.0)) for k in within}
    program.row(((column, 1.0) for column in columns.values()), 1.0, 1.0)
    for j, variable in enumerate(factor.scope):
        setting = [(column, 1.0) for k, column in columns.items() if k >> j & 1]
        program.row([*setting, (variable, -1.0)], 0.0, 0.0)


def _add_patterns(program: _Program, factor: Factor, limit: float) -> None:
    """Pay for each listed pattern when all its literals hold; forbid it beyond the limit."""
    for pattern, cost in factor.costs.items():
        if not factor.scope:
            program.constant += cost
            continue
        signs: dict[int, list[float]] = {}
        for j, variable in enumerate(factor.scope):
            signs.setdefault(variable, []).append(1.0 if pattern >> j & 1 else -1.0)
        _add_pattern(program, signs, cost, forbidden=cost > limit)


def _add_pattern(
    program: _Program, signs: Mapping[int, list[float]], cost: float, *, forbidden: bool
) -> None:
    """One pattern: each variable's literal is x (sign 1) or 1 − x (sign −1)."""
    if not cost or any(len(set(s)) > 1 for s in signs.values()):
        return
    literals = [(variable, s[0]) for variable, s in signs.items()]
    unset = sum(1.0 for _, s in literals if s < 0)
    most = len(literals) - 1 - unset
    if forbidden:
        program.row(literals, -np.inf, most)
    elif cost > 0:
        negated = [(variable, -s) for variable, s in literals]
        program.row([(program.weight(cost), 1.0), *negated], -most, np.inf)
    else:
        column = program.weight(cost)
        for variable, s in literals:
            program.row([(column, 1.0), (variable, -s)], -np.inf, 1.0 if s < 0 else 0.0)


def _solve(program: _Program, time_limit: float) -> tuple[Bits | None, float]:
    """The best string found, if any, and the proven lower bound on all."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = program.binaries
    costs = np.array(program.costs)
    scale = LARGEST_COST / max(np.abs(costs).max(initial=0.0), 1e-300)
    rows, columns, values = zip(*program.entries, strict=True) if program.entries else ((), (), ())
    shape = (len(program.low), len(costs))
    matrix = csr_array((values, (rows, columns)), shape=shape)
    found = milp(
        costs * scale,
        constraints=LinearConstraint(matrix, program.low, program.high) if program.low else (),
        bounds=Bounds(0.0, 1.0),
        integrality=(np.arange(len(costs)) < n).astype(np.int64),
        options={"time_limit": max(time_limit, 0.01), "mip_rel_gap": 0.0},
    )
    bound = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound / scale
    bits = None if found.x is None else np.round(found.x[:n]).astype(np.int8)
    return bits, bound + program.constant
