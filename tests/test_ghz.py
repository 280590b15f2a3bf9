"""The GHZ fidelity: exact for every state, and its interval holds what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qiskit.quantum_info import DensityMatrix, Statevector, random_density_matrix, state_fidelity

from tests.helpers import needs
from usecases import ghz
from usecases.errors import BudgetExceeded, StillQueued, UsageError
from usecases.registry import backend


def measured(state: DensityMatrix, shots: int, seed: int) -> list[dict[str, int]]:
    """Counts of the fidelity's circuits behind a state of our own."""
    rng = np.random.default_rng(seed)
    n = state.num_qubits
    made = ghz.program(n, shots, 0)
    bell = made.circuits[0].remove_final_measurements(inplace=False)
    tables = []
    for circuit, each in zip(made.circuits, made.each, strict=True):
        turned = bell.inverse().compose(circuit.remove_final_measurements(inplace=False))
        p = np.abs(state.evolve(turned).probabilities())
        counts = rng.multinomial(each, p / p.sum())
        tables.append({f"{k:0{n}b}": int(c) for k, c in enumerate(counts) if c})
    return tables


@pytest.mark.parametrize("n", [2, 3, 4])
def test_it_is_exact_for_any_state(n: int) -> None:
    target = Statevector(np.eye(2**n)[0] + np.eye(2**n)[-1]) / np.sqrt(2)
    mixed = 0.6 * DensityMatrix(target).data + 0.4 * random_density_matrix(2**n, seed=n).data
    state = DensityMatrix(mixed)
    found = ghz.of_counts(measured(state, 4_000_000, n))
    assert found.value == pytest.approx(state_fidelity(state, target), abs=5 * found.stderr)
    assert found.stderr < 1e-3


@pytest.mark.parametrize("share", [0.98, 0.7])
def test_the_interval_holds_the_fidelity_as_often_as_it_says(share: float) -> None:
    n = 3
    target = Statevector(np.eye(2**n)[0] + np.eye(2**n)[-1]) / np.sqrt(2)
    state = DensityMatrix(share * DensityMatrix(target).data + (1 - share) * np.eye(2**n) / 2**n)
    true = share + (1 - share) / 2**n
    made = [ghz.of_counts(measured(state, 300, seed)).interval for seed in range(200)]
    held = np.mean([low <= true <= high for low, high in made])
    assert held >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(made))


def test_machines_are_told_apart_and_a_twin_is_not() -> None:
    ideal = ghz.fidelity(backend("aer"), 3)
    noisy = ghz.fidelity(backend("aer noise=manila"), 3, seed=1)
    again = ghz.fidelity(backend("aer", {"noise": "manila"}), 3, seed=2)
    assert ideal.value == 1.0
    assert ideal.interval[0] < 1.0  # shots that are all alike are not certain
    assert noisy.differs(ideal) < -5
    assert abs(again.differs(noisy)) < 3.5
    with pytest.raises(UsageError, match="at least 2"):
        ghz.fidelity(backend("aer"), 1)
    with pytest.raises(UsageError, match="Give at least 45"):
        ghz.fidelity(backend("aer"), 3, shots=20)


@pytest.mark.usefixtures("municipality")
def test_on_a_machine_that_bills_it_is_capped_left_and_paid_once(tmp_path: Path) -> None:
    (tmp_path / "machine.json").write_text('{"price": 0.01, "polls": 1}')
    spool = backend("spool", {"folder": str(tmp_path)})
    with pytest.raises(BudgetExceeded, match="no cap"):
        ghz.fidelity(spool, 2, 90)
    with pytest.raises(StillQueued):
        ghz.fidelity(spool, 2, 90, max_cost=1.0, max_wait=0.0)
    assert [ghz.fidelity(spool, 2, 90, max_cost=1.0).value for _ in range(2)] == [1.0, 1.0]
    assert len([*tmp_path.glob("*.job")]) == 1


def test_a_twin_without_noise_prepares_it_perfectly() -> None:
    """QDK's own compiler, run on compiled circuits, turned some of these parities around."""
    needs("qdk")
    assert ghz.fidelity(backend("qdk/sparse"), 4, 1200).value == 1.0


def test_populations_take_a_third_of_the_shots_at_most() -> None:
    assert ghz.program(3, 6000, 0).each == (1998, 1334, 1334, 1334)  # AQT takes 2000 of a circuit
