"""Classical rivals on models whose optimum is known by enumeration that passes through dimod."""

from __future__ import annotations

import dimod
import numpy as np
import pytest

from tests.helpers import record
from tests.small_models import MODELS, enumerated, glass
from usecases import registry
from usecases.algorithms.tabu import Tabu
from usecases.algorithms.tempering import Tempering, ladder
from usecases.backends.pathintegral import PathIntegral
from usecases.contracts import Algorithm, Outcome
from usecases.executor import Executor
from usecases.models import BQM, all_bits, energies, variables
from usecases.programs import SampleModel


def solved(algorithm: Algorithm, model: BQM, seed: int = 0) -> list[Outcome[dict[str, int]]]:
    return algorithm.solve(model, Executor(None, None), np.random.default_rng(seed))


@pytest.mark.parametrize("algorithm", [Tabu(shots=5), Tempering(shots=5, exchanges=40)])
@pytest.mark.parametrize("name", MODELS)
def test_rivals_find_the_optimum_of_small_models(algorithm: Algorithm, name: str) -> None:
    model = MODELS[name]
    found = solved(algorithm, model)
    best = enumerated(model)
    size = max(map(abs, [*model.linear.values(), *model.quadratic.values()]))
    assert min(o.energy for o in found) == pytest.approx(best, abs=1e-9 * size)
    assert sum(o.count for o in found) == 5
    for outcome in found:
        assert set(outcome.value) == set(variables(model))
        sample = outcome.value
        if model.vartype is dimod.SPIN:
            sample = {v: 2 * bit - 1 for v, bit in sample.items()}
        assert outcome.energy == pytest.approx(model.energy(sample), abs=1e-9 * size)


@pytest.mark.parametrize("algorithm", [Tabu(shots=5), Tempering(shots=5)])
def test_rivals_follow_their_seed(algorithm: Algorithm) -> None:
    model = glass(7, 40)
    assert solved(algorithm, model, 1) == solved(algorithm, model, 1)


def test_every_setting_of_the_rivals_changes_their_work() -> None:
    """On a model so hard that searches cut short end apart."""
    model = glass(8, 60)
    hasty = {
        Tabu: {"shots": 6, "restarts": 0, "effort": 1},
        Tempering: {"shots": 6, "temperatures": 2, "exchanges": 1, "sweeps": 1},
    }
    for kind, settings in hasty.items():
        base = solved(kind(**settings), model)
        assert solved(kind(**settings), model, 1) != base
        for name, value in settings.items():
            assert solved(kind(**settings | {name: 20 * value + 2}), model) != base, name


def test_more_of_the_same_seed_is_no_worse() -> None:
    model = glass(9, 50)
    short, long = (solved(Tempering(shots=4, exchanges=k), model) for k in (2, 60))
    assert min(o.energy for o in long) <= min(o.energy for o in short)


def test_temperatures_follow_from_the_energies() -> None:
    for model in MODELS.values():
        betas = ladder(model, 8)
        assert len(betas) == 8
        assert (np.diff(betas) > 0).all()
        larger = BQM(model)
        larger.scale(1000.0)
        if any(model.linear.values()):
            assert ladder(larger, 8) * 1000 == pytest.approx(betas)
    two = BQM({"a": 0.0, "b": 0.0}, {("a", "b"): -1.0}, 0.0, "SPIN")
    hot, cold = ladder(two, 2)
    assert np.exp(-hot * 2.0) == pytest.approx(0.5)  # one flip costs at most 2
    assert 2 * np.exp(-cold * 2.0) == pytest.approx(0.01)


def test_tempered_copies_are_in_thermal_balance() -> None:
    """Two spins at two temperatures meet Boltzmann's law at both, exchanges included."""
    model = BQM({"a": 0.3, "b": -0.2}, {("a", "b"): -0.8}, 0.0, "SPIN")
    from usecases.algorithms import tempering

    betas = np.array([0.4, 1.1])
    rng = np.random.default_rng(5)
    bits = rng.integers(0, 2, (4000, 2, 2), dtype=np.int8)
    copies = tempering._copies(model, betas)
    for turn in range(12):
        bits = tempering._swept(copies, bits, 2, int(rng.integers(2**31)))
        found = energies(model, bits.reshape(-1, 2)).reshape(4000, 2)
        tempering._exchange(bits, found, betas, turn % 2, rng)
    for k, beta in enumerate(betas):
        weights = np.exp(-beta * energies(model, all_bits(2)))
        seen = np.bincount(bits[:, k] @ np.array([1, 2]), minlength=4) / 4000
        assert np.abs(seen - weights / weights.sum()).max() < 0.04


@pytest.mark.parametrize("name", MODELS)
def test_the_quantum_annealer_finds_small_optima(name: str) -> None:
    model = MODELS[name]
    machine = PathIntegral(sweeps=30)
    program = SampleModel(model, 40, 3)
    reads = program.read(machine.run(program).value)
    bits = np.array([[int(c) for c in r.bits] for r in reads], dtype=np.int8)
    size = max(map(abs, [*model.linear.values(), *model.quadratic.values()]))
    assert energies(model, bits).min() == pytest.approx(enumerated(model), abs=1e-9 * size)


def test_the_quantum_annealer_is_labelled_simulated() -> None:
    found = record(
        *("logistics/vehicle_routing", "-a", "annealing", "-b", "pathintegral", "--shots", 30)
    )
    assert (found["backend"], found["source"]) == ("pathintegral", "simulated")
    assert found["backend_settings"] == {"sweeps": 100, "temperature": 0.01, "field": 0.1}
    assert found["score"]["gap"] == 0


@pytest.mark.parametrize("algorithm", ["tabu", "tempering"])
def test_rivals_reach_the_proven_optimum_of_a_use_case(algorithm: str) -> None:
    found = record("logistics/vehicle_routing", "-i", "workshop", "-a", algorithm)
    assert found["score"]["objective"] == 2037
    assert (found["backend"], found["shots"]) == (None, 20)


def test_spins_are_read_as_spins() -> None:
    model = glass(1, vartype="SPIN")
    rows = all_bits(9)
    names = list(model.variables)
    for row, energy in zip(rows[::17], energies(model, rows)[::17], strict=True):
        spins = dict(zip(names, (2 * row.astype(int) - 1).tolist(), strict=True))
        assert energy == pytest.approx(model.energy(spins))
    found = solved(registry.algorithm("exact"), model)
    assert found[0].energy == pytest.approx(enumerated(model))


def test_tempering_tells_how_it_improved() -> None:
    execute = Executor(None, None)
    found = Tempering(shots=3).solve(glass(9, 40), execute, np.random.default_rng(0))
    told = [step.energy for step in execute.improvements]
    assert told == sorted(set(told), reverse=True)
    assert told[-1] == pytest.approx(min(o.energy for o in found))
