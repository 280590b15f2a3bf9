"""Unit commitment: proven values, an independent brute force, and what bad input is told."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from energy.unit_commitment import (
    build,
    files,
    improvable,
    interpret,
    model,
    objective,
    usecase,
    violations,
)
from energy.unit_commitment.blocks import first_plan
from energy.unit_commitment.dispatch import dispatch, running_cost
from energy.unit_commitment.fleet import Fleet, Unit, example
from energy.unit_commitment.fleets import (
    kazarlis,
    morning,
    replicated,
    single_hours,
    sub_fleet,
    window,
)
from energy.unit_commitment.network import minimum_times
from energy.unit_commitment.plans import best_run, cost_of, decommitted, run_costs, start_cost
from energy.unit_commitment.program import Impossible, Program
from energy.unit_commitment.reading import Schedule, scheduled
from energy.unit_commitment.reference import reference, servable
from energy.unit_commitment.tables import hour_tables, penalty, sufficient_penalty
from usecases.algorithms.exact import Exact
from usecases.algorithms.lns import LNS
from usecases.errors import (
    BadInstance,
    Infeasible,
    TooLarge,
    UnknownName,
    UsageError,
    VerificationFailed,
)
from usecases.executor import Executor
from usecases.handle import run
from usecases.instances import load
from usecases.models import Blockwise, Incumbent, all_bits
from usecases.plan import suited
from usecases.solvers.enumeration import table
from usecases.solvers.milp import minimise
from usecases.testing import check_usecase

HOURS = {1: (13683.13, {1, 2}), 6: (22276.37, {1, 2, 4, 5, 6}), 10: (30057.55, set(range(1, 9)))}
MORNING, DAY = 106477.493, 563937.69


FREE: dict[str, Any] = {"p_min": 0, "a": 0, "b": 0, "c": 0}


def unit(**changes: Any) -> Unit:
    fields = {"name": "u1", "p_max": 100, "p_min": 20, "a": 10, "b": 2, "c": 0.01}
    return Unit.model_validate(fields | {"initial_hours": 5} | changes)


def sample(fleet: Fleet, bits: Any) -> dict[str, int]:
    return dict(zip(fleet.labels(), np.asarray(bits).tolist(), strict=True))


def bisected(units: list[Unit], demand: float) -> list[float] | None:
    """Economic dispatch by bisection on the price: another road than the merit order."""
    if not sum(u.p_min for u in units) <= demand <= sum(u.p_max for u in units):
        return None

    def outputs(price: float) -> list[float]:
        return [min(u.p_max, max(u.p_min, (price - u.b) / (2 * u.c))) for u in units]

    low, high = 0.0, 1e5
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(outputs(middle)) < demand else (low, middle)
    return outputs(high)


def brute_cost(fleet: Fleet, bits: Any) -> float:
    """The cost of a commitment, infinite when it breaks a rule; written from the paper's rules."""
    on = np.asarray(bits).reshape(fleet.hours, len(fleet.units))
    total = 0.0
    for row, demand in zip(on, fleet.demand, strict=True):
        units = [u for u, s in zip(fleet.units, row, strict=True) if s]
        outputs = bisected(units, demand)
        if outputs is None or sum(u.p_max for u in units) < demand * (1 + fleet.reserve) - 1e-6:
            return math.inf
        total += sum(u.a + u.b * p + u.c * p * p for u, p in zip(units, outputs, strict=True))
    return total + sum(brute_starts(u, c) for u, c in zip(fleet.units, on.T, strict=True))


def brute_starts(u: Unit, column: Any) -> float:
    history = [0, 1] if u.initial_hours < 0 else [1, 0]
    line = [history[1]] * 30 + [history[0]] * abs(u.initial_hours) + list(map(int, column))
    origin, total = len(line) - len(column), 0.0
    runs = [(k, len(list(g))) for k, g in itertools.groupby(line)]
    at = 0
    for k, (state, length) in enumerate(runs):
        end = at + length
        least = u.min_up if state else u.min_down
        if origin <= end < len(line) and length < least:
            return math.inf
        if state and at >= origin:
            off = runs[k - 1][1]
            total += u.hot_start if off <= u.min_down + u.cold_hours else u.cold_start
        at = end
    return total


# --- proven values -----------------------------------------------------------------------


