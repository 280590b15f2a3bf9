"""Recursive QAOA: the strongest correlation of a trained state is made a rule, again and again.

Bravyi, Kliesch, Koenig & Tang 2020, arXiv:1910.08980. Each round trains a shallow QAOA state,
measures it, and ties the two spins that agree or differ most (or the one that points most to one
side); the cost that is left has a variable less. The last few variables are enumerated. What
comes out is one answer that shots have led to, not a shot: it has no share of shots to score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, TypeAlias

import numpy as np
from pydantic import Field

from usecases.alternation import Alternation
from usecases.angles import Choice, Trained
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import Bits, Floats, Ising, all_bits
from usecases.observe import outcomes
from usecases.programs import (
    AlternatingGradient,
    AlternatingSamples,
    Counts,
    Program,
    XMixer,
)

Terms: TypeAlias = Mapping[tuple[int, ...], float]


@dataclass(frozen=True)
class Tie:
    """A spin that follows another, z_gone = sign · z_kept, or stands alone: z_gone = sign."""

    gone: int
    kept: tuple[int, ...]
    sign: int


class RQAOA(Algorithm):
    """Tie one spin a round until `left` variables are left, which are enumerated.

    A model that is no larger is enumerated outright, without a machine. Correlations are counted
    from shots, one program a round, so that any machine can give them; their standard error is at
    most 1/√round_shots, and equally strong ones are told apart by chance.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingGradient, AlternatingSamples)

    layers: int = Field(default=1, ge=1, le=100)
    angles: Choice = Trained()
    left: int = Field(default=4, ge=1, le=20)
    round_shots: int = Field(default=4096, ge=1, le=1_000_000)
    """Shots of each round's state; none of them is an outcome."""

    def solve(self, model: Ising, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        """One outcome."""
        terms: Terms = {k: c for k, c in model.terms.items() if c}
        ties: list[Tie] = []
        while len(present(terms)) > self.left:
            ties.append(self._strongest(terms, execute, rng))
            terms = tied(terms, ties[-1])
        return outcomes(model, _answer(len(model.variables), terms, ties)[None])

    def _strongest(self, terms: Terms, execute: Execute, rng: np.random.Generator) -> Tie:
        """The tie that the state of this round's cost suggests most strongly."""
        names = present(terms)
        form = Alternation(_compact(terms, names), XMixer())
        state = form.trained(self.angles, self.layers, execute, rng)
        seed = int(rng.integers(2**31))
        seen = correlations(execute(AlternatingSamples(state, self.round_shots, seed)))
        places = {s for term in form.cost.terms for k in (1, 2) for s in combinations(term, k)}
        *kept, gone = max(sorted(places), key=lambda s: abs(seen[s[0], s[-1]]))
        sign = 1 if seen[(*kept, gone)[0], gone] >= 0 else -1
        return Tie(names[gone], tuple(names[k] for k in kept), sign)


def correlations(counts: Counts) -> Floats:
    """⟨Z_i Z_j⟩ of counted strings, and ⟨Z_i⟩ on the diagonal."""
    spins = np.array([[1.0 - 2.0 * int(c) for c in reversed(key)] for key in counts])
    shares = np.array(list(counts.values()), dtype=np.float64)
    shares /= shares.sum()
    found = (spins * shares[:, None]).T @ spins
    np.fill_diagonal(found, shares @ spins)
    return np.asarray(found)


def present(terms: Terms) -> list[int]:
    """The variables that the terms hold, ascending."""
    return sorted({i for indices in terms for i in indices})


def tied(terms: Terms, tie: Tie) -> dict[tuple[int, ...], float]:
    """The terms without the spin that is gone; z² = 1, and what cancels is left out."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for indices, coefficient in terms.items():
        if tie.gone in indices:
            rest = set(indices) ^ {tie.gone, *tie.kept}
            found[tuple(sorted(rest))] += tie.sign * coefficient
        else:
            found[indices] += coefficient
    floor = 1e-12 * max(map(abs, terms.values()), default=0.0)
    return {k: c for k, c in found.items() if abs(c) > floor}


def _compact(terms: Terms, names: list[int]) -> Ising:
    """The terms as a model of their own over the variables that they hold."""
    place = {name: k for k, name in enumerate(names)}
    moved = {tuple(place[i] for i in indices): c for indices, c in terms.items()}
    return Ising(tuple(map(str, names)), moved)


def _answer(n: int, terms: Terms, ties: list[Tie]) -> Bits:
    """The lowest answer of what is left, and the tied spins after it; shape (n,)."""
    names = present(terms)
    spins = np.ones(n, dtype=np.int8)
    rows = all_bits(len(names))
    spins[names] = 1 - 2 * rows[int(_compact(terms, names).energies(rows).argmin())]
    for tie in reversed(ties):
        spins[tie.gone] = tie.sign * spins[list(tie.kept)].prod()
    return np.asarray((1 - spins) // 2, dtype=np.int8)


algorithm = RQAOA
