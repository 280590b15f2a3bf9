"""Machines keep their contract, and two independent simulators agree."""

import time

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector

from tests.helpers import record, usecases
from usecases import registry
from usecases.backends.aer import Aer
from usecases.backends.lightning import Lightning
from usecases.errors import BackendUnavailable, TooLarge, UnknownName
from usecases.executor import Executor
from usecases.lowering import lowered
from usecases.noise import fake_device
from usecases.programs import Expectation, SampleCircuits, SampleModel
from usecases.testing import check_backend


@pytest.mark.parametrize(
    ("name", "changes"),
    [("aer", {"noise": "manila"}), ("lightning", {}), ("neal", {}), ("pathintegral", {})],
)
def test_backends_keep_their_contract(name: str, changes: dict[str, object]) -> None:
    assert check_backend(registry.backend(name), changes) == []


def random_circuit(qubits: int, seed: int) -> QuantumCircuit:
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(qubits)
    single = ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx")
    for _ in range(12 * qubits):
        a, b = rng.permutation(qubits)[:2].tolist()
        kind = rng.integers(4)
        if kind == 0:
            getattr(circuit, str(rng.choice(single)))(a)
        elif kind == 1:
            getattr(circuit, str(rng.choice(["rx", "ry", "rz"])))(float(rng.normal()), a)
        elif kind == 2:
            getattr(circuit, str(rng.choice(["cx", "cz", "swap"])))(a, b)
        else:
            circuit.rzz(float(rng.normal()), a, b)
    return circuit


@pytest.mark.parametrize("seed", range(4))
def test_aer_and_lightning_agree_with_theory(seed: int) -> None:
    rng = np.random.default_rng(seed)
    circuit = random_circuit(5, seed)
    labels = ["".join(rng.choice(list("IXYZ"), 5)) for _ in range(12)]
    observable = SparsePauliOp(labels, rng.normal(size=12))
    exact = Statevector(circuit).expectation_value(observable).real
    program = Expectation(circuit, (observable,))
    values = [program.read(b.run(program).value)[0].value for b in (Aer(), Lightning())]
    assert values == pytest.approx([exact, exact], abs=1e-10)


@pytest.mark.parametrize("backend", [Aer(), Lightning()], ids=["aer", "lightning"])
def test_samples_follow_the_state(backend: Aer | Lightning) -> None:
    circuit = random_circuit(4, 7)
    p = np.abs(Statevector(circuit).data) ** 2
    shots = 20_000
    program = SampleCircuits((circuit.measure_all(inplace=False),), shots, 3)
    (counts,) = program.read(backend.run(program).value)
    found = np.array([counts.get(format(k, "04b"), 0) for k in range(16)])
    seen = p > 1e-12
    chi2 = float((((found - shots * p) ** 2)[seen] / (shots * p[seen])).sum())
    assert found[~seen].sum() == 0
    assert chi2 < 45  # 15 degrees of freedom: exceeded once in 10 000 fair trials


def test_noise_comes_from_the_recorded_machine_and_stays_simulated() -> None:
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    program = Expectation(circuit, (SparsePauliOp("ZZI"),))
    ideal = program.read(Aer().run(program).value)[0].value
    noisy = program.read(Aer(noise="manila").run(program).value)[0].value
    assert ideal == pytest.approx(1)
    assert 0.7 < noisy < 0.99
    assert Aer(noise="manila").source == "simulated"
    measured = SampleCircuits((circuit.measure_all(inplace=False),), 1000, 1)
    assert Aer(noise="manila").run(measured).circuits.compiled_two_qubit_gates >= 2


def test_noise_of_an_unknown_machine_offers_near_names() -> None:
    with pytest.raises(UnknownName, match="manila"):
        fake_device("manilla")


def test_noise_limits_the_size() -> None:
    with pytest.raises(TooLarge, match="has 5 qubits and not 6"):
        Aer(noise="manila").check(Expectation(QuantumCircuit(6), ()))
    with pytest.raises(TooLarge, match="--train-on aer"):
        Aer(noise="fez").check(Expectation(QuantumCircuit(9), ()))


def test_a_machine_refuses_what_it_cannot_run() -> None:
    with pytest.raises(BackendUnavailable, match="neal cannot run"):
        circuit = QuantumCircuit(1)
        circuit.measure_all()
        lowered(SampleCircuits((circuit,), 1, 0), registry.backend("neal"))
    with pytest.raises(BackendUnavailable, match="aer cannot run SampleModel"):
        lowered(SampleModel(None, 1, 0), Aer())  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["aer", "lightning"])
def test_sixty_qubits_are_refused_at_once_with_the_size_that_fits(backend: str) -> None:
    program = Expectation(QuantumCircuit(60), ())
    machine = registry.backend(backend)
    started = time.perf_counter()
    with pytest.raises(TooLarge, match=r"60 qubits and holds at most \d\d"):
        Executor(machine, machine)(program)
    assert time.perf_counter() - started < 1


def test_sixty_qubits_are_refused_by_the_command_in_one_line(tmp_path: object) -> None:
    from tests.helpers import third_party

    done = usecases("run", "bin_lorries", "-i", "size=60,seed=1", "-a", "qaoa", path=third_party())
    assert done.returncode == 4
    assert "holds at most" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("backend", ["aer", "lightning"])
def test_bit_order_end_to_end(backend: str) -> None:
    """An instance whose only optimum, read backwards, is another and worse answer."""
    from tests.helpers import third_party

    path = third_party() / "asymmetric.json"
    path.write_text('{"loads": [100, 10, 35, 55]}')
    found = record(
        *("bin_lorries", "-i", path, "-a", "qaoa", "-b", backend, "--shots", 200),
        path=third_party(),
    )
    bits = [found["answer"]["value"][f"s{i}"] for i in range(4)]
    assert bits in ([1, 0, 0, 0], [0, 1, 1, 1])
    assert found["score"]["objective"] == 0
    assert found["score"]["gap"] == 0
