"""Quantum phase estimation: dense algebra beside it, and errors that are owned up to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from life_science.ground_state import INSTANCES, model
from usecases import registry, run
from usecases.algorithms.qpe import (
    PhaseEstimation,
    estimation,
    most_frequent,
    product_error,
    split,
)
from usecases.ansatze import determinant
from usecases.contracts import Energy, Outcome
from usecases.errors import TooLarge
from usecases.executor import Executor
from usecases.fermions import jordan_wigner
from usecases.models import FermionicHamiltonian
from usecases.programs import Ansatz
from usecases.solvers.fci import ground_energy
from usecases.testing import check_algorithm
from usecases.verify import verify


@cache
def electrons(name: str) -> FermionicHamiltonian:
    return model(INSTANCES[name]())


def solved(h: FermionicHamiltonian, seed: int = 0, **settings: Any) -> Outcome[Energy]:
    machine = registry.backend("aer")
    rng = np.random.default_rng(seed)
    (found,) = PhaseEstimation(**settings).solve(h, Executor(machine, machine), rng)
    return found


def one_orbital(energy: float) -> FermionicHamiltonian:
    """An electron that has this energy: H = energy · n, whose strings commute."""
    return FermionicHamiltonian(0.0, np.array([[energy]]), np.zeros((1, 1, 1, 1)), 1, 0)


def product_formula(strings: Any, time: float) -> Any:
    """Half of each rotation, then backwards, from dense matrices."""
    found = np.eye(2**strings.num_qubits, dtype=complex)
    parts = [
        (c.real * time / 2, p.to_matrix())
        for p, c in zip(strings.paulis, strings.coeffs, strict=True)
    ]
    for angle, pauli in (*parts, *reversed(parts)):
        found = (np.cos(angle) * np.eye(len(pauli)) - 1j * np.sin(angle) * pauli) @ found
    return found


@pytest.mark.parametrize("energy", [0.7, -0.7])
def test_an_energy_on_the_grid_is_met_by_every_shot(energy: float) -> None:
    """One electron: constant e/2, strings ∓e/2 Z on each spin, and e in all is on the grid."""
    found = solved(one_orbital(energy), bits=3, steps=1, shots=200)
    assert found.energy == pytest.approx(energy, abs=1e-12)
    assert found.count == 200
    assert (found.value.alpha, found.value.beta) == (1.0, 0.0)


def test_the_circuit_is_phase_estimation_of_the_product_formula() -> None:
    """Its probabilities are those of the formula's eigenphases, weighted by their shares."""
    from qiskit.quantum_info import Statevector

    h, bits, steps = electrons("demo"), 4, 2
    _, strings = split(jordan_wigner(h))
    time = np.pi / np.abs(strings.coeffs).sum()
    circuit = estimation(determinant(h).circuit(()), strings, time, bits, steps)
    circuit.remove_final_measurements()
    found = Statevector(circuit).probabilities(range(4, 4 + bits))
    # Forwards in one branch of an ancilla and backwards in the other, half the time in each.
    once = np.linalg.matrix_power(product_formula(strings, time / 2 / steps), 2 * steps)
    start = np.zeros(16)
    start[0b0101] = 1.0
    size = 2**bits
    amplitudes = np.array([np.linalg.matrix_power(once, y) @ start for y in range(size)])
    turned = np.fft.fft(amplitudes, axis=0) / size
    assert np.allclose(found, (abs(turned) ** 2).sum(axis=1), atol=1e-9)


@pytest.mark.parametrize("name", ["demo", "h2-1.5", "h2-2.5", "lih-2e3o"])
def test_the_bound_on_the_product_formula_holds(name: str) -> None:
    h = electrons(name)
    _, strings = split(jordan_wigner(h))
    time = np.pi / np.abs(strings.coeffs).sum() / 2
    exact = np.sort(np.linalg.eigvalsh(strings.to_matrix()))
    phases = -np.angle(np.linalg.eigvals(product_formula(strings, time))) / time
    shift = np.abs(np.sort(phases) - exact).max()
    assert 0 < shift < product_error(strings, time)


