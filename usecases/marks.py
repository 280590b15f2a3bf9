"""Marking the strings that cost less than a threshold, as a search's oracle does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from usecases.errors import TooLarge
from usecases.models import Bits, Diagonal, Floats, Table

MOST_IN_CIRCUITS = 12
"""Variables up to which a mark is written as a polynomial, of up to 2^n terms, for circuits."""


@dataclass(frozen=True, eq=False)
class Marked:
    """1 for every string that costs less than the threshold, else 0."""

    cost: Diagonal
    threshold: float

    @property
    def variables(self) -> tuple[str, ...]:
        return self.cost.variables

    def energies(self, bits: Bits) -> Floats:
        return self.of(self.cost.energies(bits))

    def table(self) -> Floats:
        return self.of(self.cost.table())

    def of(self, costs: Floats) -> Floats:
        """The marks of strings whose costs are known."""
        return np.asarray(costs < self.threshold, dtype=np.float64)

    @cached_property
    def terms(self) -> Mapping[tuple[int, ...], float]:
        """The marks as a polynomial in spins; raises TooLarge beyond 12 variables."""
        n = len(self.variables)
        if n > MOST_IN_CIRCUITS:
            raise TooLarge(
                f"marking strings of {n} variables takes a circuit of up to 2^{n} phases,"
                f" and at most {MOST_IN_CIRCUITS} variables are written out",
                "Use -b statevector, which marks them without a circuit",
            )
        return Table(self.variables, self.table()).terms
