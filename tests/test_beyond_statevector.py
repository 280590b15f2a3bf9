"""Light cones and matrix product states give what a statevector gives, and say where they stop."""

import math
import sys

import networkx as nx
import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector
from qiskit_aer import AerSimulator
from scipy.optimize import minimize

from tests.helpers import record, third_party
from usecases import registry
from usecases.backends.aer import Aer
from usecases.backends.lightcone import LightCone
from usecases.backends.mps import MPS
from usecases.contracts import Backend
from usecases.errors import BackendUnavailable, MissingExtra, TooLarge
from usecases.executor import Executor
from usecases.models import Ising
from usecases.programs import (
    AlternatingEnergy,
    AlternatingSamples,
    AlternatingState,
    Expectation,
    Program,
    SampleCircuits,
    XMixer,
)
from usecases.testing import check_backend


def execute(backend: Backend, program: Program) -> tuple[object, dict[str, str]]:
    """The result, and what the machine says about how it came by it."""
    executor = Executor(backend, backend)
    return executor(program), executor.provenance


def ising(n: int, terms: dict[tuple[int, ...], float]) -> Ising:
    return Ising(tuple(f"v{i}" for i in range(n)), terms)


def cut(graph: nx.Graph) -> Ising:
    """The number of edges between the two sides."""
    pairs = {tuple(sorted(edge)): -0.5 for edge in graph.edges}
    return ising(len(graph), {(): graph.number_of_edges() / 2, **pairs})


def rough(n: int, seed: int) -> Ising:
    """Random weights on a 3-regular graph, with fields and with terms of degree 3 and 4."""
    rng = np.random.default_rng(seed)
    graph = nx.random_regular_graph(3, n, seed=seed)
    keys = [*map(tuple, map(sorted, graph.edges)), (0,), (n - 1,), (1, 4, 7), (0, 2, 5, n - 1)]
    return ising(n, {(): 0.7, (3,): 0.0, **{key: float(rng.normal()) for key in keys}})


def angles(layers: int, seed: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=layers).tolist()), tuple(rng.normal(size=layers).tolist())


def energy(cost: Ising, gammas: tuple[float, ...], betas: tuple[float, ...]) -> AlternatingEnergy:
    return AlternatingEnergy(AlternatingState(cost, XMixer(), gammas, betas))


@pytest.mark.parametrize("name", ["lightcone", "mps"])
def test_they_keep_their_contract(name: str) -> None:
    assert check_backend(registry.backend(name)) == []


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
@pytest.mark.parametrize("cost", [cut(nx.random_regular_graph(3, 14, seed=2)), rough(12, 5)])
def test_light_cones_agree_with_the_statevector(cost: Ising, layers: int) -> None:
    program = energy(cost, *angles(layers, layers))
    found, how = execute(LightCone(), program)
    expected, _ = execute(Aer(), program)
    assert found.value == pytest.approx(expected.value, abs=1e-9)
    assert how["lightcone.truncation"] == "0"


@pytest.mark.parametrize(
    "graph",
    [
        nx.random_regular_graph(3, 100, seed=1),
        nx.connected_watts_strogatz_graph(100, 6, 0.3, seed=1),  # uneven, with many triangles
    ],
)
def test_one_layer_follows_the_closed_form_for_cuts(graph: nx.Graph) -> None:
    """Wang, Hadfield, Jiang, Rieffel 2018, arXiv:1706.02998, theorem 1; their β is our −β."""
    gamma, beta = 0.6, 0.35
    expected = 0.0
    for u, v in graph.edges:
        f = len(set(graph[u]) & set(graph[v]))
        d, e = graph.degree[u] - 1, graph.degree[v] - 1
        expected += 0.5
        expected += (
            math.sin(4 * beta) * math.sin(gamma) / 4 * (math.cos(gamma) ** d + math.cos(gamma) ** e)
        )
        expected -= (math.sin(2 * beta) ** 2 / 4 * math.cos(gamma) ** (d + e - 2 * f)) * (
            1 - math.cos(2 * gamma) ** f
        )
    found, _ = execute(LightCone(), energy(cut(graph), (gamma,), (-beta,)))
    assert found.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_ring_is_cut_as_well_as_is_known(layers: int) -> None:
    """(2p + 1) / (2p + 2) of the edges at best: Mbeng, Fazio, Santoro 2019, arXiv:1906.08948."""
    small = cut(nx.cycle_graph(2 * layers + 2))
    machine = LightCone()

    def uncut(point: np.ndarray) -> float:
        gammas, betas = np.split(point, 2)
        program = energy(small, tuple(gammas.tolist()), tuple(betas.tolist()))
        return 1.0 - execute(machine, program)[0].value / (2 * layers + 2)

    steps = (np.arange(layers) + 0.5) / layers
    best = minimize(uncut, np.concatenate([1.2 * steps, 0.8 * (steps - 1)]), method="BFGS").x
    gammas, betas = (tuple(half.tolist()) for half in np.split(best, 2))
    found, how = execute(machine, energy(cut(nx.cycle_graph(200)), gammas, betas))
    assert found.value / 200 == pytest.approx((2 * layers + 1) / (2 * layers + 2), abs=1e-6)
    assert how["lightcone.variables"] == str(2 * layers + 2)


