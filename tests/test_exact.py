"""Exact answers and proven bounds, against minima found one sample at a time."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from tests.small_models import MODELS, enumerated, glass
from usecases import judge, registry
from usecases.algorithms.exact import Exact
from usecases.algorithms.tabu import Tabu
from usecases.contracts import Algorithm, Outcome
from usecases.convert import translate
from usecases.errors import TooLarge, VerificationFailed
from usecases.models import (
    BQM,
    Choose,
    CostNetwork,
    Evaluated,
    Factor,
    Incumbent,
    Ising,
    Structured,
    all_bits,
    energies,
    qubits,
    variables,
)
from usecases.solvers import cpsat, enumeration, milp
from usecases.testing import check_algorithm


def size(model: BQM) -> float:
    return max(map(abs, [*model.linear.values(), *model.quadratic.values()]))


def solved(model: Any, **settings: Any) -> Outcome[Any]:
    (found,) = Exact(**settings).solve(model, None, np.random.default_rng(0))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("name", MODELS)
def test_small_models_are_proven(name: str) -> None:
    found = solved(MODELS[name])
    assert found.energy == pytest.approx(enumerated(MODELS[name]), abs=1e-12 * size(MODELS[name]))
    assert found.bound == found.energy


@pytest.mark.parametrize("block", [1, 2, 4, 18])
def test_enumeration_in_blocks_of_any_size(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumeration, "BLOCK", block)
    for seed in range(4):
        for n in (1, 2, 5, 8):
            for vartype in ("BINARY", "SPIN"):
                model = glass(seed, n, vartype=vartype)
                even = BQM({}, dict(model.quadratic), 0.5, "SPIN")
                for each in (model, even, even.change_vartype("BINARY", inplace=False)):
                    if not each.num_variables:
                        continue
                    row = enumeration.lowest(each)
                    assert row.shape == (each.num_variables,) and set(row.tolist()) <= {0, 1}
                    assert energies(each, row[None, :])[0] == pytest.approx(enumerated(each))


def test_only_even_models_are_halved() -> None:
    """A field of any size decides between a string and its mirror image."""
    pair = BQM({"a": 0.0, "b": -1e-3}, {("a", "b"): -5.0}, 0.0, "SPIN")
    assert enumeration.lowest(pair).tolist() == [1, 1]
    assert enumeration.lowest(BQM({}, {("a", "b"): -5.0}, 0.0, "SPIN")).tolist() == [0, 0]


def test_thirty_variables_are_enumerated_and_agree_with_a_rival() -> None:
    model = glass(11, 30)
    found = solved(model)
    assert found.bound == found.energy
    rival = Tabu().solve(model, None, np.random.default_rng(0))  # type: ignore[arg-type]
    assert found.energy == pytest.approx(min(o.energy for o in rival))


@pytest.mark.parametrize("name", MODELS)
def test_the_solver_proves_what_enumeration_finds(name: str) -> None:
    model = MODELS[name]
    start = np.zeros(model.num_variables, dtype=np.int8)
    row, energy, bound = cpsat.minimise(model, 30.0, start)
    assert energy == energies(model, row[None, :])[0]
    assert energy == pytest.approx(enumerated(model), abs=1e-9 * size(model))
    assert bound == energy


def test_rounding_to_integers_breaks_no_bound() -> None:
    """Beside a coefficient of 10^17 the small ones are below the integers' resolution."""
    small = {f"v{i}": -0.3 for i in range(8)}
    model = BQM(small | {"w": 1e17}, {}, 0.25, "BINARY")
    _, energy, bound = cpsat.minimise(model, 30.0, np.zeros(9, dtype=np.int8))
    assert bound <= -8 * 0.3 + 0.25 <= energy
    assert bound > -100


@pytest.mark.parametrize("seconds", [1e-6, 0.05, 0.5])
def test_a_search_without_time_gives_its_best_and_a_true_bound(seconds: float) -> None:
    model = glass(12, 45)
    known = min(
        (o.energy for o in Tabu().solve(model, None, np.random.default_rng(0))),  # type: ignore[arg-type]
    )
    found = solved(model, seconds=seconds)
    assert found.bound is not None and found.bound <= known + 1e-9
    assert found.bound < found.energy
    assert found.energy == pytest.approx(model.energy(found.value))


def test_the_answer_is_never_worse_than_the_incumbent() -> None:
    model = glass(13, 60)
    rival = Tabu().solve(model, None, np.random.default_rng(0))  # type: ignore[arg-type]
    best = min(rival, key=lambda o: o.energy)
    found = solved(Incumbent(model, best.value), seconds=1e-6)
    assert found.energy <= best.energy + 1e-9