@pytest.mark.parametrize("hour", HOURS)
def test_single_hours_reach_their_proven_values(hour: int) -> None:
    fleet = usecase.instances[f"hour-{hour}"]()
    network = usecase.model(fleet)
    value, units = HOURS[hour]
    energies = table(network)
    best = all_bits(10)[energies.argmin()]
    assert energies.min() == pytest.approx(value, abs=0.005)
    assert {int(k) + 1 for k in np.flatnonzero(best)} == units
    proven = reference(fleet)
    assert (proven.kind, proven.value) == ("optimal", pytest.approx(value, abs=0.005))


def test_workshop_by_enumeration_program_and_reference() -> None:
    fleet = usecase.instances["workshop"]()
    network = model(fleet)
    assert len(network.variables) == 24
    energies = table(network)
    assert energies.min() == pytest.approx(MORNING, abs=0.001)
    row, energy, bound = minimise(network, 60)
    assert bound == energy and energy == pytest.approx(float(energies.min()), rel=1e-12)
    answer = interpret(fleet, sample(fleet, row))
    assert violations(fleet, answer) == []
    assert objective(fleet, answer) == pytest.approx(MORNING, abs=0.001)
    assert reference(fleet).value == pytest.approx(MORNING, abs=0.001)


def test_day_is_proven_twice() -> None:
    fleet = usecase.instances["day"]()
    proven = reference(fleet)
    assert proven.kind == "optimal" and "HiGHS via SciPy" in proven.method
    assert proven.value == pytest.approx(DAY, abs=0.005)
    row, energy, bound = minimise(build(fleet, 0.1), 60)
    assert bound == energy and len(row) == 240
    assert energy == pytest.approx(proven.value, rel=1e-9)
    assert objective(fleet, interpret(fleet, sample(fleet, row))) == pytest.approx(
        energy, rel=1e-12
    )


def test_named_instances() -> None:
    assert usecase.instances["demo"]() == usecase.instances["hour-6"]()
    assert usecase.instances["frontier"]() == usecase.instances["day"]()
    assert kazarlis().labels()[:2] == ("u1@h01", "u2@h01")
    assert "u3@h07" in kazarlis().labels()
    assert morning().labels()[2] == "u4@h01"


def test_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


# --- model, reference and objective against brute force ---------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_everything_agrees_with_brute_force(seed: int) -> None:
    fleet = example(8, seed)
    strings = all_bits(8)
    energies = model(fleet).energies(strings)
    costs = np.array([brute_cost(fleet, row) for row in strings])
    feasible = np.isfinite(costs)
    assert feasible.any()
    for row, cost, energy in zip(strings, costs, energies, strict=True):
        answer = interpret(fleet, sample(fleet, row))
        assert bool(violations(fleet, answer)) == math.isinf(cost)
        if math.isfinite(cost):
            assert objective(fleet, answer) == pytest.approx(cost, rel=1e-9)
            assert energy == pytest.approx(cost, rel=1e-9)
    assert energies[~feasible].min() > costs.min()
    proven = reference(fleet)
    assert (proven.kind, proven.value) == ("optimal", pytest.approx(costs.min(), rel=1e-9))


@pytest.mark.parametrize("seed", range(3))
def test_longer_examples_agree_with_the_reference(seed: int) -> None:
    fleet = example(16, seed)
    energies = table(model(fleet))
    assert reference(fleet).value == pytest.approx(float(energies.min()), rel=1e-9)
    best = interpret(fleet, sample(fleet, all_bits(16)[energies.argmin()]))
    assert violations(fleet, best) == []


def test_examples_exercise_starts_and_minimum_times() -> None:
    fleets = [example(usecase.tiny, seed) for seed in range(10)]
    assert all(f.hours > 1 and len(f.units) > 1 for f in fleets)
    assert sum(any(True for _ in minimum_times(f, 1.0)) for f in fleets) >= 8
    best = [table(model(f)).argmin() for f in fleets]
    assert len(set(best)) > 3
    assert example(8, 3) == example(8, 3) != example(8, 4)
    assert [len(example(n, 0).labels()) for n in range(1, 25)] == list(range(1, 25))


# --- dispatch ------------------------------------------------------------------------------


def test_dispatch_matches_bisection_for_every_set() -> None:
    units = kazarlis().units
    on = all_bits(10)
    for demand in (55.0, 700.0, 1234.5, 1662.0):
        outputs = dispatch(units, on, demand)
        for row, output in zip(on[::7], outputs[::7], strict=True):
            chosen = [u for u, s in zip(units, row, strict=True) if s]
            expected = bisected(chosen, demand)
            if expected is not None:
                assert output.sum() == pytest.approx(demand, abs=1e-9)
                assert output[row == 1] == pytest.approx(np.array(expected), abs=1e-6)


