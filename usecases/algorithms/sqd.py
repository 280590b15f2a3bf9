"""Sample-based quantum diagonalisation: shots choose determinants, a computer diagonalises there.

Robledo-Moreno et al. 2024, arXiv:2405.05068. Shots of a local unitary cluster Jastrow state, whose
parameters coupled cluster suggests, are repaired to the right numbers of electrons and cut into
strings of one spin. The Hamiltonian is diagonalised among all pairs of these strings; the strings
of largest weight go on to the next round.
"""

from __future__ import annotations

from functools import partial
from math import comb
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from usecases.contracts import Algorithm, Execute, Outcome, Subspace
from usecases.errors import MissingExtra, Unsolvable
from usecases.jastrow import Connectivity, parameters, ucj
from usecases.models import FermionicHamiltonian
from usecases.programs import FermionicSamples, Program
from usecases.programs.circuits import counted_bits
from usecases.solvers.coupled_cluster import amplitudes

Strings: TypeAlias = NDArray[np.bool_]
"""A row for each shot, its columns from the last spin orbital to the first."""

_AT_ONCE = 100_000
"""Random determinants that are drawn at a time."""

_FEW = 100
"""Strings up to which several threads only wait for one another."""


class SQD(Algorithm):
    """The lowest energy among determinants that shots of a Jastrow state have chosen."""

    accepts: ClassVar[tuple[type, ...]] = (FermionicHamiltonian,)
    needs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicSamples,)

    samples: Literal["lucj", "uniform"] = "lucj"
    """Whose shots: the Jastrow state's, or random determinants', which must be beaten."""
    layers: int = Field(default=2, ge=1, le=32)
    """Layers of the Jastrow state."""
    connectivity: Connectivity = "heavy-hex"
    """Which orbitals interact in it: neighbours on a machine's lattice, or all."""
    fitted: int = Field(default=100, ge=0, le=100_000)
    """Steps that fit the state's few interactions to the amplitudes.

    Without them the largest terms are kept as they are: a state of lower energy, nearly all of
    whose shots are the reference again.
    """
    shots: int = Field(default=100_000, ge=1, le=10_000_000)
    strings: int = Field(default=500, ge=1, le=20_000)
    """Most strings of one spin; the space has up to their square of determinants."""
    batch: int = Field(default=2000, ge=1, le=10_000_000)
    """Different shots that are drawn for a space."""
    batches: int = Field(default=3, ge=1, le=100)
    """Spaces in a round; the best one goes on."""
    rounds: int = Field(default=5, ge=1, le=100)
    """Most rounds of repair and diagonalisation."""

    def solve(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> list[Outcome[Subspace]]:
        """One outcome: an upper bound of the ground energy, and its number of determinants.

        Raises Unsolvable where one spin has no electrons, or coupled cluster gives no state.
        """
        if not model.alpha or not model.beta:
            raise Unsolvable(
                "sqd pairs strings of both spins, and one spin has no electrons here",
                "Take exact: without the other spin there is little to diagonalise",
            )
        if self.samples == "uniform":
            shots = uniform(model, self.shots, rng)
        else:
            shots = self._sampled(model, execute, rng)
        found = self._diagonalised(model, shots, execute, rng)
        energy = float(found.energy) + model.constant
        size = int(found.sci_state.amplitudes.size)
        value = Subspace(energy, model.alpha, model.beta, determinants=size)
        return [Outcome(value, energy, stderr=0.0)]

    def _sampled(
        self, model: FermionicHamiltonian, execute: Execute, rng: np.random.Generator
    ) -> Strings:
        found = amplitudes(model)
        if found is None:
            raise Unsolvable(
                "coupled cluster gives no amplitudes here, so there is no state to sample",
                "Set samples=uniform, or try lucj, which trains a state",
            )
        ansatz = ucj(model, self.layers, self.connectivity)
        point = parameters(model, self.layers, self.connectivity, found, self.fitted)
        seed = int(rng.integers(2**31))
        program = FermionicSamples(ansatz, tuple(point.tolist()), self.shots, seed)
        counts = execute(program)
        bits, seen = counted_bits(counts)
        return np.repeat(bits[:, ::-1].astype(bool), seen, axis=0)

    def _diagonalised(
        self,
        model: FermionicHamiltonian,
        shots: Strings,
        execute: Execute,
        rng: np.random.Generator,
    ) -> Any:
        try:
            from pyscf.lib import with_omp_threads
            from qiskit_addon_sqd.fermion import (
                diagonalize_fermionic_hamiltonian,
                solve_sci_batch,
            )
        except ImportError:
            raise MissingExtra("qiskit-addon-sqd", "chemistry") from None
        spin = (model.multiplicity - 1) / 2
        longest = min(self.strings, comb(model.orbitals, model.alpha))
        with with_omp_threads(1 if longest <= _FEW else None):
            return diagonalize_fermionic_hamiltonian(
                model.one_body,
                model.two_body,
                shots,
                samples_per_batch=self.batch,
                norb=model.orbitals,
                nelec=(model.alpha, model.beta),
                num_batches=self.batches,
                max_iterations=self.rounds,
                sci_solver=partial(solve_sci_batch, spin_sq=spin * (spin + 1)),
                symmetrize_spin=model.alpha == model.beta,
                max_dim=self.strings,
                include_configurations=_reference(model),
                initial_occupancies=None if _any_right(model, shots) else _filled(model),
                callback=lambda found: execute.improved(
                    min(float(f.energy) for f in found) + model.constant
                ),
                seed=int(rng.integers(2**31)),
            )


def uniform(h: FermionicHamiltonian, shots: int, rng: np.random.Generator) -> Strings:
    """Random determinants with the right electrons of each spin."""
    sizes = [min(_AT_ONCE, shots - k) for k in range(0, shots, _AT_ONCE)]
    ranks = (rng.random((2, size, h.orbitals)).argsort(axis=2) for size in sizes)
    return np.vstack([np.hstack([down < h.beta, up < h.alpha]) for up, down in ranks])


def _any_right(h: FermionicHamiltonian, shots: Strings) -> bool:
    """Whether a shot has the right electrons; if none has, the reference guides the repair."""
    m = h.orbitals
    right = (shots[:, m:].sum(axis=1) == h.alpha) & (shots[:, :m].sum(axis=1) == h.beta)
    return bool(right.any())


def _reference(h: FermionicHamiltonian) -> tuple[list[int], list[int]]:
    """The strings of the lowest determinant, which is known without a shot; chance gets it, too."""
    return [(1 << h.alpha) - 1], [(1 << h.beta) - 1]


def _filled(h: FermionicHamiltonian) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    orbitals = np.arange(h.orbitals)
    return (orbitals < h.alpha).astype(float), (orbitals < h.beta).astype(float)


algorithm = SQD
