"""Electrons among determinants: against circuits, matrix exponentials and finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_fermions import cluster, random_hamiltonian, written_out
from usecases.algorithms.oo_vqe import rotated
from usecases.ansatze import pairs, uccsd, upccgsd
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.errors import TooLarge
from usecases.executor import Executor
from usecases.jastrow import ucj
from usecases.kernel.sector import Sector, rows_of, sector_of
from usecases.models import FermionicHamiltonian
from usecases.programs import (
    Ansatz,
    Excitation,
    Factor,
    FermionicEnergy,
    FermionicGradient,
    FermionicSamples,
    Occupied,
)


def mixed(h: FermionicHamiltonian) -> Ansatz:
    """Moves, phases, shared and weighted parameters, and a fixed angle."""
    m = h.orbitals
    extra = [
        Factor(Occupied((0,)), 0, 0.5),
        Factor(Occupied((0, m)), 1),
        Factor(Excitation((m - 1,), (0,)), 2, -1.0),
        Factor(Excitation((m, 0), (m + 1, m - 1)), 2, 2.0),
        Factor(Occupied((m - 1, m + 1)), None, 0.7),
    ]
    return upccgsd(h, 1).then(extra)


def spins_apart(h: FermionicHamiltonian) -> Ansatz:
    """Two layers of Jastrow factors, then moves over other electrons and phases between them."""
    m = h.orbitals
    extra = [
        Factor(Excitation((0,), (m - 1,)), 0),
        Factor(Occupied((m - 1,)), 1),
        Factor(Occupied((0, m)), 1, -0.5),
        Factor(Occupied((m,)), 2),
        Factor(Excitation((2 * m - 1,), (m,)), 2, 2.0),
        Factor(Excitation((0,), (m - 1,)), None, 0.4),
    ]
    return ucj(h, 2, "all").then(extra)


@pytest.mark.parametrize("make", [uccsd, pairs, mixed, spins_apart])
@pytest.mark.parametrize(("m", "alpha", "beta"), [(2, 1, 1), (3, 2, 1), (4, 2, 2), (3, 0, 2)])
def test_amplitudes_are_those_of_the_circuit(make, m: int, alpha: int, beta: int) -> None:
    from qiskit.quantum_info import Statevector

    h = random_hamiltonian(m, alpha, beta, 1)
    ansatz = make(h)
    parameters = np.random.default_rng(2).normal(size=ansatz.size)
    sector = sector_of(m, ansatz.reference, ansatz.generators)
    rows = sector.state(sector.which(ansatz), ansatz.angles(parameters))
    state = np.zeros(4**m, dtype=complex)
    state[sector.keys.astype(int)] = rows[0] + (1j * rows[1] if sector.complex else 0.0)
    circuit = Statevector(ansatz.circuit(parameters)).data
    assert abs(np.vdot(circuit, state)) == pytest.approx(1, abs=1e-12)
    exact = (circuit.conj() @ written_out(h) @ circuit).real
    energy = Executor(Determinants(), None)(FermionicEnergy(h, ansatz, tuple(parameters)))
    assert energy.energy.value == pytest.approx(exact, abs=1e-10)
    assert (energy.alpha.value, energy.beta.value) == (alpha, beta)


@pytest.mark.parametrize("make", [uccsd, mixed, spins_apart])
def test_gradients_equal_differences_natively_and_lowered(make) -> None:
    h = random_hamiltonian(3, 2, 1, 4)
    ansatz = make(h)
    point = tuple(np.random.default_rng(3).normal(size=ansatz.size).tolist())
    program = FermionicGradient(h, ansatz, point)
    native = Executor(Determinants(), None)(program)
    differences = Executor(Aer(), None)(program)
    assert native.value == pytest.approx(differences.value, abs=1e-12)
    assert native.gradient == pytest.approx(differences.gradient, abs=1e-4)
    assert abs(native.gradient).max() > 0.1


def test_spins_that_move_apart_are_held_as_a_table() -> None:
    h = random_hamiltonian(3, 2, 1, 4)
    for make, apart in ((spins_apart, True), (mixed, False)):
        ansatz = make(h)
        held = sector_of(ansatz.orbitals, ansatz.reference, ansatz.generators)
        assert (held._apart is not None) == apart


def test_the_hamiltonian_among_determinants_is_the_one_written_out() -> None:
    h = random_hamiltonian(4, 2, 1, 7)
    ansatz = cluster(4, 2, 1)
    sector = sector_of(4, ansatz.reference, ansatz.generators)
    assert sector.size == 6 * 4
    places = sector.keys.astype(int)
    whole = np.asarray(written_out(h)[np.ix_(places, places)])
    rows = rows_of(h, sector)
    found = np.array([rows.apply(unit[None])[0] for unit in np.eye(sector.size)])
    assert found == pytest.approx(whole, abs=1e-10)


def test_a_point_group_leaves_most_determinants_out() -> None:
    from life_science.ground_state import INSTANCES, model

    h = model(INSTANCES["n2-6e6o"]())
    ansatz = uccsd(h)
    sector = sector_of(6, ansatz.reference, ansatz.generators)
    rows = rows_of(h, sector)
    assert sector.size < 400 / 3
    whole = sector_of(6, ansatz.reference, upccgsd(h, 1).generators)
    assert whole.size == 400
    inside = np.flatnonzero(np.isin(whole.keys, sector.keys))
    lowest = np.zeros((1, 400))
    lowest[0, inside] = np.random.default_rng(0).normal(size=sector.size)
    image = rows_of(h, whole).apply(lowest)[0]
    assert np.delete(image, inside) == pytest.approx(0, abs=1e-6)
    assert image[inside] == pytest.approx(rows.apply(lowest[:, inside])[0], abs=1e-10)


def test_samples_follow_the_state() -> None:
    h = random_hamiltonian(3, 2, 1, 4)
    ansatz = mixed(h)
    point = tuple(np.random.default_rng(5).normal(size=ansatz.size).tolist())
    machine = Executor(Determinants(), None)
    counts = machine(FermionicSamples(ansatz, point, 200_000, 1))
    assert counts == machine(FermionicSamples(ansatz, point, 200_000, 1))
    assert counts != machine(FermionicSamples(ansatz, point, 200_000, 2))
    sector = sector_of(3, ansatz.reference, ansatz.generators)
    shares = (sector.state(sector.which(ansatz), ansatz.angles(point)) ** 2).sum(axis=0)
    for key, share in zip(sector.keys.tolist(), shares.tolist(), strict=True):
        seen = counts.get(format(key, "06b"), 0) / 200_000
        assert seen == pytest.approx(share, abs=5 * np.sqrt(share / 200_000) + 1e-5)


def test_turned_orbitals_are_worth_what_the_turned_state_is() -> None:
    h = random_hamiltonian(3, 1, 1, 9)
    planes, angles = [(0, 1), (1, 2), (0, 2)], np.array([0.3, -0.8, 1.1])
    paired = pairs(h)
    turns = [
        Factor(Excitation((s + p,), (s + q,)), None, angle)
        for (p, q), angle in zip(planes, angles.tolist(), strict=True)
        for s in (0, 3)
    ]
    point = tuple(np.random.default_rng(0).normal(size=paired.size).tolist())
    machine = Executor(Determinants(), None)
    direct = machine(FermionicEnergy(h, paired.then(turns), point)).energy.value
    turned = machine(FermionicEnergy(rotated(h, planes, angles), paired, point)).energy.value
    assert turned == pytest.approx(direct, abs=1e-10)


def test_too_many_determinants_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usecases.kernel.sector.LARGEST", 10)
    ansatz = cluster(4, 2, 1)
    with pytest.raises(TooLarge, match="more than 10 determinants"):
        Sector(4, ansatz.reference, ansatz.generators)
