"""A polynomial in spins at spins between −1 and 1: what relaxations and trainings lower."""

from __future__ import annotations

import numpy as np

from usecases.models import Floats, Ising


class Multilinear:
    """The mean cost of independent spins of given means, which is the cost itself at ±1."""

    def __init__(self, cost: Ising) -> None:
        self._size = len(cost.variables)
        self._constant = cost.terms.get((), 0.0)
        self._groups = []
        for degree in sorted({len(k) for k in cost.terms if k}):
            terms = {k: c for k, c in cost.terms.items() if len(k) == degree}
            indices = np.array(list(terms), dtype=np.intp)
            self._groups.append((indices, np.array(list(terms.values()))))

    def slope(self, means: Floats) -> tuple[float, Floats]:
        """The value and its derivatives, shape (spins,)."""
        value, gradient = self._constant, np.zeros(self._size)
        for indices, coefficients in self._groups:
            spins = means[indices]
            value += float(coefficients @ spins.prod(axis=1))
            for k in range(indices.shape[1]):
                others = np.delete(spins, k, axis=1).prod(axis=1)
                np.add.at(gradient, indices[:, k], coefficients * others)
        return value, gradient
