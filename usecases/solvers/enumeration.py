"""All energies of a small model at once, or the lowest of them."""

from __future__ import annotations

import time

import numpy as np

from usecases.errors import TooLarge
from usecases.models import BQM, Bits, CostNetwork, Evaluated, Factor, Floats
from usecases.spaces import CHUNK, Space

MOST_VARIABLES = 26
BUCKET = 14

BLOCK = 18
"""A quadratic model is enumerated in blocks of 2^18 strings, which the processor's cache holds."""


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


def lowest(model: BQM) -> Bits:
    """The string of least energy of a quadratic model, shape (variables,).

    For each pattern of the last variables, the energies over the first ones are those of their
    couplings, which stay, and of their fields. Where turning all spins over changes nothing,
    the last variable may stay 0. Thirty variables take a second.
    """
    fields, coupling = _arrays(model)
    n = len(fields)
    free = n - _even(model)
    low = min(free, BLOCK)
    couplings = _sums(np.zeros(low))
    for i in range(low):
        couplings[1 << i : 2 << i] = couplings[: 1 << i] + _sums(coupling[i, :i])
    best, found = np.inf, np.zeros(n)
    for pattern in range(1 << (free - low)):
        high = np.array([pattern >> i & 1 for i in range(n - low)], dtype=np.float64)
        block = couplings + _sums(fields[:low] + coupling[:low, low:] @ high)
        k = int(block.argmin())
        energy = block[k] + fields[low:] @ high + high @ coupling[low:, low:] @ high / 2
        if energy < best:
            best, found = energy, np.append(k >> np.arange(low) & 1, high)
    return found.astype(np.int8)


def lowest_of(space: Space, cost: Evaluated, seconds: float) -> Bits:
    """The string of the space at which a computed cost is least, shape (variables,).

    Nothing bounds such a cost from below, so a part of the strings proves nothing: raises TooLarge
    when the time runs out before the last of them.
    """
    end = time.monotonic() + seconds
    best, found = np.inf, np.zeros(space.bits, dtype=np.int8)
    for begun in range(0, space.size, CHUNK):
        if time.monotonic() > end:
            raise TooLarge(
                f"{begun} of {space.size} strings were tried in {seconds:g} s",
                "Allow more time with -p seconds=, or take a smaller instance",
            )
        numbers = np.arange(begun, min(begun + CHUNK, space.size), dtype=np.intp)
        bits = space.strings(numbers)
        values = cost.energies(bits)
        k = int(values.argmin())
        if values[k] < best:
            best, found = float(values[k]), bits[k]
    return found


def _sums(weights: Floats) -> Floats:
    """Σ weights[i] over the bits i that are set in each of the 2^k positions, by doubling."""
    total = np.zeros(1 << len(weights))
    for i, weight in enumerate(weights.tolist()):
        np.add(total[: 1 << i], weight, out=total[1 << i : 2 << i])
    return total


def _arrays(model: BQM) -> tuple[Floats, Floats]:
    """The field on each variable and the symmetric couplings, in bits; shapes (n,) and (n, n)."""
    fields, (row, column, weight), _ = model.change_vartype(
        "BINARY", inplace=False
    ).to_numpy_vectors(list(model.variables))
    coupling = np.zeros((len(fields), len(fields)))
    np.add.at(coupling, (row, column), weight)
    return np.asarray(fields, dtype=np.float64), coupling + coupling.T


def _even(model: BQM) -> bool:
    """Whether the energy stays the same when all spins are turned over, but for rounding."""
    spin = model.change_vartype("SPIN", inplace=False)
    fields, (_, _, coupling), _ = spin.to_numpy_vectors()
    largest = float(np.abs(coupling).max(initial=0.0))
    return bool(len(fields)) and float(np.abs(fields).max(initial=0.0)) <= 1e-14 * largest
