"""How the angles of an alternating state are chosen: by a rule, or by training.

Angles are 2p numbers, first the γ in units of the inverse field (see `field`), then the β in
radians. A strategy is a value: `-p angles=ramp`, or with its settings `-p angles.starts=5`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from usecases.models import Floats, Ising, Table
from usecases.records import Record, by_kind
from usecases.trees import fixed_angles, stretched

Slope: TypeAlias = Callable[[Floats], tuple[float, Floats]]
"""Angles → the objective, in units of the field, and its derivatives."""


class Angles(Record, ABC):
    """A way to choose the angles."""

    @abstractmethod
    def choose(
        self, cost: Ising | Table, layers: int, slope: Slope, rng: np.random.Generator
    ) -> Floats:
        """The angles for a cost; `slope` is asked for values and derivatives only when training."""


class Ramp(Angles):
    """Phases grow, mixing fades, as in slow annealing (Sack & Serbyn, Quantum 5 (2021) 491)."""

    kind: Literal["ramp"] = "ramp"
    phase: float = Field(default=0.5, ge=0, le=100)
    """The last γ, in units of the inverse field."""
    mixing: float = Field(default=0.6, ge=0, le=100)
    """The first β."""

    def choose(
        self, cost: Ising | Table, layers: int, slope: Slope, rng: np.random.Generator
    ) -> Floats:
        steps = (np.arange(layers) + 0.5) / layers
        return np.concatenate([self.phase * steps, self.mixing * (1.0 - steps)])


class Fixed(Angles):
    """The angles that are best on a regular tree of the cost's mean degree, without training.

    On graphs of girth beyond 2p+1 they reach what they reach there (Wurtz & Lykov 2021,
    arXiv:2107.00677); other weights enter by their root mean square (Sureshbabu et al. 2024,
    arXiv:2305.15201), and fields count as pairs. On such costs they are a rule of thumb.
    """

    kind: Literal["fixed"] = "fixed"

    def choose(
        self, cost: Ising | Table, layers: int, slope: Slope, rng: np.random.Generator
    ) -> Floats:
        terms = {k: c for k, c in cost.terms.items() if k and c}
        touched = len({i for k in terms for i in k}) or 1
        degree = max(round(sum(map(len, terms)) / touched), 2)
        strength = math.sqrt(sum(c * c for c in terms.values()) / max(len(terms), 1)) or 1.0
        gammas, betas = fixed_angles(degree, layers)
        return np.array([*(g * field(cost) / strength for g in gammas), *betas])


class Trained(Angles):
    """The lowest of several descents (L-BFGS), the first from a ramp, others from random angles.

    `iterations` bounds the gradients of one descent.
    """

    kind: Literal["trained"] = "trained"
    iterations: int = Field(default=60, ge=0, le=100_000)
    starts: int = Field(default=1, ge=1, le=10_000)

    @model_validator(mode="after")
    def _several_only_when_trained(self) -> Trained:
        if self.starts > 1 and not self.iterations:
            raise ValueError("several starts are told apart by training only: set iterations")
        return self

    def choose(
        self, cost: Ising | Table, layers: int, slope: Slope, rng: np.random.Generator
    ) -> Floats:
        ramp = Ramp().choose(cost, layers, slope, rng)
        begins = [ramp + rng.normal(0.0, 0.02, ramp.shape)]
        begins += [rng.uniform(0.0, 0.8, ramp.shape) for _ in range(self.starts - 1)]
        if not self.iterations:
            return begins[0]
        return min((descended(slope, b, self.iterations) for b in begins), key=lambda f: f[0])[1]


class Interpolated(Angles):
    """Trained layer by layer: each depth begins where the one before ended, stretched.

    INTERP of Zhou, Wang, Choi, Pichler & Lukin 2020, arXiv:1812.01041, appendix B.
    """

    kind: Literal["interpolated"] = "interpolated"
    iterations: int = Field(default=30, ge=1, le=100_000)
    """Most gradients for each depth."""

    def choose(
        self, cost: Ising | Table, layers: int, slope: Slope, rng: np.random.Generator
    ) -> Floats:
        angles = Ramp().choose(cost, 1, slope, rng)
        for depth in range(1, layers + 1):
            start = np.concatenate([stretched(half, depth) for half in np.split(angles, 2)])
            angles = descended(slope, start, self.iterations)[1]
        return angles


def descended(slope: Slope, start: Floats, iterations: int) -> tuple[float, Floats]:
    """The lowest value seen in at most `iterations` gradients from `start`, and where."""
    from scipy.optimize import minimize

    seen: list[tuple[float, Floats]] = []

    def watched(angles: Floats) -> tuple[float, Floats]:
        if len(seen) >= iterations:
            raise StopIteration
        value, derivatives = slope(angles)
        seen.append((value, np.array(angles)))
        return value, derivatives

    with suppress(StopIteration):
        minimize(
            watched,
            start,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": iterations, "maxfun": iterations},
        )
    return min(seen, key=lambda pair: pair[0])


def field(cost: Ising | Table) -> float:
    """Root mean square over spins of the field that the other spins exert; 1 for no cost."""
    total = sum(len(k) * c * c for k, c in cost.terms.items())
    return math.sqrt(total / max(len(cost.variables), 1)) or 1.0


Choice: TypeAlias = Annotated[
    Annotated[Ramp | Fixed | Trained | Interpolated, Field(discriminator="kind")],
    BeforeValidator(by_kind),
]
"""A strategy by its name, or with its settings."""