def test_dispatch_with_linear_and_fixed_units() -> None:
    units = [
        unit(name="linear", c=0.0, b=3.0),
        unit(name="twin", c=0.0, b=3.0),
        unit(name="curve", b=2.0, c=0.01),
        unit(name="fixed", p_min=50, p_max=50, c=0.0),
    ]
    on = np.ones((1, 4), dtype=np.int8)
    output = dispatch(units, on, 200.0)[0]
    assert output.sum() == pytest.approx(200.0, abs=1e-10)
    assert output[2] == pytest.approx(50.0) and output[3] == 50.0  # 2 + 0.02 p = 3
    cost = running_cost(units, on, output[None, :])[0]
    for shift in np.eye(4)[:3]:
        for other in np.eye(4)[:3]:
            moved = output + 0.01 * (shift - other)
            assert running_cost(units, on, moved[None, :])[0] >= cost - 1e-9
    assert dispatch(units, on, 1.0)[0].tolist() == [20.0, 20.0, 20.0, 50.0]
    assert dispatch(units, on, 1e4)[0].tolist() == [100.0, 100.0, 100.0, 50.0]
    assert dispatch(units, np.zeros((1, 4), dtype=np.int8), 10.0)[0].tolist() == [0.0] * 4


# --- the penalty ---------------------------------------------------------------------------


@pytest.mark.parametrize("fleet", [morning(), *(example(12, s) for s in range(6))])
def test_penalty_bound_is_sufficient_without_a_margin(fleet: Fleet) -> None:
    tables = hour_tables(fleet)
    assert sufficient_penalty(fleet, tables) > 0 or fleet.hours == 1
    network = build(fleet, 1e-6)
    row, energy, bound = minimise(network, 30)
    assert bound == energy
    assert violations(fleet, interpret(fleet, sample(fleet, row))) == []
    assert energy == pytest.approx(reference(fleet).value, rel=1e-9)


def test_decommitment_is_feasible_and_close() -> None:
    fleet = kazarlis()
    schedule = scheduled(fleet, decommitted(fleet).tolist())
    assert violations(fleet, schedule) == []
    assert DAY <= objective(fleet, schedule) <= 1.01 * DAY


def test_best_run_against_enumeration() -> None:
    rng = np.random.default_rng(5)
    u = unit(min_up=2, min_down=3, hot_start=4, cold_start=9, cold_hours=1, initial_hours=-2)
    off, on = rng.uniform(0, 10, (2, 9))

    def cost(run: Any) -> float:
        return brute_starts(u, run) + float(np.where(run, on, off).sum())

    assert cost(np.array(best_run(u, off, on))) == pytest.approx(min(map(cost, all_bits(9))))


def test_penalty_when_decommitment_finds_nothing() -> None:
    """Two blocks that do not fit together: on all at once they exceed every demand."""
    units = (
        unit(name="big", p_min=90, p_max=100, initial_hours=1, hot_start=5, cold_start=8),
        unit(name="small", p_min=20, p_max=60, initial_hours=-1, hot_start=5, cold_start=8),
    )
    fleet = Fleet(units=units, demand=(95.0, 40.0, 95.0), reserve=0.0)
    energies = model(fleet).energies(all_bits(6))
    costs = [brute_cost(fleet, row) for row in all_bits(6)]
    assert energies.min() == pytest.approx(min(costs))


# --- block by block -------------------------------------------------------------------------


def parted(fleet: Fleet) -> tuple[Blockwise, Any]:
    """A fleet's model by blocks, and its first schedule as bits."""
    start = improvable(fleet)
    assert isinstance(start.model, Blockwise)
    bits = np.array([start.sample[v] for v in start.model.variables], dtype=np.int8)
    return start.model, bits


@pytest.mark.parametrize("seed", range(8))
def test_the_whole_cost_by_blocks_against_brute_force(seed: int) -> None:
    fleet = example(8, seed)
    whole, first = parted(fleet)
    energies = whole.energies(all_bits(8))
    costs = np.array([brute_cost(fleet, row) for row in all_bits(8)])
    feasible = np.isfinite(costs)
    assert energies[feasible] == pytest.approx(costs[feasible], rel=1e-9)
    assert energies[~feasible].min() > whole.energies(first[None])[0]
    assert whole.energies(first[None])[0] > costs.min() - 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_parts_are_exact_for_any_set_of_decisions(seed: int) -> None:
    """The part differs by what the whole does where rules are kept; what breaks one lies above."""
    rng = np.random.default_rng(seed)
    fleet = example(12, seed)
    whole, bits = parted(fleet)
    block = tuple(sorted(rng.choice(12, 6, replace=False).tolist()))
    patterns = all_bits(6)
    rows = np.repeat(bits[None], 64, axis=0)
    rows[:, block] = patterns
    costs = np.array([brute_cost(fleet, row) for row in rows])
    network = whole.part(bits, block)
    assert network.variables == tuple(whole.variables[v] for v in block)
    found, kept = network.energies(patterns), np.isfinite(costs)
    present = (patterns == bits[list(block)]).all(axis=1)
    shift = found[present][0] - costs[present][0]
    assert found[kept] - shift == pytest.approx(costs[kept], abs=1e-6)
    assert (found[~kept] > found[present][0]).all() or found[present][0] == 0.0


