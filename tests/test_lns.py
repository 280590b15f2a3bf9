"""Large-neighbourhood search: never worse, exact energies, small blocks, reproducible."""

from __future__ import annotations

from typing import Any, ClassVar

import dimod
import numpy as np
import pytest
from pydantic import ValidationError

from usecases.algorithms.lns import LNS
from usecases.contracts import Algorithm, Outcome
from usecases.executor import Executor
from usecases.models import BQM, Incumbent, Ising, all_bits, energies, variables

WIDTHS: list[int] = []


class Enumerate(Algorithm):
    """The lowest answer by enumeration."""

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    def solve(self, model: Any, execute: Any, rng: np.random.Generator) -> list[Outcome[Any]]:
        names = variables(model)
        WIDTHS.append(len(names))
        bits = all_bits(len(names))
        values = energies(model, bits)
        k = int(values.argmin())
        return [Outcome(dict(zip(names, bits[k].tolist(), strict=True)), float(values[k]))]


class EnumerateSpins(Enumerate):
    """The same for a polynomial in spins, as gate machines take it."""

    accepts: ClassVar[tuple[type, ...]] = (Ising,)


class Noise(Algorithm):
    """Random answers that claim to be excellent."""

    accepts: ClassVar[tuple[type, ...]] = (BQM,)

    def solve(self, model: Any, execute: Any, rng: np.random.Generator) -> list[Outcome[Any]]:
        bits = rng.integers(0, 2, (3, len(variables(model)))).tolist()
        return [Outcome(dict(zip(variables(model), row, strict=True)), -1e9) for row in bits]


def nowhere() -> Executor:
    """A classical solver asks nothing of a machine; what it tells is kept."""
    return Executor(None, None)


def cover(seed: int, items: int = 12, sets: int = 80) -> Incumbent:
    """Choose sets that cover each item once; each item's own set is the first answer."""
    rng = np.random.default_rng(seed)
    groups = [{i} for i in range(items)]
    groups += [set(rng.choice(items, rng.integers(2, 5), replace=False)) for _ in range(sets)]
    model, weight = BQM("BINARY"), 50.0
    for k, group in enumerate(groups):
        model.add_linear(f"s{k}", float(8 + rng.integers(0, 4) + len(group)))
    for i in range(items):
        terms = [(f"s{k}", 1.0) for k, group in enumerate(groups) if i in group]
        model.add_linear_equality_constraint(terms, weight, -1.0)
    return Incumbent(model, {f"s{k}": int(k < items) for k in range(len(groups))})


@pytest.mark.parametrize("solver", [Enumerate(), EnumerateSpins()])
def test_a_weak_start_is_improved_block_by_block(solver: Algorithm) -> None:
    model = cover(0)
    start = model.model.energy(model.sample)
    WIDTHS.clear()
    lns = LNS(solver=solver, block=10, rounds=12)
    found = lns.solve(model, nowhere(), np.random.default_rng(1))
    assert found[0].energy < 0.85 * start
    assert found[0].energy == pytest.approx(model.model.energy(found[0].value))
    assert found[0].count == 1
    assert set(found[0].value) == set(variables(model))
    assert 0 < max(WIDTHS) <= 10
    assert len(WIDTHS) <= 12


@pytest.mark.parametrize("seed", range(10))
def test_it_is_never_worse_than_the_start(seed: int) -> None:
    model = cover(seed)
    found = LNS(solver=Noise()).solve(model, nowhere(), np.random.default_rng(seed))
    assert found[0].energy <= model.model.energy(model.sample)
    assert found[0].energy == pytest.approx(model.model.energy(found[0].value))


def test_claimed_energies_are_not_believed() -> None:
    model = cover(3)
    best = LNS(solver=Enumerate(), rounds=60).solve(model, nowhere(), np.random.default_rng(0))[0]
    again = Incumbent(model.model, best.value)
    found = LNS(solver=Noise(), rounds=20).solve(again, nowhere(), np.random.default_rng(0))
    assert found[0].energy <= best.energy
    assert found[0].energy == pytest.approx(model.model.energy(found[0].value))


