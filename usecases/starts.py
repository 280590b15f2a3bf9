"""Where a warm-started state begins: for each variable, how likely a classical answer has it 1.

A strategy is a value: `-p start=descended`, or with its settings `-p start.tries=20`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field

from usecases.angles import field
from usecases.flips import lowered
from usecases.models import Diagonal, Floats, Ising
from usecases.multilinear import Multilinear
from usecases.records import Record, by_kind


class Start(Record, ABC):
    """A classical answer to lean towards."""

    @abstractmethod
    def probabilities(self, cost: Ising, values: Diagonal, rng: np.random.Generator) -> Floats:
        """A number from 0 to 1 for each variable.

        `values` are the costs that count; `cost` is the polynomial that stands for them.
        """


class Relaxed(Start):
    """The lowest point of a convex cost over the box that is the cost itself at its corners.

    With spins z from −1 to 1, μ(Σ z² − n)/2 is added, which is 0 at the corners; μ is the least
    that makes a quadratic cost convex (Hammer & Rubin, RIRO 4 (1970) 67; Egger et al. 2021,
    section 2.1), and enough for one of higher degree. A cost that does not change when all spins
    turn over, such as a cut, has its lowest point in the middle: take another start for those.
    """

    kind: Literal["relaxed"] = "relaxed"

    def probabilities(self, cost: Ising, values: Diagonal, rng: np.random.Generator) -> Floats:
        return np.asarray((1.0 - relaxed(cost)) / 2.0)


class Descended(Start):
    """The best of `tries` random answers, each improved by single flips until none helps."""

    kind: Literal["descended"] = "descended"
    tries: int = Field(default=10, ge=1, le=100_000)

    def probabilities(self, cost: Ising, values: Diagonal, rng: np.random.Generator) -> Floats:
        rows = rng.integers(0, 2, (self.tries, len(cost.variables)), dtype=np.int8)
        found = np.array([lowered(values, row) for row in rows])
        return np.asarray(found[int(values.energies(found).argmin())], dtype=np.float64)


def relaxed(cost: Ising) -> Floats:
    """The spins, each from −1 to 1, at the lowest point of the convex cost."""
    from scipy.optimize import minimize

    n, unit, polynomial = len(cost.variables), field(cost), Multilinear(cost)
    # a little more than is needed, so that there is one lowest point
    shift = convexity(cost) + 1e-3 * unit

    def slope(z: Floats) -> tuple[float, Floats]:
        value, gradient = polynomial.slope(z)
        return (value + shift * float(z @ z) / 2) / unit, (gradient + shift * z) / unit

    found = minimize(slope, np.zeros(n), jac=True, method="L-BFGS-B", bounds=[(-1.0, 1.0)] * n)
    return np.asarray(found.x, dtype=np.float64)


def convexity(cost: Ising) -> float:
    """A μ with which the cost plus μ Σ z²/2 is convex for −1 ≤ z ≤ 1.

    Minus the lowest eigenvalue of the pairs' Hessian; terms of higher degree add the largest
    eigenvalue of a matrix that bounds theirs entry by entry (Weyl's and Perron's inequalities).
    """
    n = len(cost.variables)
    pairs, bound = np.zeros((n, n)), np.zeros((n, n))
    for indices, coefficient in cost.terms.items():
        places = np.array(indices, dtype=np.intp)
        square = np.ix_(places, places)
        if len(places) == 2:
            pairs[square] += coefficient
        elif len(places) > 2:
            bound[square] += abs(coefficient)
    for matrix in (pairs, bound):
        np.fill_diagonal(matrix, 0.0)
    lowest = np.linalg.eigvalsh(pairs).min(initial=0.0)
    return float(np.linalg.eigvalsh(bound).max(initial=0.0) - lowest)


AnyStart: TypeAlias = Annotated[
    Annotated[Relaxed | Descended, Field(discriminator="kind")],
    BeforeValidator(by_kind),
]
"""A start by its name, or with its settings."""