def test_an_unfinished_program_keeps_a_true_bound() -> None:
    """So few variables that enumeration knows what an unfinished search does not."""
    rng = np.random.default_rng(3)
    n = 22
    factors = tuple(
        Factor(
            tuple(rng.permutation(n)[:4].tolist()), dict(enumerate(rng.normal(size=16).tolist()))
        )
        for _ in range(200)
    )
    network = CostNetwork(tuple(map(str, range(n))), factors)
    low = float(enumeration.table(network).min())
    for seconds in (0.001, 0.1, 1.0):
        _, energy, bound = milp.minimise(network, seconds)
        assert bound <= low <= energy + 1e-9


def chosen(groups: int, size: int) -> Structured:
    """A computed cost of one choice in each group; strings that break a rule cost 100."""
    n = groups * size
    weight = np.random.default_rng(5).normal(size=(n, n))

    def cost(bits: Any) -> Any:
        kept = (bits.reshape(len(bits), groups, size).sum(axis=2) == 1).all(axis=1)
        return np.where(kept, np.einsum("ri,ij,rj->r", bits, weight, bits), 100.0)

    rules = tuple(Choose(tuple(range(k, k + size))) for k in range(0, n, size))
    guide = BQM({f"v{i}": 0.0 for i in range(n)}, {}, 0.0, "BINARY")
    return Structured(Evaluated(guide, cost), rules)


def test_computed_costs_are_enumerated_over_their_groups() -> None:
    small, large = chosen(3, 4), chosen(6, 6)
    assert solved(small).energy == pytest.approx(float(energies(small, all_bits(12)).min()))
    found = solved(large)
    rows = np.eye(6, dtype=np.int8)[np.indices((6,) * 6).reshape(6, -1).T].reshape(-1, 36)
    assert found.bound == found.energy == pytest.approx(float(energies(large, rows).min()))


def test_quadratic_models_are_enumerated_over_their_groups() -> None:
    """Beyond 30 variables; a search would not be done with 36 dense ones in a moment."""
    model, groups = glass(14, 36, vartype="SPIN"), chosen(6, 6).groups
    for group in groups:
        names = [list(model.variables)[i] for i in group.variables]
        model.add_linear_equality_constraint([(n, 0.5) for n in names], 200.0, 2.0)
    rows = np.eye(6, dtype=np.int8)[np.indices((6,) * 6).reshape(6, -1).T].reshape(-1, 36)
    found = solved(Structured(model, groups))
    assert found.bound == found.energy == pytest.approx(float(energies(model, rows).min()))


def test_computed_costs_that_were_not_all_tried_are_not_proven() -> None:
    with pytest.raises(TooLarge, match="0 of 46656 strings were tried"):
        solved(chosen(6, 6), seconds=1e-9)
    with pytest.raises(TooLarge, match=r"2\^100 strings to try, of which 1e\+10 keep"):
        solved(chosen(10, 10))


def test_a_bound_survives_translation() -> None:
    ising = Ising(("a", "b", "c"), {(0, 1, 2): 1.0, (0,): 0.5, (): 2.0})
    work, back = translate(ising, Exact.accepts)
    (found,) = back([solved(work)])
    low = float(energies(ising, all_bits(3)).min())
    assert (found.energy, found.bound) == (pytest.approx(low), pytest.approx(low))


class Boaster(Algorithm):
    """Claims more than it can prove."""

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    def solve(self, model: Any, execute: Any, rng: np.random.Generator) -> list[Outcome[Any]]:
        row = np.zeros((1, qubits(model)), dtype=np.int8)
        value = dict.fromkeys(variables(model), 0)
        energy = float(energies(model, row)[0])
        return [Outcome(value, energy, bound=energy)]


def test_false_proofs_are_found_out() -> None:
    assert any("claims that no energy is below" in line for line in check_algorithm(Boaster()))
    assert check_algorithm(Exact()) == []


def test_a_bound_above_another_answer_fails_the_run() -> None:
    case = registry.usecase("logistics/vehicle_routing")
    instance = case.instances["demo"]()
    model = case.model(instance)
    good = solved(model)
    worse = Outcome(good.value, good.energy, bound=good.energy + 1.0)
    reference = case.reference(instance)
    luck = judge.chance(case, instance, model, reference, 0)
    right, wrong = ([judge.assess(case, instance, o)] for o in (good, worse))
    assert judge.score(case, instance, right, reference, luck, None)[0].gap == 0
    with pytest.raises(VerificationFailed, match="lies below the proven bound"):
        judge.score(case, instance, wrong, reference, luck, None)
