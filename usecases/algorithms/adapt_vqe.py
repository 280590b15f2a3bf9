"""ADAPT-VQE: an ansatz grown factor by factor, each the one with the steepest energy.

Grimsley et al. 2019, arXiv:1812.11173: the pool holds generalised singles and doubles, those of
opposite spin tied in singlets; the factor whose gradient is largest is appended, and all
parameters are trained again.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from usecases.ansatze import determinant, factors, generalised
from usecases.contracts import Energy, Execute, Outcome
from usecases.encodings import Encoding
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import Ansatz, Factor, FermionicGradient
from usecases.training import Encoded


class AdaptVQE(Encoded):
    """The shortest ansatz that the gradients ask for, trained exactly, measured at the end."""

    threshold: float = Field(default=1e-3, gt=0, le=1)
    """Norm of the pool's gradient, hartree per radian, below which nothing is added."""
    most: int = Field(default=100, ge=1, le=1000)
    """Most parameters."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the grown state's energy and its measured electron numbers."""
        pool = _pool(model)
        ansatz, parameters = determinant(model), np.zeros(0)
        while ansatz.size < min(self.most, 10 * len(pool)):
            slopes = _slopes(model, ansatz, parameters, pool, execute, self.held)
            if np.linalg.norm(slopes) < self.threshold:
                break
            chosen = pool[int(np.abs(slopes).argmax())]
            ansatz = ansatz.then(_numbered(chosen, ansatz.size))
            start = np.append(parameters, 0.0)
            parameters = self.minimum(model, ansatz, execute, start)
        return self.measured(model, ansatz, parameters, execute, rng)


def _pool(h: FermionicHamiltonian) -> list[tuple[Factor, ...]]:
    """The factors that go together, a group for each parameter."""
    found: dict[int | None, list[Factor]] = {}
    for factor in factors(h, generalised(h)):
        found.setdefault(factor.parameter, []).append(factor)
    return [tuple(group) for group in found.values()]


def _numbered(group: tuple[Factor, ...], parameter: int) -> tuple[Factor, ...]:
    return tuple(Factor(f.generator, parameter, f.weight) for f in group)


def _slopes(
    h: FermionicHamiltonian,
    ansatz: Ansatz,
    parameters: Floats,
    pool: list[tuple[Factor, ...]],
    execute: Execute,
    encoding: Encoding,
) -> Floats:
    """The energy's derivative by each group's parameter, were it appended with angle 0."""
    extended = ansatz.then(
        [f for k, group in enumerate(pool) for f in _numbered(group, ansatz.size + k)]
    )
    point = (*parameters.tolist(), *(0.0,) * len(pool))
    return execute.train(FermionicGradient(h, extended, point, encoding)).gradient[ansatz.size :]


algorithm = AdaptVQE