def test_three_layers_on_two_hundred_variables_stay_narrow() -> None:
    cost = cut(nx.random_regular_graph(3, 200, seed=1))
    found, how = execute(LightCone(), energy(cost, (0.55, 0.62, 0.7), (-0.5, -0.35, -0.2)))
    assert 0.75 < found.value / 300 < 1
    assert how["lightcone.variables"] == "30"
    assert 8 <= int(how["lightcone.width"]) <= 16


def test_wide_cones_are_refused_with_a_way_out() -> None:
    dense = energy(cut(nx.complete_graph(60)), *angles(2, 0))
    with pytest.raises(TooLarge, match=r"depends on 60 variables.*fewer layers"):
        execute(LightCone(), dense)


def test_one_layer_is_narrow_however_dense_the_cost() -> None:
    _, how = execute(LightCone(), energy(cut(nx.complete_graph(18)), *angles(1, 0)))
    assert how["lightcone.variables"] == "18"
    assert int(how["lightcone.width"]) <= 5


def test_light_cones_give_no_shots() -> None:
    state = energy(rough(8, 1), *angles(1, 0)).state
    for program in (AlternatingEnergy(state, shots=10), AlternatingSamples(state, 10, 1)):
        with pytest.raises(BackendUnavailable, match="-b mps --train-on lightcone"):
            execute(LightCone(), program)


def test_light_cones_name_the_extra_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cotengra", None)
    with pytest.raises(MissingExtra, match=r"cotengra.*\[tensor\]"):
        execute(LightCone(), energy(rough(8, 2), *angles(1, 0)))


def entangling(qubits: int, seed: int, strength: float) -> QuantumCircuit:
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(qubits)
    circuit.h(range(qubits))
    for _ in range(6 * qubits):
        a, b = rng.permutation(qubits)[:2].tolist()
        circuit.rx(float(rng.normal()), a)
        circuit.rzz(float(strength * rng.normal()), a, b)
    circuit.cx(0, qubits - 1)
    circuit.swap(1, 2)
    return circuit


def test_an_ample_bond_is_exact() -> None:
    circuit = entangling(10, 3, 1.0)
    rng = np.random.default_rng(3)
    labels = ["".join(rng.choice(list("IXYZ"), 10)) for _ in range(12)]
    observable = SparsePauliOp(labels, rng.normal(size=12))
    exact = Statevector(circuit).expectation_value(observable).real
    (found,), how = execute(MPS(bond=32), Expectation(circuit, (observable,)))
    assert found.value == pytest.approx(exact, abs=1e-9)
    assert (how["mps.truncation"], how["mps.truncations"]) == ("0", "0")


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_chains_agree_with_the_statevector(layers: int) -> None:
    program = energy(rough(10, 4), *angles(layers, layers))
    found, _ = execute(MPS(), program)
    expected, _ = execute(Aer(), program)
    assert found.value == pytest.approx(expected.value, abs=1e-9)


CASES = [(s, bond, seed) for s in (0.05, 0.2, 1.0) for bond in (1, 2, 4, 6) for seed in range(3)]


