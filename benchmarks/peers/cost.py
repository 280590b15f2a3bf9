"""The cost that every peer simulates: an Ising polynomial and its table of values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Term = tuple[tuple[int, ...], float]


@dataclass(frozen=True)
class Cost:
    """C(x) = Σ w ∏ z_i with z = 1 - 2x, every term of at most two variables."""

    kind: str
    n: int
    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, message: dict[str, Any]) -> Cost:
        """The cost that a JSON message describes."""
        terms = tuple((tuple(indices), float(weight)) for indices, weight in message["terms"])
        return cls(message.get("kind", ""), message["n"], terms)

    @property
    def constant(self) -> float:
        """The term without variables: a global phase in a circuit."""
        return sum(weight for indices, weight in self.terms if not indices)

    @property
    def acting(self) -> list[Term]:
        """The terms that a circuit has gates for."""
        return [term for term in self.terms if term[0]]

    @cached_property
    def table(self) -> Floats:
        """The cost of every bit string: bit i of the index is variable i."""
        fields = np.zeros(self.n)
        pairs = np.zeros((self.n, self.n))
        for indices, weight in self.acting:
            if len(indices) == 1:
                fields[indices[0]] += weight
            else:
                pairs[min(indices), max(indices)] += weight
        values = np.array([self.constant])
        for k in range(self.n):
            change = np.array([fields[k]])
            for j in range(k):
                change = np.concatenate((change + pairs[j, k], change - pairs[j, k]))
            values = np.concatenate((values + change, values - change))
        return values
