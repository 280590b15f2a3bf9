"""Column generation: pools grow around the answer so far, and the answer never gets worse."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from usecases import registry, run
from usecases.algorithms.column_generation import ColumnGeneration
from usecases.contracts import Algorithm, Execute, Outcome
from usecases.executor import Executor
from usecases.models import BQM, Incumbent, Sample, all_bits, energies, variables
from usecases.plan import load
from usecases.verify import verify

SIZE = 12


class Lowest(Algorithm):
    """The lowest answer of a pool, by enumeration."""

    accepts: ClassVar[tuple[type, ...]] = (Incumbent,)

    def solve(self, model: Any, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        names, bits = variables(model), all_bits(len(variables(model)))
        values = energies(model, bits)
        k = int(values.argmin())
        return [Outcome(dict(zip(names, bits[k].tolist(), strict=True)), float(values[k]))]


def window(first: int) -> Incumbent:
    """Three neighbouring columns of which one is chosen; column k costs SIZE − k.

    Each pool holds the chosen column and the two after it, so that only growing reaches the end.
    """
    names = [f"c{k}" for k in range(first, min(first + 3, SIZE))]
    model = BQM({name: float(SIZE - int(name[1:])) for name in names}, {}, 0.0, "BINARY")
    model.add_linear_equality_constraint([(name, 1.0) for name in names], 100.0, -1.0)
    return Incumbent(model, {name: int(name == names[0]) for name in names}, grow)


def grow(sample: Sample) -> Incumbent:
    (chosen,) = [int(name[1:]) for name, bit in sample.items() if bit]
    return window(chosen)


def solved(generations: int, seconds: float | None = None) -> Outcome[Any]:
    algorithm = ColumnGeneration(solver=Lowest(), generations=generations, seconds=seconds)
    (found,) = algorithm.solve(window(0), Executor(None, None), np.random.default_rng(0))
    return found


@pytest.mark.parametrize(("generations", "cost"), [(1, 10), (2, 8), (3, 6), (6, 1), (60, 1)])
def test_each_generation_reaches_further(generations: int, cost: float) -> None:
    found = solved(generations)
    assert found.energy == cost
    assert [name for name, bit in found.value.items() if bit] == [f"c{SIZE - cost}"]


def test_no_pool_is_begun_when_time_is_up() -> None:
    assert solved(60, seconds=1e-9).energy == 10


class Timed(Lowest):
    """Keeps what time it was given."""

    seconds: float | None = None
    given: ClassVar[list[float | None]] = []

    def solve(self, model: Any, execute: Execute, rng: np.random.Generator) -> list[Outcome[Any]]:
        self.given.append(self.seconds)
        return super().solve(model, execute, rng)


def test_the_solver_of_pools_is_given_the_time_that_is_left() -> None:
    for own, whole in ((None, None), (None, 100.0), (3.0, 100.0)):
        Timed.given.clear()
        algorithm = ColumnGeneration(solver=Timed(seconds=own), generations=2, seconds=whole)
        algorithm.solve(window(0), Executor(None, None), np.random.default_rng(0))
        limits = [t for t in Timed.given if t is not None]
        assert len(Timed.given) == 2
        if own or whole:
            assert limits == sorted(limits, reverse=True)
            assert all(t <= min(own or 1e9, whole or 1e9) for t in limits)
            assert len(limits) == 2
        else:
            assert limits == []


def test_a_solver_that_finds_nothing_leaves_the_answer() -> None:
    class Nothing(Lowest):
        def solve(
            self, model: Any, execute: Execute, rng: np.random.Generator
        ) -> list[Outcome[Any]]:
            return [Outcome(dict.fromkeys(variables(model), 1), -1e9)]

    algorithm = ColumnGeneration(solver=Nothing(), generations=3)
    (found,) = algorithm.solve(window(0), Executor(None, None), np.random.default_rng(0))
    assert (found.energy, found.value["c0"]) == (SIZE, 1)


def test_pools_of_routes_hold_the_plan_and_value_it_alike() -> None:
    case = registry.usecase("logistics/vehicle_routing")
    instance = load("logistics/vehicle_routing", "size=25,seed=3")
    pool = case.model(instance)
    assert isinstance(pool, Incumbent) and pool.grow is not None
    grown = pool.grow(pool.sample)
    plans = [case.interpret(instance, p.sample) for p in (pool, grown)]
    assert set(plans[0].routes) == set(plans[1].routes)
    assert set(variables(grown)) - set(variables(pool))
    values = [p.model.energy(p.sample) for p in (pool, grown)]
    assert values[0] == pytest.approx(values[1]) == case.objective(instance, plans[0])


def test_more_pools_give_a_better_plan_and_a_sound_record() -> None:
    settings = {
        "solver": "lns",
        "solver.rounds": 6,
        "solver.solver": "annealing",
        "solver.solver.shots": 20,
    }
    records = [
        run(
            *("logistics/vehicle_routing", "size=25,seed=3", "column_generation"),
            parameters=settings | {"generations": generations},
        )
        for generations in (1, 3)
    ]
    assert all(record.score.feasible for record in records)
    first, more = (record.score.objective for record in records)
    assert first is not None and more is not None and more < first
    energies_met = [step.energy for step in records[1].improvements]
    assert energies_met == sorted(energies_met, reverse=True)
    assert verify(records[1])
