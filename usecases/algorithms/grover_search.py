"""Grover adaptive search: amplify what is cheaper than the best answer so far, and look.

Dürr & Høyer 1996, arXiv:quant-ph/9607014; for binary polynomials Gilliam, Woerner & Gonciulea
2021, arXiv:1912.04088. Of N strings of which M are marked, r rotations bring a marked one up with
probability sin²((2r + 1) arcsin √(M/N)), so that about √(N/M) oracle calls do what N/M random
strings do. As M is unknown, r is drawn below a bound that grows after each failure (Boyer,
Brassard, Høyer & Tapp 1998, arXiv:quant-ph/9605034) and starts anew after each success. The
advantage is in oracle calls, each of which is a deep circuit, and not in seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.errors import TooLarge
from usecases.marks import Marked
from usecases.metrics import TIE
from usecases.models import Evaluated, Ising, Structured, qubits
from usecases.observe import from_counts
from usecases.programs import AlternatingSamples, AlternatingState, GroverMixer, Program

LARGEST = 24
"""A simulated oracle looks at every string of the space: log2 of how many there may be."""


class GroverSearch(Algorithm):
    """Look `looks` times, each time a program of its own with one shot.

    The search takes place among the strings that keep the rules of the groups which the model
    declares. The first look is a random string; every look is an outcome. What is looked for
    depends on what was seen, so a share of the looks would say nothing and none is scored; the
    record's improvements tell when the search got where.
    """

    accepts: ClassVar[tuple[type, ...]] = (Ising, Evaluated, Structured)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingSamples,)

    looks: int = Field(default=100, ge=1, le=1_000_000)
    growth: float = Field(default=1.34, gt=1, le=2)
    """By how much the bound on the rotations grows after a failure; 8/7 in Boyer et al., 1.34 in
    Baritompa, Bulger & Wood, SIAM J. Optim. 15 (2005) 1170."""

    def width(self, model: Any) -> int:
        return _mixer(model).space(qubits(model)).width

    def solve(
        self, model: Ising | Evaluated | Structured, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Any]]:
        """Raises TooLarge for a space of more than 2^24 strings."""
        cost: Any = model.model if isinstance(model, Structured) else model
        mixer = _mixer(model)
        size = _checked(mixer.space(qubits(model)).size)
        marked, bound = Marked(cost, math.inf), 1.0
        seen: Counter[str] = Counter()
        for _ in range(self.looks):
            flips = (math.pi,) * int(rng.integers(math.ceil(bound)))  # e^{iπ} = −1: a rotation each
            state = AlternatingState(marked, mixer, flips, flips)
            counts = execute(AlternatingSamples(state, 1, seed=int(rng.integers(2**31))))
            seen.update(counts)
            energy = from_counts(cost, counts)[0].energy
            if energy < marked.threshold:
                execute.improved(energy)
                marked, bound = Marked(cost, energy - TIE * max(abs(energy), 1.0)), 1.0
            else:
                bound = min(self.growth * bound, math.sqrt(size))
        return from_counts(cost, seen)


def _mixer(model: Any) -> GroverMixer:
    return GroverMixer(model.groups if isinstance(model, Structured) else ())


def _checked(size: int) -> int:
    if size > 1 << LARGEST:
        raise TooLarge(
            f"the search would mark strings among {size:.3g}, and up to 2^{LARGEST} are simulated",
            "Take a smaller instance, or an algorithm that needs no oracle, such as qaoa",
        )
    return size


algorithm = GroverSearch
