"""The tetrahedral lattice: turns, the sites they lead to, contacts and collisions.

Of the diamond lattice's two sublattices, residues take turns: from one each of four directions
leads away, from the other each leads back. With c_a the signed count of steps in direction a, a
site is the vector (c_0, c_1, c_2, c_3) whose sum is 0 or 1; the squared distance of two
residues is a multiple of the squared length of the difference of their counts.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from usecases.models import Bits, Floats
from usecases.records import Record

DIRECTIONS = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) / 3**0.5
"""The four directions from the first sublattice, each one bond long."""

CODES = np.array([0, 1, 1 << 8, 1 << 16])
"""What a step adds to a site's number: counts 1 to 3 as digits; count 0 follows from them."""

STEPS = frozenset(CODES.tolist())

FIRST = (1, 0)
"""The first two turns: any others are these, seen from another side."""

Sites = NDArray[np.int64]


class Fold(Record):
    """A conformation as turns of 0 to 3, one a bond, and the contacts that an answer claims.

    Contacts are pairs of residues, counted from 1.
    """

    turns: tuple[int, ...] = Field(max_length=100)
    contacts: tuple[tuple[int, int], ...] = Field(max_length=10_000)


def sites_of(turns: NDArray[np.integer]) -> Sites:
    """Where the residues are, shape (rows, N), from turns of shape (rows, N − 1)."""
    signs = np.where(np.arange(turns.shape[1]) % 2, -1, 1)
    steps = np.cumsum(CODES[turns] * signs, axis=1)
    return np.concatenate([np.zeros((len(turns), 1), dtype=np.int64), steps], axis=1)


def touching(sites: Sites, i: int, j: int) -> NDArray[np.bool_]:
    """In which rows residues i and j, on different sublattices, are one bond apart."""
    step = (sites[:, j] - sites[:, i]) * (-1 if i % 2 else 1)
    found = np.zeros(len(sites), dtype=bool)
    for code in CODES:
        found |= step == code
    return found


def collisions(sites: Sites) -> NDArray[np.int64]:
    """How many pairs of residues share a site, row by row; only even separations can."""
    n = sites.shape[1]
    total = np.zeros(len(sites), dtype=np.int64)
    for i, j in combinations(range(n), 2):
        if (j - i) % 2 == 0:
            total += sites[:, i] == sites[:, j]
    return total


def path(turns: tuple[int, ...]) -> list[int]:
    """Where the residues of one chain are, as in `sites_of`."""
    found = [0]
    for k, turn in enumerate(turns):
        found.append(found[-1] + (-1 if k % 2 else 1) * int(CODES[turn]))
    return found


def meet(sites: list[int], i: int, j: int) -> bool:
    """Whether residues i and j of one chain, on different sublattices, are one bond apart."""
    return (sites[j] - sites[i]) * (-1 if i % 2 else 1) in STEPS


def positions(turns: tuple[int, ...]) -> Floats:
    """The residues' places in space, in bond lengths, shape (N, 3)."""
    signs = np.where(np.arange(len(turns)) % 2, -1, 1)
    steps = DIRECTIONS[list(turns)] * signs[:, None]
    return np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])


@cache
def labels(residues: int) -> tuple[str, ...]:
    """Names of the qubits of the turns: t4a and t4b hold turn 4 as 2a + b.

    Turns 1 and 2 are known. Turn 3 leads back to 1 or in one of two mirrored directions, of
    which 3 is taken: t3a decides. So there are 2(N − 1) − 5.
    """
    return ("t3a", *(f"t{k}{half}" for k in range(4, residues) for half in "ab"))


def turn_bits(residues: int) -> list[tuple[int | str, int | str]]:
    """The two bits of each turn, high one first: 0 or 1 where known, else a qubit's name."""
    free: list[tuple[int | str, int | str]] = [(f"t{k}a", f"t{k}b") for k in range(4, residues)]
    return [*((turn // 2, turn % 2) for turn in FIRST), ("t3a", 1), *free]


def turns_of(bits: Bits) -> NDArray[np.int64]:
    """The turns, shape (rows, N − 1), from bits in the order of `labels`."""
    wide = bits.astype(np.int64)
    known = np.tile(np.array(FIRST), (len(bits), 1))
    return np.concatenate([known, 2 * wide[:, :1] + 1, 2 * wide[:, 1::2] + wide[:, 2::2]], axis=1)
