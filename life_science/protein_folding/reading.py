"""Reading an answer back: the conformation, the rules it breaks, its energy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from life_science.protein_folding.lattice import (
    Fold,
    labels,
    meet,
    path,
    positions,
    turns_of,
)
from life_science.protein_folding.peptide import LEAST, Peptide
from usecases.errors import VerificationFailed
from usecases.models import Sample


def interpret(peptide: Peptide, sample: Sample) -> Fold:
    """The turns and the claimed contacts, as the qubits say. Raises VerificationFailed."""
    claims = {f"c{i + 1}-{j + 1}": (i + 1, j + 1) for i, j in peptide.pairs}
    _complete(sample, {*labels(len(peptide.sequence)), *claims})
    claimed = tuple(pair for name, pair in claims.items() if sample[name])
    return Fold(turns=_turns(peptide, sample), contacts=claimed)


def interpret_turns(peptide: Peptide, sample: Sample) -> Fold:
    """The turns and the contacts that the conformation has. Raises VerificationFailed."""
    _complete(sample, {*labels(len(peptide.sequence))})
    turns = _turns(peptide, sample)
    return Fold(turns=turns, contacts=contacts(peptide, turns))


def _complete(sample: Sample, names: set[str]) -> None:
    if wrong := sorted(names ^ set(sample)):
        raise VerificationFailed(f"{wrong[0]} is missing from the answer, or does not belong there")
    if wrong := [name for name, bit in sample.items() if bit not in (0, 1)]:
        raise VerificationFailed(f"{wrong[0]} is {sample[wrong[0]]}, which is no bit")


def _turns(peptide: Peptide, sample: Sample) -> tuple[int, ...]:
    bits = np.array([[sample[name] for name in labels(len(peptide.sequence))]], dtype=np.int8)
    return tuple(turns_of(bits)[0].tolist())


def contacts(peptide: Peptide, turns: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs of residues, from 1, that are neighbours on the lattice but not in the chain."""
    sites = path(turns)
    return tuple((i + 1, j + 1) for i, j in peptide.pairs if meet(sites, i, j))


def violations(peptide: Peptide, fold: Fold) -> list[str]:
    """What no chain can do, and contacts that are claimed and not there."""
    n = len(peptide.sequence)
    if len(fold.turns) != n - 1 or not set(fold.turns) <= {0, 1, 2, 3}:
        return [f"the fold is not one of {n - 1} turns 0 to 3 for {n} residues"]
    return [*_collisions(fold), *_claims(peptide, fold)]


def _collisions(fold: Fold) -> Iterator[str]:
    sites = path(fold.turns)
    for i, j in combinations(range(len(sites)), 2):
        if (j - i) % 2 or sites[i] != sites[j]:
            continue
        if j - i == 2:
            yield f"the chain turns back at bond {j}: residues {i + 1} and {j + 1} coincide"
        else:
            yield f"residues {i + 1} and {j + 1} occupy the same site"


def _claims(peptide: Peptide, fold: Fold) -> Iterator[str]:
    possible, there = set(peptide.pairs), set(contacts(peptide, fold.turns))
    places = positions(fold.turns)
    for (i, j), times in Counter(fold.contacts).items():
        if (i - 1, j - 1) not in possible:
            yield (
                f"contact {i}–{j} is claimed and cannot be: only residues an odd number of bonds"
                f" apart along the chain, at least {LEAST}, can be neighbours"
            )
        elif (i, j) not in there:
            apart = math.dist(places[i - 1], places[j - 1])
            yield f"contact {i}–{j} is claimed but the residues are {apart:.1f} bonds apart"
        if times > 1:
            yield f"contact {i}–{j} is claimed {times} times"


def objective(peptide: Peptide, fold: Fold) -> float:
    """The contact energy of the conformation in RT, whichever contacts are claimed."""
    sites = path(fold.turns)
    pairs = zip(peptide.pairs, peptide.energies().tolist(), strict=True)
    return math.fsum(energy for (i, j), energy in pairs if meet(sites, i, j))