@pytest.mark.parametrize("size", [1, 6, 12, 40])
def test_blocks_are_within_their_size_and_could_save(size: int) -> None:
    whole, bits = parted(replicated(kazarlis(), 4))
    rng = np.random.default_rng(1)
    drawn = list(itertools.islice(whole.blocks(bits, size, rng), 5))
    assert drawn and all(0 < len({*b}) == len(b) <= size for b in drawn)
    for block in drawn:
        network = whole.part(bits, block)
        assert len(network.variables) == len(block)
        assert network.energies(bits[None, list(block)])[0] > 0.0


@pytest.mark.parametrize("seed", range(6))
def test_first_plans_are_feasible(seed: int) -> None:
    fleet = example(40, seed)
    assert violations(fleet, scheduled(fleet, first_plan(fleet).tolist())) == []


def test_a_first_plan_where_decommitment_finds_none() -> None:
    """Two units that do not fit together: on all at once they exceed every demand."""
    units = (
        unit(name="big", p_min=90, p_max=100, initial_hours=1),
        unit(name="small", p_min=20, p_max=60, initial_hours=-1),
    )
    fleet = Fleet(units=units, demand=(95.0, 40.0, 95.0) * 9, reserve=0.0)
    found = improvable(fleet)
    assert violations(fleet, interpret(fleet, found.sample)) == []


def test_the_optimum_of_the_day_is_reached_in_blocks_of_twelve() -> None:
    fleet = kazarlis()
    start, execute = improvable(fleet), Executor(None, None)
    begin = objective(fleet, interpret(fleet, start.sample))
    lns = LNS(solver=Exact(), rounds=80)
    (found,) = lns.solve(start, execute, np.random.default_rng(0))
    answer = interpret(fleet, found.value)
    assert violations(fleet, answer) == []
    assert objective(fleet, answer) == pytest.approx(found.energy, rel=1e-12)
    assert found.energy == pytest.approx(DAY, abs=0.01) and begin > DAY + 1000
    told = [step.energy for step in execute.improvements]
    assert told == sorted(told, reverse=True) and len(told) > 3


def test_forty_units_are_improved_and_stay_feasible() -> None:
    fleet = replicated(kazarlis(), 4)
    start = improvable(fleet)
    lns = LNS(solver=Exact(), block=14, rounds=25)
    (found,) = lns.solve(start, Executor(None, None), np.random.default_rng(0))
    answer = interpret(fleet, found.value)
    assert violations(fleet, answer) == []
    assert found.energy < objective(fleet, interpret(fleet, start.sample))
    assert found.energy > 2_241_959  # what HiGHS proves as a lower bound


def test_qaoa_on_more_than_it_holds_improves_blocks_and_stays_feasible() -> None:
    record = run(
        "energy/unit_commitment", "size=36,seed=2", "qaoa angles=ramp layers=20", shots=200
    )
    assert (record.algorithm, record.parameters["solver"]["name"]) == ("lns", "qaoa")
    assert record.score.feasible and 0 < record.qubits <= 12 and record.calls
    assert record.score.gap is not None and record.score.gap >= 0.0
    assert len(record.improvements) > 1


def test_what_can_be_proven_whole_is_not_cut() -> None:
    assert suited(Exact(), improvable(kazarlis())) == Exact()
    assert isinstance(suited(Exact(), improvable(replicated(kazarlis(), 2))), LNS)


