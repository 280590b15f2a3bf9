"""Spaces of bit strings that keep rules by construction: products of small registers.

A space is cut into registers, one for each group of the model and some for the bits that no group
rules. A string is a digit for each register; its position counts the digits, the first register's
slowest. A seven-city tour in one-hot rows has 7^7 strings in this space instead of 2^49.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from usecases.errors import TooLarge, UsageError
from usecases.marks import Marked
from usecases.models import (
    Bits,
    Choose,
    Diagonal,
    Floats,
    Group,
    Ising,
    Model,
    Permute,
    Spectrum,
    Structured,
    all_bits,
    qubits,
)

FREE_BITS = 8
"""Bits outside all groups share registers of at most this many."""

LARGEST_REGISTER = 50_000
"""Strings of one register that are listed; a permutation of eight has 40 320."""

CHUNK = 1 << 14
"""Strings that are evaluated at a time."""


@dataclass(frozen=True, eq=False)
class Register:
    """Some variables, and the patterns they may take: one row of `patterns` for each digit."""

    variables: tuple[int, ...]
    patterns: Bits

    @property
    def size(self) -> int:
        return len(self.patterns)


def size_of(group: Group) -> int:
    """How many patterns keep a group's rule."""
    if isinstance(group, Permute):
        return math.factorial(len(group.rows))
    return math.comb(len(group.variables), group.count)


def register(group: Group) -> Register:
    """The patterns of a group, in a fixed order. Raises TooLarge when there are too many."""
    if size_of(group) > LARGEST_REGISTER:
        raise TooLarge(
            f"a group of {len(group.variables)} variables has {size_of(group)} patterns",
            f"Up to {LARGEST_REGISTER} are listed: take a smaller instance, or qaoa with mixer=x",
        )
    n = len(group.variables)
    if isinstance(group, Permute):
        m = len(group.rows)
        ones = [[r * m + c for r, c in enumerate(order)] for order in permutations(range(m))]
    else:
        ones = [list(chosen) for chosen in combinations(range(n), group.count)]
    patterns = np.zeros((len(ones), n), dtype=np.int8)
    for row, places in zip(patterns, ones, strict=True):
        row[places] = 1
    return Register(group.variables, patterns)


@dataclass(frozen=True)
class Space:
    """The strings of n bits that keep the rules of disjoint groups."""

    bits: int
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        """Raises UsageError for groups that overlap, are empty or impossible."""
        seen = [v for group in self.groups for v in group.variables]
        if len(set(seen)) != len(seen) or not set(seen) <= set(range(self.bits)):
            raise UsageError("groups of variables must be disjoint and lie in the model")
        for group in self.groups:
            if isinstance(group, Permute) and {len(r) for r in group.rows} != {len(group.rows)}:
                raise UsageError("a permutation's variables must form a square")
            if isinstance(group, Choose) and not 0 <= group.count <= len(group.variables):
                raise UsageError(f"{group.count} of {len(group.variables)} variables cannot be 1")

    @property
    def free(self) -> tuple[int, ...]:
        """The variables that no group rules."""
        ruled = {v for group in self.groups for v in group.variables}
        return tuple(v for v in range(self.bits) if v not in ruled)

    @property
    def size(self) -> int:
        """How many strings there are; exact, however large."""
        return math.prod(map(size_of, self.groups)) << len(self.free)

    @property
    def width(self) -> int:
        """How many qubits a statevector of as many numbers has, rounded up."""
        return max((self.size - 1).bit_length(), 1)

    @cached_property
    def registers(self) -> tuple[Register, ...]:
        """One for each group, then those of the free bits."""
        free = self.free
        parts = [free[k : k + FREE_BITS] for k in range(0, len(free), FREE_BITS)]
        rest = [Register(p, all_bits(len(p))) for p in parts]
        return (*map(register, self.groups), *rest)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(r.size for r in self.registers)

    def strings(self, positions: NDArray[np.intp]) -> Bits:
        """The bit strings at some positions, shape (positions, bits)."""
        found = np.zeros((len(positions), self.bits), dtype=np.int8)
        digits = np.unravel_index(positions, self.shape) if self.registers else ()
        for r, digit in zip(self.registers, digits, strict=True):
            found[:, r.variables] = r.patterns[digit]
        return found

    def draw(self, shots: int, rng: np.random.Generator) -> Bits:
        """Uniformly random strings of the space, without listing it."""
        found = np.zeros((shots, self.bits), dtype=np.int8)
        found[:, self.free] = rng.integers(0, 2, (shots, len(self.free)), dtype=np.int8)
        for group in self.groups:
            order = rng.permuted(np.tile(np.arange(group.members), (shots, 1)), axis=1)
            if isinstance(group, Permute):
                columns = np.array(group.rows)[np.arange(len(group.rows)), order]
            else:
                columns = np.array(group.variables)[order[:, : group.count]]
            found[np.arange(shots)[:, None], columns] = 1
        return found

    def table(self, cost: Diagonal) -> Floats:
        """The cost of every string of the space, by position."""
        if isinstance(cost, Ising):
            return self._polynomial(cost)
        if isinstance(cost, Marked):
            return cost.of(_costs(self, cost.cost))
        blocks = range(0, self.size, CHUNK)
        numbers = (np.arange(b, min(b + CHUNK, self.size), dtype=np.intp) for b in blocks)
        return np.concatenate([cost.energies(self.strings(k)) for k in numbers])

    def _polynomial(self, cost: Ising) -> Floats:
        """Terms over the same registers are summed in a small table; tables are broadcast."""
        home = {
            v: (r, k) for r, reg in enumerate(self.registers) for k, v in enumerate(reg.variables)
        }
        spins = [1.0 - 2.0 * reg.patterns for reg in self.registers]
        parts: dict[tuple[int, ...], Floats] = {}
        for indices, coefficient in cost.terms.items():
            factors: dict[int, Floats] = {}
            for i in indices:
                r, k = home[i]
                factors[r] = factors.get(r, np.ones(self.shape[r])) * spins[r][:, k]
            key = tuple(sorted(factors))
            product = np.array(coefficient)
            for r in key:
                product = np.multiply.outer(product, factors[r])
            parts[key] = parts.get(key, np.zeros(())) + product
        total = np.zeros(self.shape)
        for key, part in parts.items():
            total += part.reshape([n if r in key else 1 for r, n in enumerate(self.shape)])
        return total.reshape(-1)


@lru_cache(maxsize=1)
def _costs(space: Space, cost: Diagonal) -> Floats:
    """Kept while the marks of a search move from threshold to threshold."""
    return space.table(cost)


def of_model(model: Model) -> Space:
    """The strings that a model asks to be looked at: all, or those of its groups.

    A spectrum's are as many determinants as states.
    """
    if isinstance(model, Spectrum):
        return Space(model.states * qubits(model))
    groups = model.groups if isinstance(model, Structured) else ()
    return Space(qubits(model), groups)


def in_space(space: Space, bits: Bits) -> NDArray[np.bool_]:
    """Which rows keep every rule."""
    kept = np.ones(len(bits), dtype=bool)
    for group in space.groups:
        if isinstance(group, Permute):
            square = bits[:, np.array(group.rows)]
            kept &= (square.sum(axis=1) == 1).all(axis=1) & (square.sum(axis=2) == 1).all(axis=1)
        else:
            kept &= bits[:, group.variables].sum(axis=1) == group.count
    return kept


__all__ = ["Register", "Space", "in_space", "of_model", "register", "size_of"]
