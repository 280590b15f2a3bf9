"""Programs mean what their formulas say, and refuse results that cannot be theirs."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector
from scipy.linalg import expm

from usecases.errors import VerificationFailed
from usecases.models import Ising, all_bits
from usecases.programs import (
    AlternatingEnergy,
    AlternatingSamples,
    AlternatingState,
    Estimate,
    SampleCircuits,
    SampleModel,
    XMixer,
)


def random_cost(n: int, seed: int, degree: int) -> Ising:
    rng = np.random.default_rng(seed)
    masks = (tuple(i for i in range(n) if k >> i & 1) for k in range(2**n))
    terms = {m: float(rng.normal()) for m in masks if len(m) <= degree and rng.random() < 0.8}
    return Ising(tuple(f"v{i}" for i in range(n)), terms)


def by_matrices(state: AlternatingState) -> np.ndarray:
    """The alternating state by dense linear algebra, apart from a global phase."""
    n = len(state.cost.variables)
    flip = np.array([[0, 1], [1, 0]])
    mixer = sum(np.kron(np.kron(np.eye(2 ** (n - 1 - i)), flip), np.eye(2**i)) for i in range(n))
    energies = state.cost.energies(all_bits(n))
    psi = np.full(2**n, 2 ** (-n / 2), dtype=complex)
    for gamma, beta in zip(state.gammas, state.betas, strict=True):
        psi = expm(1j * beta * mixer) @ (np.exp(-1j * gamma * energies) * psi)
    return psi


@pytest.mark.parametrize("degree", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", [0, 1])
def test_alternating_circuits_prepare_the_state(degree: int, seed: int) -> None:
    cost = random_cost(5, seed, degree)
    state = AlternatingState(cost, XMixer(), (0.3, -0.7), (0.4, 0.2))
    psi = by_matrices(state)
    prepared = Statevector(state.circuit())
    assert abs(np.vdot(psi, prepared.data)) == pytest.approx(1, abs=1e-12)
    mean = float(np.abs(psi) ** 2 @ cost.energies(all_bits(5)))
    assert prepared.expectation_value(state.observable()).real == pytest.approx(mean, abs=1e-10)


def test_a_dense_cost_takes_no_more_than_a_gray_code() -> None:
    cost = random_cost(7, 3, 7)
    full = Ising(cost.variables, dict.fromkeys(_all_masks(7), 1.0))
    counts = AlternatingState(full, XMixer(), (0.1,), (0.1,)).circuit().count_ops()
    assert counts["cx"] + 2 * counts.get("rzz", 0) <= 2**7 + 2 * 7


def _all_masks(n: int) -> list[tuple[int, ...]]:
    return [tuple(i for i in range(n) if k >> i & 1) for k in range(2**n)]


def test_keys_follow_content() -> None:
    cost = random_cost(3, 0, 2)
    state = AlternatingState(cost, XMixer(), (0.3,), (0.4,))
    same = AlternatingState(random_cost(3, 0, 2), XMixer(), (0.3,), (0.4,))
    assert AlternatingEnergy(state).key() == AlternatingEnergy(same).key()
    others = [
        AlternatingEnergy(state, shots=10),
        AlternatingSamples(state, 10, 1),
        AlternatingSamples(state, 10, 2),
        AlternatingSamples(state, 11, 1),
        AlternatingEnergy(AlternatingState(cost, XMixer(), (0.3,), (0.5,))),
        AlternatingEnergy(AlternatingState(random_cost(3, 1, 2), XMixer(), (0.3,), (0.4,))),
    ]
    keys = {AlternatingEnergy(state).key(), *(p.key() for p in others)}
    assert len(keys) == 1 + len(others)


def test_estimates_from_shots_cover_the_exact_value() -> None:
    circuit = QuantumCircuit(3)
    circuit.ry(0.7, 0)
    circuit.cx(0, 2)
    circuit.rx(1.1, 1)
    observable = SparsePauliOp(["III", "ZIZ", "IXX", "YYI", "IIZ"], [0.5, 1.0, -0.7, 0.3, 0.2])
    exact = Statevector(circuit).expectation_value(observable).real
    inside = 0
    for seed in range(60):
        lowered = Estimate(circuit, (observable,), 1200, seed).lower()
        rng = np.random.default_rng(seed)
        asked = zip(lowered.program.circuits, lowered.program.each, strict=True)
        tables = [_sampled(c, shots, rng) for c, shots in asked]
        (found,) = lowered.back(lowered.program.read(tables))
        assert 0 < found.stderr < 0.2
        inside += abs(found.value - exact) <= 2 * found.stderr
    assert inside >= 51  # 95 % of 60, less three standard deviations


def _sampled(circuit: QuantumCircuit, shots: int, rng: np.random.Generator) -> dict[str, int]:
    bare = circuit.remove_final_measurements(inplace=False)
    p = np.abs(Statevector(bare).data) ** 2
    drawn = rng.multinomial(shots, p / p.sum())
    n = circuit.num_qubits
    return {format(k, f"0{n}b"): int(c) for k, c in enumerate(drawn) if c}


def test_constants_are_estimated_without_error() -> None:
    circuit = QuantumCircuit(1)
    lowered = Estimate(circuit, (SparsePauliOp("I", 2.5),), 10, 0).lower()
    (found,) = lowered.back(lowered.program.read([{"0": 10}]))
    assert found == (2.5, 0.0)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        [{"00": 5}, {"00": 5}],
        [{"00": 4}],
        [{"000": 5}],
        [{"0x": 5}],
        [{"00": 6, "01": -1}],
        [{"00": "many"}],
        [{"00": float("nan")}],
    ],
)
def test_impossible_counts_are_refused(raw: object) -> None:
    circuit = QuantumCircuit(2)
    circuit.measure_all()
    with pytest.raises(VerificationFailed):
        SampleCircuits((circuit,), 5, 0).read(raw)


@pytest.mark.parametrize("raw", [None, [["01", 2]], [["0", 3]], [["02", 3]], "01"])
def test_impossible_reads_are_refused(raw: object) -> None:
    from dimod import BinaryQuadraticModel

    model = BinaryQuadraticModel({"a": 1.0, "b": 1.0}, {}, 0.0, "BINARY")
    with pytest.raises(VerificationFailed):
        SampleModel(model, 3, 0).read(raw)