def test_nothing_is_left_to_free_at_no_cost() -> None:
    free = tuple(unit(name=n, **FREE) for n in "ab")
    fleet = Fleet(units=free, demand=(50.0,) * 13, reserve=0.0)
    whole, bits = parted(fleet)
    assert list(whole.blocks(bits, 6, np.random.default_rng(0))) == []
    assert (whole.energies(np.zeros((1, 26), dtype=np.int8)) > 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_runs_cost_what_the_rules_say(seed: int) -> None:
    u = example(12, seed).units[1]
    cost, early = run_costs(u, all_bits(7))
    for row, starts, short in zip(all_bits(7), cost, early, strict=True):
        told = brute_starts(u, row)
        assert math.isinf(told) == (short > 0)
        assert math.isinf(told) or told == starts


# --- windows, sub-fleets, copies --------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 7, 12, 23])
def test_a_window_goes_on_where_the_hours_before_it_ended(cut: int) -> None:
    """Both parts of a schedule are feasible, and their costs add up to the whole's."""
    day = kazarlis()
    runs = first_plan(day)
    head, tail = window(day, 1, cut), window(day, cut + 1, 24, runs[:cut].astype(bool).tolist())
    parts = [(head, runs[:cut]), (tail, runs[cut:])]
    answers = [(fleet, scheduled(fleet, rows.tolist())) for fleet, rows in parts]
    assert [violations(fleet, answer) for fleet, answer in answers] == [[], []]
    total = sum(objective(fleet, answer) for fleet, answer in answers)
    assert total == pytest.approx(cost_of(day, runs), rel=1e-12)


def test_windows_and_sub_fleets() -> None:
    day = kazarlis()
    four = sub_fleet(day, ("u5", "u1", "u2", "u4"))
    assert [u.name for u in four.units] == ["u1", "u2", "u4", "u5"]
    short = window(four.model_copy(update={"reserve": 0.05}), 1, 6)
    assert short == morning() == load(usecase, "hours@6").instance
    assert window(day, 3, 5).demand == (850, 950, 1000)
    with pytest.raises(UnknownName, match="u11"):
        sub_fleet(day, ("u11",))
    for first, last in ((0, 3), (4, 3), (20, 25)):
        with pytest.raises(UsageError, match=f"hours {first} to {last} are no window"):
            window(day, first, last)
    with pytest.raises(UsageError, match="before hour 4"):
        window(day, 4, 6, [[True] * 10] * 2)
    with pytest.raises(ValidationError, match="units"):
        sub_fleet(day, ())


def test_families_take_whole_numbers() -> None:
    assert len(load(usecase, "hours@3").instance.labels()) == 12  # type: ignore[attr-defined]
    assert load(usecase, "copies@2").instance == replicated(kazarlis(), 2)
    for wrong in ("hours@2.5", "copies@1.5"):
        with pytest.raises(UsageError, match="Give a whole number"):
            load(usecase, wrong)
    with pytest.raises(UsageError, match="limits"):
        load(usecase, "hours@7")


def agrees(fleet: Fleet) -> None:
    """No broken string reaches the least cost, and the model's least is the reference's."""
    strings = all_bits(len(fleet.labels()))
    energies = model(fleet).energies(strings)
    answers = [interpret(fleet, sample(fleet, row)) for row in strings]
    broken = np.array([bool(violations(fleet, answer)) for answer in answers])
    costs = [objective(fleet, a) for a, b in zip(answers, broken, strict=True) if not b]
    margin = penalty(fleet, hour_tables(fleet), 0.0) - sufficient_penalty(fleet, hour_tables(fleet))
    assert margin > 1e-9 * energies.max()
    assert energies.min() == pytest.approx(min(costs), rel=1e-12)
    assert energies[broken].min() > min(costs) + 0.9 * margin
    proven = reference(fleet)
    assert (proven.kind, proven.value) == ("optimal", pytest.approx(min(costs), rel=1e-9))


@pytest.mark.parametrize("start", [0, 1e-6, 300, 5e8])
@pytest.mark.parametrize("initial", [(3, 3), (3, -3), (-2, -3), (-1, 1)])
def test_free_fuel_leaves_no_broken_optimum(start: float, initial: tuple[int, int]) -> None:
    rules = FREE | {"min_up": 2, "min_down": 2, "hot_start": start, "cold_start": 2 * start}
    units = tuple(
        unit(name=n, initial_hours=k, **rules) for n, k in zip("ab", initial, strict=True)
    )
    demand = (5.0, 60.0, 70.0, 5.0) if initial == (-1, 1) else (50.0, 170.0, 130.0, 20.0)
    agrees(Fleet(units=units, demand=demand, reserve=0.0))


def test_one_free_unit_beside_a_dear_one() -> None:
    """The optimum is free and the spectrum reaches 1e9 $: the margin is seen in both."""
    units = (unit(name="free", **FREE), unit(name="dear", a=1e9, initial_hours=-1))
    agrees(Fleet(units=units, demand=(50.0, 70.0), reserve=0.0))


# --- numbers far apart --------------------------------------------------------------------

STEEP = ((1e3, 1e6), (5e3, 1e6), (1e4, 1e6), (3e4, 1e5), (1e5, 1e4), (1e6, 1e6), (1e4, 1e3))


def pair(p_max: float, c: float, *shares: float) -> Fleet:
    steep = {"p_max": p_max, "p_min": 0, "a": 0, "c": c}
    units = (unit(name="a", b=0, **steep), unit(name="b", b=1, **steep))
    return Fleet(units=units, demand=tuple(s * p_max for s in shares), reserve=0.0)


@pytest.mark.parametrize(("p_max", "c"), STEEP)
@pytest.mark.parametrize("shares", [(1.5,), (0.5, 1.5)])
def test_steep_fleets_are_proven(p_max: float, c: float, shares: tuple[float, ...]) -> None:
    agrees(pair(p_max, c, *shares))


def test_less_than_a_watt_is_forgiven_by_the_reference_too() -> None:
    alone = unit(p_min=0, p_max=100, b=0, c=0)
    agrees(Fleet(units=(alone,), demand=(100.0000005,), reserve=0.0))


@pytest.mark.parametrize("seed", range(12))
def test_fleets_of_any_scale_are_proven(seed: int) -> None:
    """Powers of ten between the fleets and between the units of each."""
    rng = np.random.default_rng(seed)
    fleet = example(8, seed)
    power = 10.0 ** rng.integers(-2, 4)
    money = 10.0 ** rng.integers(-4, 5)
    units = tuple(
        u.model_copy(
            update={
                "p_max": u.p_max * power,
                "p_min": u.p_min * power,
                "a": u.a * money,
                "b": u.b * money / power * 10.0 ** rng.integers(-1, 2),
                "c": u.c * money / power**2 * 10.0 ** rng.integers(-3, 4),
                "hot_start": u.hot_start * money,
                "cold_start": u.cold_start * money,
            }
        )
        for u in fleet.units
    )
    demand = tuple(d * power for d in fleet.demand)
    agrees(Fleet(units=units, demand=demand, reserve=fleet.reserve))


def test_a_false_claim_of_impossibility_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = Program.solve

    def refuses(self: Program, *options: float) -> Any:
        if self.fuel:
            raise Impossible
        return solve(self, *options)

    monkeypatch.setattr(Program, "solve", refuses)
    with pytest.raises(TooLarge, match="too far apart"):
        reference(pair(1e3, 1e6, 1.5))
    with pytest.raises(Infeasible, match="hour 2"):
        reference(pair(1e3, 1e6, 1.5, 2.1))


@pytest.mark.parametrize("claim", [1.5, math.inf])
def test_a_bound_above_a_feasible_cost_proves_nothing(
    claim: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = pair(1e4, 1e3, 0.5, 1.5)
    value, solve = reference(fleet).value, Program.solve
    rounds = iter(range(99))

    def exaggerates(self: Program, *options: float) -> Any:
        on, output, bound = solve(self, *options)
        if next(rounds) and math.isinf(claim):
            raise Impossible
        return on, output, bound / 2 if math.isinf(claim) else claim * bound

    monkeypatch.setattr(Program, "solve", exaggerates)
    told = reference(fleet)
    assert (told.kind, told.value) == ("best_known", pytest.approx(value, rel=1e-6))
    assert "nothing is proven" in told.method


@pytest.mark.parametrize("seed", range(20))
def test_servable_hours_against_all_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = tuple(
        unit(name=f"u{k}", p_max=float(high), p_min=float(rng.integers(high // 2, high + 1)))
        for k, high in enumerate(rng.integers(10, 60, 5))
    )
    fleet = Fleet(units=units, demand=tuple(map(float, range(5, 300, 7))), reserve=0.07)
    on = all_bits(5)
    high, low = (on @ np.array([getattr(u, k) for u in units]) for k in ("p_max", "p_min"))
    expected = [bool(((high >= d * 1.07) & (low <= d)).any()) for d in fleet.demand]
    assert servable(fleet) == expected and len(set(expected)) == 2


# --- reading back ---------------------------------------------------------------------------


def test_violations_speak_of_hours_units_and_megawatts() -> None:
    fleet = morning()
    rows = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]
    told = violations(fleet, scheduled(fleet, rows))
    assert "hour 3: 265 MW short of demand" in told
    assert "unit u2 stops at hour 3 after 10 h on, minimum 8 h" not in told
    assert "unit u2 starts at hour 4 after 1 h off, minimum 8 h" in told
    assert "unit u5 starts at hour 4 after 9 h off, minimum 6 h" not in told
    short = violations(fleet, scheduled(fleet, [[1, 1, 0, 0]] * 4 + [[1, 1, 1, 1]] * 2))
    assert short == ["hour 4: 40 MW short of demand"]
    tight = fleet.model_copy(update={"demand": (900.0,) * 6})
    assert "hour 1: reserve short by 35 MW" in violations(
        tight, scheduled(tight, [[1, 1, 0, 0]] * 6)
    )
    low = fleet.model_copy(update={"demand": (250.0,) * 6})
    told = violations(low, scheduled(low, [[1, 1, 0, 0]] * 6))
    assert "hour 1: minimum outputs exceed demand by 50 MW" in told


def test_unserved_hours_have_no_dispatch_and_no_cost() -> None:
    fleet = morning()
    empty = interpret(fleet, dict.fromkeys(fleet.labels(), 0))
    assert empty.output == (None,) * 6
    with pytest.raises(Infeasible, match="hour 1"):
        objective(fleet, empty)


def test_corrupted_schedules_are_rejected() -> None:
    fleet = morning()
    good = scheduled(fleet, [[1, 1, 1, 1]] * 6)
    assert violations(fleet, good) == []
    output = [list(row or ()) for row in good.output]

    def told(hour: int, changes: dict[int, float]) -> list[str]:
        rows = [list(row) for row in output]
        for u, p in changes.items():
            rows[hour][u] = p
        return violations(fleet, good.model_copy(update={"output": tuple(map(tuple, rows))}))

    assert any("produced for a demand" in t for t in told(0, {0: 0.0}))
    assert any("outside its 150 to 455 MW" in t for t in told(0, {0: 500.0}))
    off = tuple(tuple(k != 2 for k in range(4)) for _ in range(6))
    wrong = Schedule(on=off, output=good.output)
    assert any("unit u4 is off and produces" in t for t in violations(fleet, wrong))
    assert violations(fleet, Schedule(on=good.on, output=(None, *good.output[1:])))
    assert violations(fleet, Schedule(on=good.on[1:], output=good.output[1:]))
    assert violations(fleet, Schedule(on=(good.on[0][:3],) * 6, output=good.output))


@pytest.mark.parametrize("change", [{"u1@h01": 2}, {"u1@h01": None}, {"u9@h01": 1}])
def test_interpret_is_strict(change: dict[str, Any]) -> None:
    fleet = morning()
    with pytest.raises(VerificationFailed, match=next(iter(change))):
        interpret(fleet, dict.fromkeys(fleet.labels(), 1) | change)


def test_a_sample_that_lacks_a_decision_is_refused() -> None:
    fleet = morning()
    with pytest.raises(VerificationFailed, match="u5@h06: 'nothing' is no answer"):
        interpret(fleet, dict.fromkeys(fleet.labels()[:-1], 1))


def test_start_costs_turn_cold_at_the_right_hour() -> None:
    u = unit(min_down=3, cold_hours=2, hot_start=7, cold_start=20, initial_hours=-1)
    assert [start_cost(u, k) for k in (5, 6)] == [7, 20]
    fleet = Fleet(units=(u, unit(name="base", p_max=500)), demand=(150.0,) * 6, reserve=0.0)
    assert [brute_starts(u, [0] * k + [1] * (6 - k)) for k in (4, 5)] == [7, 20]
    for k, cost in ((4, 7), (5, 20)):
        schedule = scheduled(fleet, [[int(h >= k), 1] for h in range(6)])
        fuel = sum(
            v.a + v.b * p + v.c * p * p
            for on, row in zip(schedule.on, schedule.output, strict=True)
            for v, s, p in zip(fleet.units, on, row or (), strict=True)
            if s
        )
        assert objective(fleet, schedule) - fuel == pytest.approx(cost)


# --- input ----------------------------------------------------------------------------------

GOOD_UNIT = unit().model_dump()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"p_max": "455"}, "p_max"),
        ({"p_max": True}, "p_max"),
        ({"p_max": float("nan")}, "p_max"),
        ({"p_max": float("inf")}, "p_max"),
        ({"p_max": -5}, "p_max"),
        ({"p_min": 101}, "p_min 101 MW is above p_max 100 MW"),
        ({"a": -1}, "a"),
        ({"c": -0.1}, "c"),
        ({"min_up": 0}, "min_up"),
        ({"min_up": 2.5}, "min_up"),
        ({"min_down": 1000}, "min_down"),
        ({"hot_start": 9}, "cold_start 0 \\$ is below hot_start 9 \\$"),
        ({"initial_hours": 0}, "initial_hours cannot be 0"),
        ({"initial_hours": None}, "initial_hours"),
        ({"name": "a@b"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "u\x1b[31m1"}, "name"),
        ({"name": "u1\n"}, "name"),
        ({"name": "u\u202e1"}, "name"),
        ({"fuel": "coal"}, "fuel"),
    ],
)
def test_bad_units_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Unit.model_validate(GOOD_UNIT | changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"demand": []}, "demand"),
        ({"demand": [0]}, "demand"),
        ({"demand": [-5]}, "demand"),
        ({"demand": ["50"]}, "demand"),
        ({"demand": [float("nan")]}, "demand"),
        ({"demand": [50] * 169}, "demand"),
        ({"demand": 50}, "demand"),
        ({"reserve": -0.1}, "reserve"),
        ({"reserve": 10}, "reserve"),
        ({"units": []}, "units"),
        ({"units": [GOOD_UNIT, GOOD_UNIT]}, "2 units are named 'u1'"),
        ({"hours": 3}, "hours"),
    ],
)
def test_bad_fleets_are_refused(changes: dict[str, Any], words: str) -> None:
    good = {"units": [GOOD_UNIT], "demand": [50.0], "reserve": 0.1}
    Fleet.model_validate(good)
    with pytest.raises(ValidationError, match=words):
        Fleet.model_validate(good | changes)


