"""Our own simulator of electrons: amplitudes on the determinants that an ansatz reaches."""

from __future__ import annotations

import time
from typing import Any, ClassVar, TypeAlias

import numpy as np

from usecases.contracts import JobResult, LocalBackend
from usecases.models import Floats
from usecases.programs import (
    Ansatz,
    Counts,
    FermionicEnergy,
    FermionicGradient,
    FermionicProducts,
    FermionicSamples,
    Program,
)

Fermionic: TypeAlias = FermionicEnergy | FermionicGradient | FermionicProducts | FermionicSamples


class Determinants(LocalBackend):
    """Exact energies, gradients and samples at fixed electron numbers; ideal, double precision."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (
        FermionicEnergy,
        FermionicGradient,
        FermionicProducts,
        FermionicSamples,
    )

    def understands(self, program: Program[Any]) -> bool:
        """A value that is to be estimated from shots is left to circuits."""
        return isinstance(program, self.runs) and (
            isinstance(program, FermionicSamples) or getattr(program, "shots", None) is None
        )

    def run(self, program: Fermionic) -> JobResult:
        from usecases.kernel.sector import placed, rows_of

        begun = time.perf_counter()
        if isinstance(program, FermionicProducts):
            return _products(program)
        ansatz = program.ansatz
        sector, which = placed(ansatz)
        angles = ansatz.angles(program.parameters)
        if isinstance(program, FermionicSamples):
            started = time.perf_counter()
            state = sector.state(which, angles)
            found: Any = _drawn(sector.bits, state, program)
            return JobResult(found, time.perf_counter() - started, compiled=started - begun)
        rows = rows_of(program.hamiltonian, sector)
        started = time.perf_counter()
        state = sector.state(which, angles)
        if isinstance(program, FermionicGradient):
            image = rows.apply(state)
            energy = float(np.vdot(state, image))
            slopes = sector.undo(state, image, which, angles)
            found = [energy, ansatz.by_parameter(slopes).tolist()]
        else:
            found = [[rows.energy(state), 0.0], *_electrons(ansatz)]
        return JobResult(found, time.perf_counter() - started, compiled=started - begun)


def _products(program: FermionicProducts) -> JobResult:
    from usecases.kernel.products import products

    started = time.perf_counter()
    upper = np.triu_indices(program.size)
    values = np.concatenate([matrix[upper] for matrix in products(program)])
    found = [[value, 0.0] for value in values.tolist()]
    return JobResult(found, time.perf_counter() - started)


def _electrons(ansatz: Ansatz) -> list[list[float]]:
    """Every factor conserves the electrons of each spin, so their numbers are the reference's."""
    return [[float(ansatz.alpha), 0.0], [float(ansatz.beta), 0.0]]


def _drawn(bits: Any, state: Floats, program: FermionicSamples) -> Counts:
    """Shots drawn from the state; the last character is spin orbital 0."""
    shares = (state**2).sum(axis=0)
    rng = np.random.default_rng(program.seed)
    seen = rng.multinomial(program.shots, shares / shares.sum())
    held = np.flatnonzero(seen)
    keys = ("".join(map(str, row)) for row in bits[held, ::-1].tolist())
    return dict(zip(keys, seen[held].tolist(), strict=True))


backend = Determinants
