"""The variational eigensolver on small Hamiltonians, trained among determinants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from life_science.ground_state import INSTANCES, active, example, model, nitrogen
from usecases.algorithms.adapt_vqe import AdaptVQE
from usecases.algorithms.vqe import VQE
from usecases.ansatze import uccsd
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.contracts import Backend, Outcome
from usecases.executor import Executor
from usecases.models import FermionicHamiltonian
from usecases.programs import FermionicEnergy, FermionicGradient, Program
from usecases.solvers.fci import ground_energy

CHEMICAL_ACCURACY = 1.6e-3


class Watched(Executor):
    """The determinants' simulator, with an eye on what it is asked for."""

    def __init__(self, answers: Backend | None = None) -> None:
        super().__init__(answers or Determinants(), Determinants())
        self.trained = 0
        self.final: list[FermionicEnergy] = []

    def __call__(self, program: Program[Any]) -> Any:
        assert isinstance(program, FermionicEnergy)
        self.final.append(program)
        return super().__call__(program)

    def train(self, program: Program[Any]) -> Any:
        assert isinstance(program, FermionicGradient)
        self.trained += 1
        return super().train(program)


def solved(h: FermionicHamiltonian, seed: int = 0, **settings: Any) -> Outcome[Any]:
    (outcome,) = VQE(**settings).solve(h, Watched(), np.random.default_rng(seed))
    return outcome


@pytest.mark.parametrize("name", ["demo", "h2-0.5", "h2-1.0", "h2-1.5", "h2-2.0", "h2-2.5"])
def test_hydrogen_is_exact(name: str) -> None:
    h = model(INSTANCES[name]())
    outcome = solved(h)
    assert outcome.energy == pytest.approx(ground_energy(h), abs=1e-8)
    assert outcome.value.energy == outcome.energy
    assert outcome.stderr == 0
    assert (outcome.value.alpha, outcome.value.beta) == pytest.approx((1, 1), abs=1e-9)


@pytest.mark.parametrize("name", ["lih-2e3o", "lih", "h4", "h2o-4e4o", "beh2"])
def test_small_molecules_are_chemically_accurate(name: str) -> None:
    h = model(INSTANCES[name]())
    above = solved(h).energy - ground_energy(h)
    assert -1e-9 < above < CHEMICAL_ACCURACY


@pytest.mark.parametrize("length", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_adapt_keeps_up_where_the_triple_bond_breaks(length: float) -> None:
    h = model(nitrogen(length, active=active(6, 6)))
    (outcome,) = AdaptVQE().solve(h, Watched(), np.random.default_rng(0))
    assert -1e-9 < outcome.energy - ground_energy(h) < CHEMICAL_ACCURACY


def test_coupled_cluster_does_not_keep_up_and_says_so() -> None:
    h = model(nitrogen(2.0, active=active(6, 6)))
    assert solved(h).energy - ground_energy(h) > CHEMICAL_ACCURACY


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
    assert len(uccsd(h).factors) < 2 * 2 + 4  # singles of each spin, and pairs
    assert solved(h).energy == pytest.approx(ground_energy(h), abs=1e-7)


def test_mirror_images_share_a_parameter_in_singlets_only() -> None:
    factors = uccsd(model(INSTANCES["h4"]())).factors
    for factor in factors:
        image = {(p + 4) % 8 for p in factor.generator.orbitals}
        (partner,) = [f for f in factors if set(f.generator.orbitals) == image]
        assert (partner.parameter, partner.weight) == (factor.parameter, factor.weight)
    doublet = uccsd(model(example(3, 0)))
    assert doublet.size == len(doublet.factors)


def test_the_seed_decides_everything_and_training_is_bounded() -> None:
    h = model(INSTANCES["h4"]())
    counts = []
    for seed in (3, 3, 4):
        machine = Watched()
        VQE(iterations=1).solve(h, machine, np.random.default_rng(seed))
        counts.append((machine.trained, machine.final[0].key()))
    assert counts[0] == counts[1]
    assert counts[0][1] != counts[2][1]
    assert counts[0][0] < 60


def test_shots_reach_the_final_energy_only() -> None:
    h = model(INSTANCES["demo"]())
    machine = Watched(Aer())
    (outcome,) = VQE(shots=10_000).solve(h, machine, np.random.default_rng(0))
    (program,) = machine.final
    assert program.shots == 10_000
    assert outcome.stderr
    assert abs(outcome.energy - ground_energy(h)) < 4 * outcome.stderr


def test_settings_are_bounded() -> None:
    for wrong in ({"iterations": 0}, {"shots": 0}, {"iterations": 10**9}, {"layers": 1}):
        with pytest.raises(ValidationError):
            VQE.model_validate(wrong)