@pytest.mark.parametrize("make", [*usecase.instances.values(), lambda: example(8, 0)])
def test_json_round_trip(make: Any) -> None:
    fleet = make()
    text = json.dumps(json.loads(fleet.model_dump_json()), allow_nan=False)
    assert Fleet.model_validate_json(text) == fleet
    assert Fleet.model_validate(json.loads(text)) == fleet


def test_infeasible_fleets_are_told_why() -> None:
    large = Fleet(units=(unit(),), demand=(50.0, 95.0), reserve=0.1)
    small = Fleet(units=(unit(),), demand=(50.0, 10.0), reserve=0.1)
    for fleet, words in ((large, "hour 2.*whole fleet has 100 MW"), (small, "hour 2.*smallest")):
        for attempt in (model, reference):
            with pytest.raises(Infeasible, match=words):
                attempt(fleet)
    stuck = Fleet(
        units=(unit(initial_hours=-1, min_down=4), unit(name="u2", p_max=60)),
        demand=(50.0, 90.0),
        reserve=0.0,
    )
    with pytest.raises(Infeasible, match="minimum up and down times"):
        reference(stuck)


def test_large_fleets_are_refused_in_one_piece_only() -> None:
    twice = replicated(kazarlis(), 2)
    assert len(twice.units) == 20 and twice.demand[0] == 1400 and twice.units[10].name == "u1.2"
    with pytest.raises(TooLarge, match="14 units fit"):
        build(twice, 0.1)
    assert isinstance(model(twice), Incumbent)
    hour = single_hours(twice)[0]
    assert reference(hour).kind == "optimal"