def test_the_same_seed_gives_the_same_answer() -> None:
    model = cover(4)
    lns = LNS(solver=Noise(), rounds=5)
    first, second = (lns.solve(model, nowhere(), np.random.default_rng(9)) for _ in range(2))
    assert first == second


def test_blocks_are_exact_parts_of_the_model() -> None:
    """With every variable in the block, one round solves a small model to its optimum."""
    rng = np.random.default_rng(2)
    for _ in range(5):
        bqm = dimod.generators.gnp_random_bqm(6, 0.8, "BINARY", random_state=int(rng.integers(99)))
        bqm.relabel_variables({v: f"v{v}" for v in list(bqm.variables)})
        bits = all_bits(6)
        low = energies(bqm, bits)
        for start in bits[::7]:
            sample = dict(zip(variables(bqm), start.tolist(), strict=True))
            lns = LNS(solver=Enumerate(), block=6, rounds=4)
            found = lns.solve(Incumbent(bqm, sample), nowhere(), np.random.default_rng(0))[0]
            assert low.min() - 1e-9 <= found.energy <= bqm.energy(sample) + 1e-9
            assert found.energy == pytest.approx(bqm.energy(found.value))


def test_an_empty_or_perfect_start_ends_early() -> None:
    flat = Incumbent(BQM({"a": 1.0, "b": 2.0}, {}, 0.5, "BINARY"), {"a": 0, "b": 0})
    WIDTHS.clear()
    (found,) = LNS(solver=Enumerate()).solve(flat, nowhere(), np.random.default_rng(0))
    assert (found.energy, found.value, WIDTHS) == (0.5, {"a": 0, "b": 0}, [])
    down = Incumbent(BQM({"a": -1.0, "b": 2.0}, {}, 0.0, "BINARY"), {"a": 0, "b": 0})
    (found,) = LNS(solver=Enumerate()).solve(down, nowhere(), np.random.default_rng(0))
    assert found.energy == -1.0


def test_settings_are_checked_and_kept() -> None:
    lns = LNS(solver=Enumerate(), block=7)
    assert lns.model_dump() == {"solver": {}, "block": 7, "rounds": 8, "seconds": None}
    for wrong in ({"block": 1}, {"rounds": 0}, {"seconds": 0}, {"turns": 3}):
        with pytest.raises(ValidationError):
            LNS(solver=Enumerate(), **wrong)  # type: ignore[arg-type]


class Boasting(Enumerate):
    """Tells of improvements that are none."""

    def solve(self, model: Any, execute: Any, rng: np.random.Generator) -> list[Outcome[Any]]:
        execute.improved(-1e9)
        return super().solve(model, execute, rng)


@pytest.mark.parametrize("seed", range(5))
def test_improvements_fall_from_the_start_to_the_answer(seed: int) -> None:
    model, execute = cover(seed), nowhere()
    (found,) = LNS(solver=Boasting(), block=10).solve(model, execute, np.random.default_rng(seed))
    told = [step.energy for step in execute.improvements]
    assert told == sorted(set(told), reverse=True)
    assert told[0] == pytest.approx(model.model.energy(model.sample))
    assert told[-1] == found.energy
    assert len(told) > 1


def test_spins_are_improved_as_spins() -> None:
    model = cover(6)
    spins = Incumbent(model.model.change_vartype("SPIN", inplace=False), model.sample)
    lns = LNS(solver=Enumerate(), block=10)
    (one,) = lns.solve(model, nowhere(), np.random.default_rng(0))
    (two,) = lns.solve(spins, nowhere(), np.random.default_rng(0))
    assert one.energy == pytest.approx(two.energy)
    assert one.energy < model.model.energy(model.sample)


def test_it_stops_at_its_limit_with_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that advances by a second with every look: three blocks fit in three seconds."""
    model = cover(0)
    clock = iter(range(1000))
    monkeypatch.setattr("usecases.algorithms.lns.time.monotonic", lambda: next(clock))
    WIDTHS.clear()
    lns = LNS(solver=Enumerate(), block=10, rounds=100, seconds=3.0)
    (short,) = lns.solve(model, nowhere(), np.random.default_rng(1))
    assert len(WIDTHS) == 3
    same = LNS(solver=Enumerate(), block=10, rounds=3)
    assert same.solve(model, nowhere(), np.random.default_rng(1)) == [short]
