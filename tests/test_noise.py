"""Noise of recorded machines: only where a circuit touches them, and in waiting qubits."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel

from tests.helpers import needs
from usecases import registry
from usecases.backends.aer import Aer
from usecases.errors import BackendUnavailable, UsageError
from usecases.executor import Executor
from usecases.noise import fake_device, noise_model, padded, touched
from usecases.programs import Estimate, Expectation, SampleCircuits
from usecases.vendors import noise
from usecases.vendors.catalogue import vendor
from usecases.vendors.noise import ToldNoise, told
from usecases.vendors.process import Process


def ghz(n: int) -> QuantumCircuit:
    circuit = QuantumCircuit(n)
    circuit.h(0)
    for k in range(n - 1):
        circuit.cx(k, k + 1)
    circuit.measure_all()
    return circuit


def uneven() -> QuantumCircuit:
    """One qubit in superposition waits for long work of two others."""
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.barrier()
    for _ in range(60):
        circuit.cx(1, 2)
        circuit.barrier([1, 2])  # or the compiler undoes them
    circuit.barrier()
    circuit.h(0)
    circuit.measure_all()
    return circuit


@pytest.mark.parametrize("name", ["manila", "guadalupe"])
def test_the_part_of_a_model_gives_the_counts_of_the_whole(name: str) -> None:
    device = fake_device(name)
    compiled = transpile(ghz(4), device, optimization_level=1, seed_transpiler=0)
    part = AerSimulator(noise_model=noise_model(name, touched([compiled])))
    whole = AerSimulator(noise_model=NoiseModel.from_backend(device))
    tables = [s.run(compiled, shots=500, seed_simulator=4).result().get_counts()
              for s in (part, whole)]  # fmt: skip
    assert tables[0] == tables[1]
    assert len(tables[0]) > 2


def test_the_largest_machines_cost_no_more_than_what_is_touched() -> None:
    begun = time.process_time()
    (counts,) = Executor(Aer(noise="fez"), None)(SampleCircuits((ghz(4),), 500, 1))
    assert 0.5 < (counts["0000"] + counts["1111"]) / 500 < 1
    # The whole model of its 156 qubits alone takes longer than this.
    assert time.process_time() - begun < 3


def test_waiting_qubits_decay_and_two_pulses_are_a_setting_that_matters() -> None:
    asked = SampleCircuits((uneven(),), 8000, 5)
    zeros = {}
    for idle in ("ignored", "waits", "XX"):
        machine = registry.backend("aer", {"noise": "manila", "idle": idle})
        (counts,) = Executor(machine, None)(asked)
        zeros[idle] = sum(n for key, n in counts.items() if key[-1] == "0") / 8000
    noise = 5 * np.sqrt(0.25 / 8000)
    assert zeros["waits"] < zeros["ignored"] - noise
    # Relaxation has no memory, so pulses cannot undo it: they cost their own errors at best.
    assert zeros["XX"] < zeros["ignored"] - noise
    device = fake_device("manila")
    compiled = transpile(uneven(), device, optimization_level=1, seed_transpiler=0)
    ops = {idle: padded([compiled], "manila", idle)[0].count_ops() for idle in ("waits", "XX")}
    assert ops["waits"]["delay"] > 0
    assert ops["XX"]["x"] >= ops["waits"].get("x", 0) + 2


def test_exact_values_know_waiting_and_where_qubits_lie() -> None:
    circuit = uneven().remove_final_measurements(inplace=False)
    observables = (SparsePauliOp("IIZ"),)
    values = [
        Executor(Aer(noise="manila", idle=idle), None)(Expectation(circuit, observables))[0].value
        for idle in ("ignored", "waits", "XX")
    ]
    assert 1 > values[0] > values[1] > 0
    assert 1 > values[0] > values[2] > 0


def test_what_has_no_meaning_is_refused() -> None:
    with pytest.raises(UsageError, match="give noise as well"):
        registry.backend("aer", {"idle": "XX"})
    branching = QuantumCircuit(2, 2)
    branching.h(0)
    branching.measure(0, 0)
    with branching.if_test((branching.clbits[0], 1)):
        branching.x(1)
    branching.measure(1, 1)
    with pytest.raises(BackendUnavailable, match="branches"):
        Aer(noise="manila", idle="XX").run(SampleCircuits((branching,), 10, 0))


def test_an_exact_value_behind_a_measurement_is_refused_not_one_of_two() -> None:
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    observables = (SparsePauliOp("Z"),)
    for program in (Expectation(circuit, observables), Estimate(circuit, observables, None, 0)):
        with pytest.raises(BackendUnavailable, match="measures or resets"):
            Executor(Aer(), None)(program)


@pytest.mark.parametrize("twin", ["iqm/fake_adonis", "aqt/offline_noisy"])
def test_a_vendor_s_twin_and_aer_with_the_noise_it_tells_agree(twin: str) -> None:
    needs(twin.partition("/")[0])
    circuit = ghz(3)
    tables = [
        Executor(registry.backend(name), None)(SampleCircuits((circuit,), 2000, 1))[0]
        for name in (twin, f"aer noise={twin}", "aer")
    ]
    own, ours, ideal = [(t.get("000", 0) + t.get("111", 0)) / 2000 for t in tables]
    assert ideal == 1
    assert ours < 0.995
    assert abs(own - ours) < 4 * (2 * own * (1 - own) / 2000) ** 0.5 + 0.01


def test_noise_of_no_twin_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = SampleCircuits((ghz(2),), 10, 1)
    with pytest.raises(UsageError, match="no vendor named 'nobody'"):
        Executor(Aer(noise="nobody/fake"), None)(asked)
    with pytest.raises(BackendUnavailable, match="IQM has iqm/fake_adonis"):
        Executor(Aer(noise="iqm/garnet"), None)(asked)
    monkeypatch.setenv("USECASES_VENDORS", str(tmp_path))
    monkeypatch.setattr(noise, "process", lambda name: Process(vendor(name)))
    with pytest.raises(BackendUnavailable, match="usecases backends add iqm"):
        told.__wrapped__("iqm/fake_adonis")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"probabilities": (0.9, 0.2)}, "sum to one"),
        ({"probabilities": (1.1, -0.1)}, "sum to one"),
        ({"gate_qubits": ((2,),)}, "does not have"),
        ({"operations": ("move",)}, "does not compile to"),
        ({"instructions": ()}, "other numbers"),
    ],
)
def test_a_told_model_that_is_no_noise_is_refused(change: dict[str, object], why: str) -> None:
    steps = [[{"name": "id", "qubits": [0]}], [{"name": "x", "qubits": [0]}]]
    fault = {"type": "qerror", "operations": ["r"], "instructions": steps}
    good = fault | {"probabilities": [0.9, 0.1], "gate_qubits": [[0]]}
    ToldNoise.model_validate({"qubits": 2, "gates": {"r": [[0], [1]]}, "errors": [good]})
    with pytest.raises(ValidationError, match=why):
        ToldNoise.model_validate(
            {"qubits": 2, "gates": {"r": [[0], [1]]}, "errors": [good | change]}
        )