def test_figures() -> None:
    for fleet in (morning(), single_hours(kazarlis())[5]):
        for row in (1, 0):
            answer = interpret(fleet, dict.fromkeys(fleet.labels(), row))
            assert usecase.plot is not None
            figure = usecase.plot(fleet, answer)
            power, raster = figure.axes
            assert power.get_ylabel() == "Power (MW)" and raster.get_xlabel() == "Hour"
            figure.canvas.draw()


def test_fleets_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv"
    path.write_text(files.EXAMPLE)
    fleet = load(usecase, str(path)).instance
    assert isinstance(fleet, Fleet)
    assert (fleet.demand, fleet.reserve) == ((150, 210, 180), 0.1)
    assert fleet.units[1].initial_hours == -2
    again = Fleet.model_validate_json(fleet.model_dump_json())
    assert reference(fleet).value == reference(again).value
    for old, new, told in (
        ("p_max", "pmax", "line 3: 'pmax' is no column"),
        (",-2", ",0", "line 5: initial_hours cannot be 0"),
        (",-2", ",-2.5", "line 5: initial_hours"),
        (",-2", "", "line 5: 11 values for 12 columns"),
        ("0.0005", "nan", "line 4: 'nan' is not a number"),
        ("demand", "load", "line 1: 'load' is no column"),
        ("reserve,0.1\n", "", "reserve: is missing"),
        ("peak", "base", "2 units are named 'base'"),
    ):
        path.write_text(files.EXAMPLE.replace(old, new, 1))
        with pytest.raises(BadInstance, match=told):
            load(usecase, str(path))