def test_the_truncation_reported_covers_the_true_one() -> None:
    """The fidelity with the exact state is itself an expectation value of the state kept."""
    telling = 0
    for strength, bond, seed in CASES:
        circuit = entangling(6, seed, strength)
        exact = Statevector(circuit)
        projector = SparsePauliOp.from_operator(Operator(exact.to_operator()))
        sums = SparsePauliOp(["ZZIIII", "IIXXII", "IYIIIY"], [1.0, 0.5, 0.7])
        spread = float(np.ptp(np.linalg.eigvalsh(sums.to_matrix())))
        (fidelity, value), how = execute(MPS(bond=bond), Expectation(circuit, (projector, sums)))
        reported = float(how["mps.truncation"])
        assert int(how["mps.truncations"]) > 0
        assert 1 - fidelity.value <= reported * 1.005 + 1e-9  # it is printed with three digits
        error = abs(value.value - exact.expectation_value(sums).real)
        assert error <= spread * math.sqrt(reported * 1.005) + 1e-9
        telling += 1e-6 < 1 - fidelity.value < reported < 0.5
    assert telling >= 5


def test_a_threshold_truncates_too() -> None:
    program = Expectation(entangling(8, 1, 0.3), (SparsePauliOp("ZZIIIIII"),))
    _, loose = execute(MPS(threshold=1e-4), program)
    _, tight = execute(MPS(), program)
    assert float(loose["mps.truncation"]) > 1e-5 > float(tight["mps.truncation"])


def chain(qubits: int) -> SampleCircuits:
    circuit = QuantumCircuit(qubits)
    circuit.h(0)
    for qubit in range(1, qubits):
        circuit.cx(qubit - 1, qubit)
    circuit.measure_all()
    return SampleCircuits((circuit,), 200, 5)


def test_the_decomposition_that_can_end_the_process_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With LAPACK, Aer died of one layer on 80 densely coupled qubits: a segmentation fault."""
    asked = []
    run = AerSimulator.run

    def spied(self: AerSimulator, *words: object, **options: object) -> object:
        asked.append(self.options.mps_lapack)
        return run(self, *words, **options)

    monkeypatch.setattr(AerSimulator, "run", spied)
    execute(MPS(bond=2), chain(3))
    assert asked
    assert not any(asked)


def test_a_hundred_entangled_qubits() -> None:
    (counts,), how = execute(MPS(bond=2), chain(100))
    assert set(counts) == {"0" * 100, "1" * 100}
    assert how["mps.truncation"] == "0"
    (counts,), how = execute(MPS(bond=1), chain(100))
    assert len(counts) == 1
    assert float(how["mps.truncation"]) == pytest.approx(0.5)


def test_what_other_jobs_truncated_is_not_reported() -> None:
    first = execute(MPS(bond=1), chain(5))[1]
    execute(MPS(bond=2), energy(rough(8, 6), *angles(2, 1)))
    assert execute(MPS(bond=1), chain(5))[1] == first


def test_samples_of_a_chain_follow_the_state() -> None:
    circuit = entangling(4, 7, 1.0)
    p = np.abs(Statevector(circuit).data) ** 2
    shots = 20_000
    program = SampleCircuits((circuit.measure_all(inplace=False),), shots, 3)
    (counts,), _ = execute(MPS(), program)
    found = np.array([counts.get(format(k, "04b"), 0) for k in range(16)])
    chi2 = float(((found - shots * p) ** 2 / (shots * p)).sum())
    assert chi2 < 45  # 15 degrees of freedom: exceeded once in 10 000 fair trials


def test_a_bond_that_memory_cannot_hold_is_refused() -> None:
    assert MPS(bond=2).holds() > 10_000
    with pytest.raises(TooLarge, match=r"200 qubits and holds at most \d\d here"):
        execute(MPS(bond=65_536), chain(200))


def test_train_on_light_cones_and_sample_from_a_chain() -> None:
    path = third_party() / "uneven.json"
    path.write_text('{"loads": [100, 10, 35, 55]}')
    found = record(
        *("bin_lorries", "-i", path, "-a", "qaoa", "-b", "mps", "--train-on", "lightcone"),
        *("--shots", 200),
        path=third_party(),
    )
    bits = [found["answer"]["value"][f"s{i}"] for i in range(4)]
    assert bits in ([1, 0, 0, 0], [0, 1, 1, 1])
    assert {c["backend"] for c in found["calls"]} == {"lightcone", "mps"}
    assert found["provenance"]["mps.truncation"] == "0"
