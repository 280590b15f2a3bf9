"""Two encodings of a design: a qubit per codon, or the number of the codon in binary.

Energies are minus the objective, so that the best design has the least.
"""

from __future__ import annotations

from itertools import pairwise, product

import dimod

from life_science.mrna_design.protein import Protein
from life_science.mrna_design.usage import Rated
from usecases.errors import Infeasible
from usecases.models import BQM, Choose, CostNetwork, Factor

LEAST = 0.1
"""A penalty when nothing else asks for one, in ln w: without junctions any positive one is safe."""


def equal(first: str, second: str) -> bool:
    """Whether a codon ends with the base that the next one begins with."""
    return first[-1] == second[0]


def sufficient_penalty(protein: Protein) -> float:
    """The most that the cheapest codon of a residue can cost, whatever its neighbours are.

    With a penalty above it, no string that leaves a residue without a codon, or gives it two, is
    a minimum: surplus codons only cost, and a missing one is put in for less than the penalty.
    """
    codons = protein.codons
    before = ((), *codons[:-1])
    after = (*codons[1:], ())
    return max(map(_dearest, codons, before, after, [protein.junction] * len(codons)))


def _dearest(
    codons: tuple[Rated, ...],
    before: tuple[Rated, ...],
    after: tuple[Rated, ...],
    junction: float,
) -> float:
    """The cost of the cheapest codon between the worst bases that the neighbours may show."""
    left = {None, *(codon[-1] for codon, _ in before)}
    right = {None, *(codon[0] for codon, _ in after)}
    return max(
        min(-w + junction * ((c[0] == a) + (c[-1] == b)) for c, w in codons)
        for a, b in product(left, right)
    )


def one_hot(protein: Protein, times: float) -> BQM:
    """A qubit per codon; each residue pays `times` the sufficient penalty unless it has one.

    H = Σ −ln w x + J Σ x x' over equal bases + P Σ (1 − Σ x)².
    """
    price = times * max(sufficient_penalty(protein), LEAST)
    bqm = dimod.BinaryQuadraticModel(dimod.BINARY)
    codons = protein.codons
    labels = [[protein.label(k, c) for c, _ in row] for k, row in enumerate(codons)]
    for row, names in zip(codons, labels, strict=True):
        for (_, w), name in zip(row, names, strict=True):
            bqm.add_linear(name, -w - price)
        for j, name in enumerate(names):
            for other in names[:j]:
                bqm.add_quadratic(other, name, 2 * price)
        bqm.offset += price
    for (row, names), (following, next_names) in pairwise(zip(codons, labels, strict=True)):
        for (c, _), name in zip(row, names, strict=True):
            for (d, _), next_name in zip(following, next_names, strict=True):
                if equal(c, d):
                    bqm.add_quadratic(name, next_name, protein.junction)
    return bqm


def groups(protein: Protein) -> tuple[Choose, ...]:
    """Exactly one codon for each residue."""
    found, start = [], 0
    for row in protein.codons:
        found.append(Choose(tuple(range(start, start + len(row)))))
        start += len(row)
    return tuple(found)


def bits(codons: tuple[Rated, ...]) -> int:
    """How many bits number a residue's codons; none where there is no choice."""
    return (len(codons) - 1).bit_length()


def numbered(codons: tuple[Rated, ...]) -> list[Rated]:
    """The codon of each pattern of bits: numbers beyond the last begin again with the first."""
    return [codons[k % len(codons)] for k in range(1 << bits(codons))]


def dense(protein: Protein) -> CostNetwork:
    """⌈log2 k⌉ qubits for a residue with k codons; every string is a design.

    A table for each residue and one for each junction. Raises Infeasible without any choice.
    """
    codons = protein.codons
    if not any(map(bits, codons)):
        raise Infeasible(
            "no residue of this protein has a choice of codons, so there is nothing to decide",
            "Leave out the formulation, or lower rarest",
        )
    names: list[str] = []
    scopes = []
    for k, row in enumerate(codons):
        scopes.append(tuple(range(len(names), len(names) + bits(row))))
        names += [protein.label(k, bit) for bit in range(bits(row))]
    tables = [numbered(row) for row in codons]
    factors = [
        Factor(scope, {p: -w for p, (_, w) in enumerate(table) if w})
        for scope, table in zip(scopes, tables, strict=True)
    ]
    for (scope, table), (following, next_table) in pairwise(zip(scopes, tables, strict=True)):
        costs = {
            p + (q << len(scope)): protein.junction
            for p, (c, _) in enumerate(table)
            for q, (d, _) in enumerate(next_table)
            if equal(c, d)
        }
        factors.append(Factor((*scope, *following), costs))
    return CostNetwork(tuple(names), tuple(factors))
