"""The variational eigensolver on small Hamiltonians, with a statevector for a machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.ground_state import INSTANCES, example, model
from usecases.algorithms.vqe import VQE, tied_parameters
from usecases.contracts import Outcome
from usecases.models import FermionicHamiltonian
from usecases.programs import UCCSD, Estimate, Estimated, FermionicEnergy, Program
from usecases.solvers.fci import ground_energy

CHEMICAL_ACCURACY = 1.6e-3


class Statevectors:
    """Lowers a program to circuits and computes their expectation values."""

    def __init__(self) -> None:
        self.trained = 0
        self.final: list[Estimate] = []

    def __call__(self, program: Program[Any]) -> Any:
        assert isinstance(program, Estimate)
        self.final.append(program)
        return _values(program)

    def train(self, program: Program[Any]) -> Any:
        assert isinstance(program, FermionicEnergy)
        assert program.shots is None
        self.trained += 1
        lowered = program.lower()
        return lowered.back(_values(lowered.program))


def _values(program: Estimate) -> list[Estimated]:
    from qiskit.quantum_info import Statevector

    state = Statevector(program.circuit)
    return [Estimated(float(state.expectation_value(o).real), 0.0) for o in program.observables]


def solved(h: FermionicHamiltonian, seed: int = 0, **settings: Any) -> Outcome[Any]:
    (outcome,) = VQE(**settings).solve(h, Statevectors(), np.random.default_rng(seed))
    return outcome


@pytest.mark.parametrize("name", ["demo", "h2-0.5", "h2-1.0", "h2-1.5", "h2-2.0", "h2-2.5"])
def test_hydrogen_is_exact(name: str) -> None:
    h = model(INSTANCES[name]())
    outcome = solved(h)
    assert outcome.energy == pytest.approx(ground_energy(h), abs=1e-8)
    assert outcome.value.energy == outcome.energy
    assert outcome.stderr == 0
    assert (outcome.value.alpha, outcome.value.beta) == pytest.approx((1, 1), abs=1e-9)


@pytest.mark.parametrize("name", ["lih-2e3o", "h4", "h2o-4e4o"])
def test_small_molecules_are_chemically_accurate(name: str) -> None:
    h = model(INSTANCES[name]())
    above = solved(h).energy - ground_energy(h)
    assert -1e-9 < above < CHEMICAL_ACCURACY


def test_an_open_shell() -> None:
    h = model(example(3, 1))
    outcome = solved(h)
    assert -1e-9 < outcome.energy - ground_energy(h) < CHEMICAL_ACCURACY
    assert (outcome.value.alpha, outcome.value.beta) == pytest.approx((2, 1), abs=1e-9)


def test_nothing_to_train() -> None:
    h = model(example(1, 0))
    assert solved(h).energy == pytest.approx(h.constant + h.one_body[0, 0], abs=1e-12)


def test_symmetry_leaves_excitations_out_without_loss() -> None:
    h = model(INSTANCES["lih-2e3o"]())
    full, kept = UCCSD(3, 1, 1), UCCSD.of(h)
    assert set(kept.excitations) < set(full.excitations)
    assert kept.excitations == tuple(e for e in full.excitations if e in kept.excitations)
    assert solved(h).energy == pytest.approx(ground_energy(h), abs=1e-7)


def test_mirror_images_share_a_parameter_in_singlets_only() -> None:
    h = model(INSTANCES["h4"]())
    ansatz = UCCSD.of(h)
    tied = tied_parameters(h, ansatz)
    for excitation, free in zip(ansatz.excitations, tied, strict=True):
        image = {(p + 4) % 8 for p in excitation.occupied + excitation.virtual}
        partner = next(
            i for i, e in enumerate(ansatz.excitations) if set(e.occupied + e.virtual) == image
        )
        assert tied[partner] == free
    doublet = model(example(3, 0))
    assert tied_parameters(doublet, UCCSD.of(doublet)).tolist() == list(
        range(UCCSD.of(doublet).size)
    )


def test_the_seed_decides_everything_and_training_is_bounded() -> None:
    h = model(INSTANCES["h4"]())
    counts = []
    for seed in (3, 3, 4):
        machine = Statevectors()
        VQE(iterations=1).solve(h, machine, np.random.default_rng(seed))
        counts.append((machine.trained, machine.final[0].key()))
    assert counts[0] == counts[1]
    assert counts[0][1] != counts[2][1]
    assert counts[0][0] < 60


def test_shots_reach_the_final_estimate_only() -> None:
    machine = Statevectors()
    VQE(shots=1000).solve(model(INSTANCES["demo"]()), machine, np.random.default_rng(0))
    (program,) = machine.final
    assert program.shots == 1000
    assert len(program.observables) == 3


def test_settings_are_bounded() -> None:
    for wrong in ({"iterations": 0}, {"shots": 0}, {"iterations": 10**9}, {"layers": 1}):
        with pytest.raises(ValidationError):
            VQE.model_validate(wrong)
