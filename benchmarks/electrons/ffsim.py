"""ffsim: rotations of orbitals and diagonal Coulomb evolutions on the electrons' sector.

Factors that follow one another are merged into its operators beforehand, in its favour.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import ffsim
import numpy as np
from numpy.typing import NDArray

from electrons.problem import Factor, Problem, Unsupported
from electrons.worker import serve
from peers.cost import Floats

Turn = tuple[Factor, float]


def kinds(factors: tuple[Factor, ...]) -> list[str]:
    """Which operator each factor goes into; a phase of one orbital goes with its neighbours."""
    found: list[str] = []
    for factor in factors:
        if len(factor.virtual) > 1:
            raise Unsupported("there is no factor of two moved electrons")
        if factor.virtual:
            found.append("rotation")
        elif len(factor.occupied) == 2:
            found.append("coulomb")
        else:
            found.append(found[-1] if found else "rotation")
    return found


def rotation(m: int, turns: list[Turn]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The matrices of both spins' orbitals."""
    matrices = np.stack([np.eye(m, dtype=complex)] * 2)
    for factor, theta in turns:
        spin, p = divmod(factor.occupied[0], m)
        rows = matrices[spin]
        if not factor.virtual:
            rows[p] *= np.exp(1j * theta)
            continue
        q = factor.virtual[0] % m
        cos, sin = np.cos(theta), np.sin(theta)
        rows[p], rows[q] = cos * rows[p] - sin * rows[q], cos * rows[q] + sin * rows[p]
    return matrices[0], matrices[1]


def coulomb(m: int, turns: list[Turn]) -> tuple[Floats, Floats, Floats]:
    """The matrices Z of alpha and alpha, alpha and beta, beta and beta: ½ Σ Z_pq n_p n_q."""
    matrices = np.zeros((3, m, m))
    for factor, theta in turns:
        p, q = factor.occupied if len(factor.occupied) == 2 else factor.occupied * 2
        kind, u, v = p // m + q // m, p % m, q % m
        matrices[kind, u, v] += theta
        if kind != 1:
            matrices[kind, v, u] += theta
    return matrices[0], matrices[1], matrices[2]


class Sector:
    """A vector of all determinants with the molecule's electrons."""

    def __init__(self, problem: Problem, threads: int) -> None:
        self.problem, self.m = problem, problem.orbitals
        self.electrons = (problem.alpha, problem.beta)
        self.kinds = kinds(problem.factors)
        hamiltonian = ffsim.MolecularHamiltonian(problem.one, problem.two, problem.constant)
        self.operator = ffsim.linear_operator(hamiltonian, norb=self.m, nelec=self.electrons)
        self.merged: dict[bytes, list[tuple[str, Any]]] = {}

    def operators(self, parameters: Floats) -> list[tuple[str, Any]]:
        """The matrices of its operators, kept once they are made."""
        key = parameters.tobytes()
        if key not in self.merged:
            angles = self.problem.angles(parameters).tolist()
            turns = zip(self.problem.factors, angles, self.kinds, strict=True)
            makers: dict[str, Any] = {"rotation": rotation, "coulomb": coulomb}
            self.merged = {
                key: [
                    (kind, makers[kind](self.m, [(f, theta) for f, theta, _ in group]))
                    for kind, group in groupby(turns, key=lambda turn: turn[2])
                ]
            }
        return self.merged[key]

    def value(self, parameters: Floats) -> float:
        """The expected energy."""
        shape = {"norb": self.m, "nelec": self.electrons}
        state = ffsim.hartree_fock_state(**shape)
        for kind, matrices in self.operators(parameters):
            if kind == "rotation":
                state = ffsim.apply_orbital_rotation(state, matrices, **shape, copy=False)
            else:
                state = ffsim.apply_diag_coulomb_evolution(
                    state, matrices, time=-1.0, **shape, copy=False
                )
        return float(np.vdot(state, self.operator @ state).real)


if __name__ == "__main__":
    serve({"operators": Sector}, ("ffsim", "pyscf", "numpy"))