@pytest.mark.parametrize(("bits", "steps"), [(4, 1), (6, 1)])
def test_hydrogen_within_its_errors(bits: int, steps: int) -> None:
    h = electrons("demo")
    found = solved(h, bits=bits, steps=steps)
    assert found.stderr == found.value.stderr
    assert abs(found.energy - ground_energy(h)) <= 2 * found.stderr
    assert found.value.alpha == pytest.approx(1.0, abs=0.05)
    assert found.value.beta == pytest.approx(1.0, abs=0.05)
    # The determinant is 98.7 % of the ground state; phases between two answers spread a little.
    assert 0.8 < found.count / 1000 <= 1.0


def test_hydrogen_on_one_qubit_has_smaller_steps() -> None:
    """Symmetries leave one qubit, two strings and half the λ."""
    asked = {"bits": 7, "steps": 4}
    one = run("life_science/ground_state", "demo", "qpe", parameters=asked | {"tapered": True})
    assert one.qubits == 8
    assert [PhaseEstimation(bits=7, tapered=t).width(electrons("demo")) for t in (True, False)] == [
        8,
        11,
    ]
    exact = ground_energy(electrons("demo"))
    assert one.answer.stderr is not None
    assert abs(one.answer.energy - exact) <= 2 * one.answer.stderr
    assert one.answer.stderr < 0.007
    assert one.score.within_tolerance is False


@pytest.mark.parametrize("encoding", ["parity", "bravyi-kitaev"])
def test_encodings_and_tapering_change_nothing_but_the_qubits(encoding: str) -> None:
    h = electrons("demo")
    for tapered in (False, True):
        found = solved(h, bits=4, encoding=encoding, tapered=tapered)
        assert abs(found.energy - ground_energy(h)) <= 2 * found.stderr
        assert found.value.alpha == pytest.approx(1.0, abs=0.05)
        assert found.value.beta == pytest.approx(1.0, abs=0.05)


def test_a_stretched_bond_answers_more_often_from_a_trained_state() -> None:
    """At 2.5 Å the determinant is 59 % of the ground state, coupled cluster all of it."""
    h = electrons("h2-2.5")
    found = {s: solved(h, start=s, bits=5) for s in ("determinant", "uccsd")}
    for outcome in found.values():
        assert abs(outcome.energy - ground_energy(h)) <= 2 * outcome.stderr
    assert 450 < found["determinant"].count < 750
    assert found["uccsd"].count > 850


def test_steps_and_bits_shrink_the_error_that_is_owned_up_to() -> None:
    _, strings = split(jordan_wigner(electrons("demo")))
    assert product_error(strings, 0.4) == pytest.approx(product_error(strings, 0.8) / 4, rel=0.02)
    coarse, fine = (solved(one_orbital(0.7), bits=b, shots=100) for b in (3, 5))
    assert coarse.stderr == pytest.approx(4 * fine.stderr)
    assert coarse.stderr == pytest.approx(2 * 0.7 / 8 / np.sqrt(12))


def test_answers_are_counted_around_the_circle() -> None:
    """Eight phases, ancillas before the two spin orbitals in the strings."""
    counts = {"000" + "01": 5, "111" + "01": 9, "110" + "11": 3, "100" + "00": 2}
    seen = most_frequent(counts, Ansatz(1, (0,), ()).register())
    assert seen.phase == -1 / 8
    assert seen.shots == 17
    assert seen.alpha == 1.0
    assert seen.beta == pytest.approx(3 / 17)


def test_a_circuit_too_long_to_simulate_is_refused() -> None:
    with pytest.raises(TooLarge, match=r"would take \d+ rotations and 200000 are simulated"):
        solved(electrons("h2o"), bits=10)


def test_it_runs_as_a_command_does_and_claims_no_chemical_accuracy() -> None:
    record = run("life_science/ground_state", "demo", "qpe", parameters={"bits": 5})
    assert record.backend == "aer"
    assert record.qubits == 9
    assert record.score.feasible
    assert record.score.within_tolerance is False
    assert record.answer.count > 700
    assert "every score computed again" in verify(record)


def test_contract() -> None:
    assert check_algorithm(PhaseEstimation(bits=4, steps=1)) == []


def test_the_constant_is_no_part_of_the_evolution() -> None:
    h = electrons("demo")
    moved = replace(h, constant=h.constant + 100.0)
    found, shifted = (solved(x, bits=3, steps=1, shots=100) for x in (h, moved))
    assert shifted.energy == pytest.approx(found.energy + 100.0)
