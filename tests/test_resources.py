"""What it would take: published counts, counts of known circuits, and refusals."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner
from qiskit import QuantumCircuit

from usecases.cli import cli
from usecases.resources import femoco
from usecases.resources.estimate import LOGICAL, Estimates, beside, break_even, estimates
from usecases.resources.machines import MACHINES, physical
from usecases.resources.work import Work, counted


def test_femoco_is_as_published() -> None:
    """Lee et al., PRX Quantum 2 (2021) 030305: the count that others are held against."""
    needed = femoco().needed
    assert (needed.work.toffoli, needed.work.qubits) == (5_250_145_120, 2_142)
    assert not needed.fits
    assert {m.machine for m in needed.machines} < {m.title for m in MACHINES}


def test_a_circuit_is_counted_gate_by_gate() -> None:
    circuit = QuantumCircuit(3, 3)
    circuit.h(0)
    circuit.t(0)
    circuit.rz(math.pi / 2, 1)  # Clifford
    circuit.rz(3 * math.pi / 4, 1)  # odd: T and Clifford gates
    circuit.cx(0, 1)
    circuit.rx(0.3, 2)
    circuit.rz(0.4, 1)
    circuit.cx(1, 2)
    circuit.rz(0.5, 2)
    circuit.measure(range(3), range(3))
    work = counted(circuit, "by hand", "a candidate")
    assert (work.qubits, work.toffoli, work.measurements) == (3, 0, 3)
    assert (work.t, work.rotations, work.rotation_depth) == (2, 3, 2)


def test_each_layer_turns_every_term_and_every_qubit_once() -> None:
    few, many = (estimates("energy/unit_commitment", "size=6,seed=1", layers=k) for k in (1, 3))
    assert many.needed[0].work.rotations == 3 * few.needed[0].work.rotations
    assert few.needed[0].work.qubits <= LOGICAL
    assert few.needed[0].fits
    assert few.reference == many.reference


def test_better_gates_need_fewer_qubits_and_the_error_is_kept() -> None:
    work = Work(title="x", qubits=20, rotations=400, rotation_depth=80, gives="a candidate")
    worse, better = (physical(work, MACHINES[k]) for k in (0, 2))
    assert worse
    assert better
    assert better.qubits < worse.qubits
    assert max(worse.error, better.error) <= 0.01
    assert better.seconds < worse.seconds


def test_breaking_even_is_the_time_to_solution_solved_for_the_share() -> None:
    work = Work(title="x", qubits=4, rotations=8, rotation_depth=8, gives="a candidate")
    machine = physical(work, MACHINES[2])
    assert machine
    share = break_even(work, machine, 100 * machine.seconds)
    assert share == pytest.approx(1 - 0.01 ** (1 / 100))
    assert break_even(work, machine, machine.seconds / 2) is None
    assert beside(work, machine, machine.seconds / 2) == "2 times as long"


def test_electrons_get_a_state_and_a_phase_estimation() -> None:
    found = estimates("life_science/ground_state", "n2-core")
    state, phase = (needed.work for needed in found.needed)
    assert (state.qubits, state.gives, phase.gives) == (16, "a measurement", "the answer")
    assert phase.toffoli > 10**6
    assert phase.qubits > LOGICAL
    assert not found.remarks


def test_what_cannot_be_counted_is_told() -> None:
    found = estimates("life_science/ground_state", "demo")
    assert len(found.needed) == 1
    assert "2 orbitals" in found.remarks[0]


def test_the_command_prints_what_python_returns() -> None:
    asked = ["resources", "logistics/vehicle_routing", "--layers", "2"]
    done = CliRunner().invoke(cli, [*asked, "--json"])
    shown = CliRunner().invoke(cli, asked)
    found = Estimates.model_validate(json.loads(done.stdout))
    assert found.model.startswith("qdk.qre 1.")
    assert f"{found.needed[0].work.rotations} rotations" in shown.stdout
    assert "no design" not in shown.stdout
