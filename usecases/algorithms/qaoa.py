"""QAOA: alternate between the cost and a mixer, train the angles, sample the final state.

Farhi, Goldstone & Gutmann 2014, arXiv:1411.4028. The first angles are a linear ramp
(Sack & Serbyn, Quantum 5 (2021) 491), scaled by the cost's root-mean-square field on a spin.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome
from usecases.models import Floats, Ising
from usecases.observe import from_counts
from usecases.programs import (
    AlternatingEnergy,
    AlternatingSamples,
    AlternatingState,
    Program,
    XMixer,
)


class QAOA(Algorithm):
    """`layers` alternations with the X mixer, angles trained in at most `iterations` steps."""

    accepts: ClassVar[tuple[type, ...]] = (Ising,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (AlternatingEnergy, AlternatingSamples)

    layers: int = Field(default=2, ge=1, le=100)
    iterations: int = Field(default=60, ge=0, le=100_000)
    shots: int = Field(default=4096, ge=1, le=1_000_000)

    def solve(self, model: Ising, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        unit = _field(model)

        def state(angles: Floats) -> AlternatingState:
            gammas, betas = np.split(np.asarray(angles, dtype=np.float64), 2)
            return AlternatingState(
                model, XMixer(), tuple((gammas / unit).tolist()), tuple(betas.tolist())
            )

        def energy(angles: Floats) -> float:
            return execute.train(AlternatingEnergy(state(angles))).value / unit

        angles = self._trained(energy, rng)
        seed = int(rng.integers(2**31))
        counts = execute(AlternatingSamples(state(angles), self.shots, seed))
        return from_counts(model, counts)

    def _trained(self, energy: Any, rng: np.random.Generator) -> Floats:
        """The angles after training: γ in units of the inverse field first, then β."""
        from scipy.optimize import minimize

        steps = (np.arange(self.layers) + 0.5) / self.layers
        start = np.concatenate([0.5 * steps, 0.6 * (1.0 - steps)])
        start += rng.normal(0.0, 0.02, size=start.shape)
        # COBYLA needs a point for each angle, and two more, before its first step.
        if self.iterations < 2 * self.layers + 2:
            return start
        found = minimize(
            energy, start, method="COBYLA", options={"maxiter": self.iterations, "rhobeg": 0.15}
        )
        return np.asarray(found.x, dtype=np.float64)


def _field(cost: Ising) -> float:
    """Root mean square over spins of the field that the other spins exert; 1 for no cost."""
    total = sum(len(k) * c * c for k, c in cost.terms.items())
    return math.sqrt(total / max(len(cost.variables), 1)) or 1.0


algorithm = QAOA
