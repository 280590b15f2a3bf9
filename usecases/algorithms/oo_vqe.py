"""Orbital optimisation: paired coupled cluster in the orbitals that suit it best.

Zhao et al. 2023, arXiv:2212.02482. Turning the orbitals is an exponential of single moves behind
the pairs. It needs no gates: the turned state's energy is the energy of the pairs under a turned
Hamiltonian, so training sees both and the machine that answers gets the pairs alone.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from pydantic import Field

from usecases.ansatze import pairs, rotations
from usecases.contracts import Energy, Execute, Outcome
from usecases.models import FermionicHamiltonian, Floats
from usecases.programs import Factor
from usecases.training import Paired, best_of, near


class OrbitalOptimisedVQE(Paired):
    """Paired doubles and the orbitals, trained together exactly; the pairs measured at the end."""

    starts: int = Field(default=5, ge=1, le=1000)
    """Trainings from different orbitals; the lowest energy counts."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Energy]]:
        """One outcome: the pairs' energy in the best orbitals, and the electron numbers."""
        paired = pairs(model)
        planes = list(combinations(range(model.orbitals), 2))
        turns = [
            Factor(move, paired.size + k)
            for k, (p, q) in enumerate(planes)
            for move in rotations(model.orbitals, p, q)
        ]
        whole = paired.then(turns)
        starts = [
            near(whole, rng) + width * rng.standard_normal(whole.size)
            for width in (0.0, *(0.3,) * (self.starts - 1))
        ]
        parameters = best_of(model, whole, execute, starts, self.iterations)
        turned = rotated(model, planes, parameters[paired.size :])
        return self.measured(turned, paired, parameters[: paired.size], execute, rng)


def rotated(
    h: FermionicHamiltonian, planes: list[tuple[int, int]], angles: Floats
) -> FermionicHamiltonian:
    """The Hamiltonian in orbitals turned by each angle in its plane, the first turn first.

    exp −θ(a†_q a_p − a†_p a_q) takes a_p to cos θ a_p − sin θ a_q and a_q to cos θ a_q + sin θ a_p
    (Helgaker, Jørgensen, Olsen 2000, section 3.2).
    """
    whole = np.eye(h.orbitals)
    for (p, q), angle in zip(planes, angles.tolist(), strict=True):
        turn = np.eye(h.orbitals)
        turn[p, p] = turn[q, q] = np.cos(angle)
        turn[p, q], turn[q, p] = -np.sin(angle), np.sin(angle)
        whole = turn @ whole
    one_body = whole.T @ h.one_body @ whole
    two_body = np.einsum(
        "pqrs,pa,qb,rc,sd->abcd", h.two_body, whole, whole, whole, whole, optimize=True
    )
    electrons = (h.alpha, h.beta, h.multiplicity)
    return FermionicHamiltonian(h.constant, one_body, two_body, *electrons)


algorithm = OrbitalOptimisedVQE
