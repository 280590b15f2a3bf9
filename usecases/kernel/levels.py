"""States under a mixer that reflects about the uniform superposition: one number for each cost.

All strings of equal cost keep equal amplitudes (Bärtschi & Eidenbenz 2020, arXiv:2006.00354,
section 3.1), so the evolution takes place among the uniform superpositions of those strings,
however many strings there are; a search, which tells marked from unmarked, needs two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from usecases.kernel.subspace import Amplitudes, Evolution
from usecases.models import Floats


class Levels:
    """The strings of a space under one cost, given by position in the space."""

    def __init__(self, table: Floats, kind: Any = np.complex128) -> None:
        levels, self._at, self._sizes = np.unique(table, return_inverse=True, return_counts=True)
        start = np.sqrt(self._sizes / len(table))
        self._evolution = Evolution(start, _Reflection(start), levels, kind)

    def energy(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> float:
        """⟨γ, β|O|γ, β⟩, where O is the cost unless another table is given."""
        return self._evolution.energy(gammas, betas, self._means(observable))

    def probabilities(self, gammas: Sequence[float], betas: Sequence[float]) -> Floats:
        """The probability of each string of the space, as the state has it: norm included."""
        shared = self._evolution.probabilities(gammas, betas) / self._sizes
        return np.asarray(shared[self._at])

    def gradient(
        self, gammas: Sequence[float], betas: Sequence[float], observable: Floats | None = None
    ) -> tuple[float, Floats, Floats]:
        """The energy and its derivatives by the γ and by the β."""
        return self._evolution.gradient(gammas, betas, self._means(observable))

    def prepare(self) -> None:
        """Compile or load what works on a state of this precision."""
        self._evolution.prepare()

    def _means(self, observable: Floats | None) -> Floats | None:
        """An observable's mean over the strings of each level."""
        if observable is None:
            return None
        return np.asarray(np.bincount(self._at, weights=observable) / self._sizes)


class _Reflection:
    """1 + (e^{iβ} − 1)|s⟩⟨s| about a state of real amplitudes."""

    def __init__(self, about: Floats) -> None:
        self._about = about

    def forth(self, state: Amplitudes, beta: float) -> None:
        state += ((np.exp(1j * beta) - 1.0) * (self._about @ state)) * self._about

    def back(self, state: Amplitudes, other: Amplitudes, beta: float) -> float:
        # |s⟩⟨s| commutes with its exponential: the overlap is the same before and after
        overlap = np.conj(self._about @ other) * (self._about @ state)
        for psi in (state, other):
            self.forth(psi, -beta)
        return float(overlap.imag)


__all__ = ["Levels"]
