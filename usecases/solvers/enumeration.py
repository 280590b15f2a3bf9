"""All energies of a small model at once."""

from __future__ import annotations

import numpy as np

from usecases.errors import TooLarge
from usecases.models import CostNetwork, Factor, Floats

MOST_VARIABLES = 26
BUCKET = 14


def table(network: CostNetwork) -> Floats:
    """The energies of all 2^n strings; bit i of the position is variable i.

    Raises TooLarge beyond 26 variables (half a gibibyte).
    """
    n = len(network.variables)
    if n > MOST_VARIABLES:
        raise TooLarge(
            f"{n} binary variables have 2^{n} strings",
            f"Up to {MOST_VARIABLES} are enumerated: take a smaller instance",
        )
    total = np.zeros((2,) * n)
    for scope, costs in _buckets(network.factors):
        shape = [1] * n
        for i in scope:
            shape[n - 1 - i] = 2
        total += costs.reshape(shape)
    return total.reshape(-1)


def _buckets(factors: tuple[Factor, ...]) -> list[tuple[tuple[int, ...], Floats]]:
    """Dense tables over few scopes, each over ascending variables, that sum to the factors.

    Every bucket costs a pass over all 2^n strings, so small scopes join a larger one that
    holds most of them as long as the union stays small.
    """
    unions: list[set[int]] = []
    homes: list[list[Factor]] = []
    for factor in sorted(factors, key=lambda f: -len(set(f.scope))):
        scope = set(factor.scope)
        fits = [k for k, u in enumerate(unions) if scope <= u or len(u | scope) <= BUCKET]
        if not fits:
            unions.append(set())
            homes.append([])
            fits = [len(unions) - 1]
        best = min(fits, key=lambda k: len(scope - unions[k]))
        unions[best] |= scope
        homes[best].append(factor)
    scopes = [tuple(sorted(u)) for u in unions]
    return [(s, _dense(s, home)) for s, home in zip(scopes, homes, strict=True)]


def _dense(scope: tuple[int, ...], factors: list[Factor]) -> Floats:
    """The sum of the factors for each of the 2^k patterns of the scope."""
    positions = np.arange(1 << len(scope))
    at = {variable: k for k, variable in enumerate(scope)}
    total = np.zeros(len(positions))
    for factor in factors:
        patterns = np.zeros_like(positions)
        for j, variable in enumerate(factor.scope):
            patterns |= ((positions >> at[variable]) & 1) << j
        listed = np.zeros(1 << len(factor.scope))
        listed[list(factor.costs)] = list(factor.costs.values())
        total += listed[patterns]
    return total
