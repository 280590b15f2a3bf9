"""The cost networks of both formulations: tables over pairs of turns and a claimed contact.

Robert, Barkoutsos, Woerner and Tavernelli, npj Quantum Information 7:38 (2021), without side
chains. Everything rests on one identity. With T(k, l) = 1 when turns k and l are equal, else 0,

    d(i, j) = Σ_a (steps in direction a)² = (j − i) + 2 Σ_{i ≤ k < l < j} (−1)^(k+l) T(k, l)

and T is a table over the four qubits of two turns. d is 0 on the same site, 1 between
neighbours, 2 between their neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from life_science.protein_folding.lattice import labels, turn_bits
from life_science.protein_folding.peptide import Peptide
from usecases.errors import TooLarge
from usecases.models import CostNetwork, Factor, merged

LONGEST_MODEL = 24
"""Residues; the tables grow with the fourth power of their number."""

Weights = dict[tuple[int, int], float]
"""What it costs when the two turns, counted from 0, are equal."""


@dataclass(frozen=True)
class Prices:
    """Penalties in units of RT: a turn back; per pair, being apart and colliding beside it."""

    back: float
    apart: tuple[float, ...]
    collision: tuple[float, ...]


def prices(peptide: Peptide, multiple: float) -> Prices:
    """Penalties as a multiple of those that suffice; the page proves that 1 does, but for ties."""
    depth = [-float(e) for e in peptide.energies()]
    collision = [multiple * e / 2 for e in depth]
    apart = [
        multiple * e / 2 + reach * c
        for e, c, reach in zip(depth, collision, _reaches(peptide), strict=True)
    ]
    back = (1 + multiple) * sum(depth) - max(depth, default=0.0) if depth else 1.0
    return Prices(multiple * back, tuple(apart), tuple(collision))


def _reaches(peptide: Peptide) -> list[int]:
    """By how much the residues beside a pair can be further apart, in multiples of d − 1."""
    last = len(peptide.sequence) - 1
    return [(2 if i == 0 else 3) + (2 if j == last else 3) for i, j in peptide.pairs]


class Tables:
    """Factors over the qubits of a chain, by the numbers of its turns."""

    def __init__(self, variables: tuple[str, ...], residues: int) -> None:
        self.place = {name: k for k, name in enumerate(variables)}
        self.bits = turn_bits(residues)

    def equal(self, k: int, m: int, cost: float, claim: str | None = None) -> Factor:
        """A cost that is paid when turns k and m are equal, and the contact is claimed."""
        bits = (*self.bits[k], *self.bits[m])
        free = [bit for bit in bits if isinstance(bit, str)]
        names = free if claim is None else [*free, claim]
        patterns = []
        for pattern in range(1 << len(free)):
            value = {name: pattern >> at & 1 for at, name in enumerate(free)}
            a, b, c, d = (value[bit] if isinstance(bit, str) else bit for bit in bits)
            if (a, b) == (c, d):
                patterns.append(pattern | (1 << len(free) if claim else 0))
        return Factor(tuple(self.place[n] for n in names), dict.fromkeys(patterns, cost))

    def claimed(self, claim: str, cost: float) -> Factor:
        """A cost that is paid for claiming a contact."""
        return Factor((self.place[claim],), {1: cost})


def build(peptide: Peptide, multiple: float) -> CostNetwork:
    """The energy of turns and claimed contacts; `multiple` of the sufficient penalties."""
    residues, pairs = _fitting(peptide), peptide.pairs
    claims = [f"c{i + 1}-{j + 1}" for i, j in pairs]
    variables = (*labels(residues), *claims)
    tables, price = Tables(variables, residues), prices(peptide, multiple)
    factors = [tables.equal(k, k + 1, price.back) for k in range(1, residues - 2)]
    for at, (claim, energy) in enumerate(zip(claims, peptide.energies().tolist(), strict=True)):
        constant, weights = _claim(pairs[at], residues, price.apart[at], price.collision[at])
        factors.append(tables.claimed(claim, energy + constant))
        factors += [tables.equal(k, m, w, claim) for (k, m), w in weights.items() if w]
    return CostNetwork(variables, merged(f for f in factors if f.costs))


def _fitting(peptide: Peptide) -> int:
    residues = len(peptide.sequence)
    if residues > LONGEST_MODEL:
        raise TooLarge(
            f"{residues} residues have too many tables over pairs of turns",
            f"Up to {LONGEST_MODEL} residues are modelled: cut out a fragment",
        )
    return residues


def _claim(
    pair: tuple[int, int], residues: int, apart: float, collision: float
) -> tuple[float, Weights]:
    """What a claim adds: apart · (d − 1), and collision · (2 − d) for each residue beside it."""
    i, j = pair
    beside = [(i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)]
    beside = [(a, b) for a, b in beside if a >= 0 and b < residues]
    constant = 2 * collision * len(beside) - apart
    weights: Weights = defaultdict(float)
    for a, b, price in ((i, j, apart), *((a, b, -collision) for a, b in beside)):
        constant += price * (b - a)
        for k, m, sign in _doubled(a, b):
            weights[k, m] += price * sign
    return constant, weights


def _doubled(a: int, b: int) -> Iterator[tuple[int, int, float]]:
    """The turns between two residues, two at a time, with their part in d."""
    for k in range(a, b):
        for m in range(k + 1, b):
            yield k, m, 2.0 * (-1) ** (k + m)


def attraction(peptide: Peptide) -> CostNetwork:
    """A stand-in for the energy of a conformation: springs between the pairs, stiff as they bind.

    Each pulls with its contact energy times (d − 1) over the d that the pair has in a random
    chain; turning back costs the strongest contact.
    """
    residues = len(peptide.sequence)
    depth = [-float(e) for e in peptide.energies()]
    variables = labels(residues)
    tables = Tables(variables, residues)
    weights: Weights = defaultdict(float)
    for (i, j), energy in zip(peptide.pairs, depth, strict=True):
        for k, m, sign in _doubled(i, j):
            weights[k, m] += sign * energy / (j - i) ** 2
    for k in range(1, residues - 2):
        weights[k, k + 1] += max(depth, default=1.0)
    factors = [tables.equal(k, m, w) for (k, m), w in weights.items() if w]
    return CostNetwork(variables, merged(f for f in factors if f.costs))
