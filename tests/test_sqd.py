"""Sample-based diagonalisation: bounds from above, exact where everything is sampled."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from usecases import registry
from usecases.algorithms.sqd import SQD, uniform
from usecases.backends.aer import Aer
from usecases.backends.determinants import Determinants
from usecases.backends.ffsim import FFSim
from usecases.contracts import Backend, Subspace
from usecases.errors import MissingExtra, Unsolvable
from usecases.executor import Executor
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import ground_energy

CASE = registry.usecase("life_science/ground_state")


def molecule(name: str, **changes: Any) -> FermionicHamiltonian:
    found = CASE.instances[name]()
    model: FermionicHamiltonian = CASE.model(type(found)(**found.model_dump() | changes))
    return model


def nitrogen(length: float) -> FermionicHamiltonian:
    atoms = [{"symbol": "N", "x": 0.0, "y": 0.0, "z": z} for z in (0.0, length)]
    return molecule("n2-6e6o", atoms=atoms)


def solved(
    h: FermionicHamiltonian, machine: Backend | None = None, seed: int = 0, **settings: Any
) -> Subspace:
    machine = machine or FFSim()
    executor = Executor(machine, machine)
    (outcome,) = SQD(**settings).solve(h, executor, np.random.default_rng(seed))
    assert outcome.energy == outcome.value.energy
    assert executor.improvements[-1].energy == pytest.approx(outcome.energy)
    found: Subspace = outcome.value
    return found


@pytest.mark.parametrize("length", [1.0, 2.0])
def test_nitrogen_is_within_chemical_accuracy(length: float) -> None:
    h = nitrogen(length)
    found, exact = solved(h), ground_energy(h)
    assert exact - 1e-8 < found.energy < exact + 1.6e-3


@pytest.mark.parametrize("samples", ["lucj", "uniform"])
def test_all_strings_give_the_exact_energy(samples: str) -> None:
    h = nitrogen(1.1)
    found = solved(h, samples=samples)
    assert found.determinants == 20**2
    assert found.energy == pytest.approx(ground_energy(h), abs=1e-8)


def test_a_larger_space_is_lower_and_chance_is_higher() -> None:
    h = nitrogen(1.1)
    exact = ground_energy(h)
    energies = [solved(h, strings=n).energy for n in (5, 12)]
    assert exact < energies[1] < energies[0]
    random = solved(h, strings=12, samples="uniform", shots=40, batch=20, rounds=1)
    assert random.determinants == 12**2
    assert random.energy > energies[1]


def test_unfitted_amplitudes_repeat_the_reference() -> None:
    h = nitrogen(1.1)
    plain, fitted = (solved(h, fitted=n) for n in (0, 100))
    assert plain.determinants < fitted.determinants
    assert fitted.energy < plain.energy


def test_open_shells() -> None:
    line = [{"symbol": "H", "x": 0.0, "y": 0.0, "z": 0.9 * k} for k in range(5)]
    h = molecule("h4", atoms=line, multiplicity=2)
    assert (h.alpha, h.beta) == (3, 2)
    exact = ground_energy(h)
    found = solved(h, layers=4, connectivity="all", fitted=0)
    assert exact - 1e-8 < found.energy < exact + 5e-3


def test_random_determinants_are_uniform() -> None:
    h = molecule("h4", multiplicity=3)
    shots = uniform(h, 36_000, np.random.default_rng(0))
    m = h.orbitals
    assert (shots[:, m:].sum(axis=1) == h.alpha).all()
    assert (shots[:, :m].sum(axis=1) == h.beta).all()
    _, counts = np.unique(shots, axis=0, return_counts=True)
    assert len(counts) == 4 * 4
    expected = 36_000 / len(counts)
    assert ((counts - expected) ** 2 / expected).sum() < 45  # 15 degrees of freedom


def test_other_machines_sample_the_same_state() -> None:
    h = nitrogen(1.1)
    energies = [solved(h, machine).energy for machine in (FFSim(), Determinants())]
    assert energies == pytest.approx([ground_energy(h)] * 2, abs=1e-6)


def test_noisy_shots_are_repaired() -> None:
    h = molecule("h2-1.5")
    found = solved(h, Aer(noise="guadalupe"), shots=500, fitted=0)
    assert found.energy == pytest.approx(ground_energy(h), abs=1e-8)


def test_a_seed_reproduces() -> None:
    h = nitrogen(1.1)
    settings = {"strings": 12, "batch": 8, "batches": 1, "rounds": 1}
    assert solved(h, **settings) == solved(h, **settings)
    assert solved(h, **settings) != solved(h, seed=1, **settings)


def test_what_cannot_be_sampled_is_told() -> None:
    lone = FermionicHamiltonian(0.0, np.diag([0.0, 1.0]), np.zeros((2,) * 4), 1, 0, 2)
    with pytest.raises(Unsolvable, match=r"one spin has no electrons.*exact"):
        solved(lone)
    full = FermionicHamiltonian(0.0, np.diag([0.0, 1.0]), np.zeros((2,) * 4), 2, 2)
    with pytest.raises(Unsolvable, match=r"no state to sample.*samples=uniform"):
        solved(full)
    assert solved(full, samples="uniform", shots=100).energy == pytest.approx(2.0, abs=1e-9)


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qiskit_addon_sqd.fermion", None)
    with pytest.raises(MissingExtra, match=r"qiskit-addon-sqd.*\[chemistry\]"):
        solved(molecule("demo"), shots=10)
