"""ffsim: electrons among all determinants of their number, where orbitals rotate and phases act.

An independent simulator (Sung et al. 2026, arXiv:2605.03123). Single excitations in a row are
collected to one unitary of the orbitals, phases of two spin orbitals to one matrix of couplings,
so that ten electrons in sixteen orbitals, 19 million amplitudes, take a minute.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import comb
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.contracts import JobResult, LocalBackend
from usecases.errors import BackendUnavailable, MissingExtra, TooLarge
from usecases.programs import (
    Ansatz,
    Counts,
    Excitation,
    FermionicEnergy,
    FermionicSamples,
    Generator,
    Program,
)

Amplitudes: TypeAlias = NDArray[np.complex128]
Step: TypeAlias = tuple[Generator, float]

_BYTES = 4 * 16
"""Of an amplitude: the state, its transpose, and what is made of it in the end."""


class FFSim(LocalBackend):
    """Exact energies and samples where electrons move one at a time; ideal, double precision."""

    runs: ClassVar[tuple[type[Program[Any]], ...]] = (FermionicEnergy, FermionicSamples)

    def understands(self, program: Program[Any]) -> bool:
        """Single excitations and phases of up to two spin orbitals, and no energy from shots."""
        if not isinstance(program, FermionicEnergy | FermionicSamples):
            return False
        if isinstance(program, FermionicEnergy) and program.shots is not None:
            return False
        return all(_applies(g, program.ansatz.orbitals) for g in program.ansatz.generators)

    def check(self, program: Program[Any]) -> None:
        if not isinstance(program, FermionicEnergy | FermionicSamples):
            return
        if not self.understands(program):
            raise BackendUnavailable(
                "ffsim gives exact energies and samples of orbital rotations and phases only",
                "Choose another machine, such as -b determinants",
            )
        import psutil

        size = _size(program.ansatz)
        most = psutil.virtual_memory().available // _BYTES
        if size > most:
            raise TooLarge(
                f"ffsim would hold {size} determinants and has memory for {most} here",
                "Choose a smaller active space or a machine with more memory",
            )

    def run(self, program: FermionicEnergy | FermionicSamples) -> JobResult:
        try:
            import ffsim
        except ImportError:
            raise MissingExtra("ffsim", "chemistry") from None
        started = time.perf_counter()
        ansatz = program.ansatz
        state = _state(ansatz, ansatz.angles(program.parameters).tolist())
        if isinstance(program, FermionicSamples):
            found: Any = _drawn(state, program)
        else:
            h = program.hamiltonian
            operator = ffsim.linear_operator(
                ffsim.MolecularHamiltonian(h.one_body, h.two_body, h.constant),
                norb=ansatz.orbitals,
                nelec=(ansatz.alpha, ansatz.beta),
            )
            energy = float(np.vdot(state, operator @ state).real)
            found = [[energy, 0.0], [float(ansatz.alpha), 0.0], [float(ansatz.beta), 0.0]]
        return JobResult(
            found,
            time.perf_counter() - started,
            provenance={"ffsim.determinants": str(len(state))},
        )


def _size(ansatz: Ansatz) -> int:
    return comb(ansatz.orbitals, ansatz.alpha) * comb(ansatz.orbitals, ansatz.beta)


def _applies(generator: Generator, m: int) -> bool:
    if not isinstance(generator, Excitation):
        return len(generator.orbitals) <= 2
    return len(generator.orbitals) == 2 and len({p < m for p in generator.orbitals}) == 1


def _state(ansatz: Ansatz, angles: list[float]) -> Amplitudes:
    """The amplitudes, a row for each alpha string and a column for each of beta, flat."""
    import ffsim

    m, electrons = ansatz.orbitals, (ansatz.alpha, ansatz.beta)
    alpha = [p for p in ansatz.reference if p < m]
    beta = [p - m for p in ansatz.reference if p >= m]
    state = ffsim.slater_determinant(m, (alpha, beta))
    for couples, matrices in _collected(ansatz, angles):
        if couples:  # exp(−i time J)
            state = ffsim.apply_diag_coulomb_evolution(
                state, matrices, time=-1.0, norb=m, nelec=electrons, copy=False
            )
        else:
            state = ffsim.apply_orbital_rotation(state, matrices, m, electrons, copy=False)
    found: Amplitudes = state
    return found


def _collected(
    ansatz: Ansatz, angles: list[float]
) -> Iterator[tuple[bool, tuple[NDArray[Any], ...]]]:
    """Neighbouring factors of a kind together: whether they couple electrons, and how."""
    steps = zip((f.generator for f in ansatz.factors), angles, strict=True)
    for couples, group in groupby(steps, key=_couples):
        yield couples, (_couplings if couples else _rotation)(ansatz.orbitals, group)


def _couples(step: Step) -> bool:
    return not isinstance(step[0], Excitation) and len(step[0].orbitals) == 2


def _rotation(m: int, steps: Iterable[Step]) -> tuple[NDArray[Any], ...]:
    """Unitaries of the alpha and of the beta orbitals; column q is what a†_q becomes."""
    found = np.eye(2 * m, dtype=complex)
    for generator, angle in steps:
        if isinstance(generator, Excitation):
            rows = [*generator.occupied, *generator.virtual]
            cos, sin = np.cos(angle), np.sin(angle)
            found[rows] = np.array([[cos, -sin], [sin, cos]]) @ found[rows]
        else:
            found[list(generator.orbitals)] *= np.exp(1j * angle)
    return found[:m, :m], found[m:, m:]


def _couplings(m: int, steps: Iterable[Step]) -> tuple[NDArray[Any], ...]:
    """J of ½ Σ J_pq n_p n_q: alpha and alpha, alpha and beta, beta and beta."""
    found = np.zeros((2 * m, 2 * m))
    for generator, angle in steps:
        p, q = sorted(generator.orbitals)
        found[p, q] += angle
        found[q, p] += angle
    return found[:m, :m], found[:m, m:], found[m:, m:]


def _drawn(state: Amplitudes, program: FermionicSamples) -> Counts:
    """Shots drawn from the state; the last character is spin orbital 0."""
    import ffsim

    ansatz = program.ansatz
    shares = state.real**2 + state.imag**2
    seen = np.random.default_rng(program.seed).multinomial(program.shots, shares / shares.sum())
    held = np.flatnonzero(seen)
    keys = ffsim.addresses_to_strings(
        held,
        norb=ansatz.orbitals,
        nelec=(ansatz.alpha, ansatz.beta),
        bitstring_type=ffsim.BitstringType.STRING,
    )
    return dict(zip(keys, seen[held].tolist(), strict=True))


backend = FFSim
