"""Job shops: proven values, an independent brute force, files of the field, and bad input."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from logistics.job_shop import (
    JobShop,
    Run,
    Schedule,
    build,
    example,
    ft06,
    interpret,
    objective,
    usecase,
    violations,
)
from logistics.job_shop.dispatch import dispatched, lower_bound, makespan
from logistics.job_shop.jsp_text import parse_jsp
from logistics.job_shop.library import NAMES, catalogued, listed
from logistics.job_shop.model import sufficient_penalty
from logistics.job_shop.orders import Orders
from logistics.job_shop.proof import minimised, reference
from logistics.job_shop.timed import Moments, moments, read, timed
from logistics.job_shop.timed import build as build_timed
from tests.helpers import record
from usecases import registry, run
from usecases.algorithms.exact import Exact
from usecases.errors import BadInstance, Infeasible, TooLarge, VerificationFailed
from usecases.executor import Executor
from usecases.instances import load
from usecases.models import Evaluated, Structured, all_bits, energies, qubits, variables
from usecases.testing import check_usecase

PROVEN = [("demo", 23, 10), ("ft06-3x6", 47, 18), ("workshop", 30, 24), ("frontier", 55, 90),
          ("la01", 666, 225)]  # fmt: skip


@pytest.mark.parametrize(("instance", "value", "size"), PROVEN)
def test_proven_values(instance: str, value: int, size: int) -> None:
    """Enumerated to 24 qubits; above, CP-SAT orders what the reference keeps apart."""
    found = run("logistics/job_shop", instance, "exact")
    assert (found.score.objective, found.score.gap, found.qubits) == (value, 0, size)
    assert found.score.reference.kind == "optimal"
    assert found.answer.bound == value


def test_contract() -> None:
    assert check_usecase(usecase) == []


def semi_active(shop: JobShop, sequences: dict[int, tuple[int, ...]]) -> int | None:
    """The makespan when machines run these sequences, step by step; None in a deadlock."""
    steps = shop.steps
    done: dict[int, int] = {}
    queues = {m: list(s) for m, s in sequences.items()}
    ends = dict.fromkeys(queues, 0)
    moved = True
    while moved:
        moved = False
        for m, queue in queues.items():
            while queue and (not steps[queue[0]].place or queue[0] - 1 in done):
                o = queue.pop(0)
                ready = done[o - 1] if steps[o].place else 0
                done[o] = ends[m] = max(ready, ends[m]) + steps[o].duration
                moved = True
    return max(done.values()) if len(done) == len(steps) else None


def brute_force(shop: JobShop) -> int:
    """The least makespan over all sequences on all machines."""
    machines = shop.machines
    sequences = product(*(permutations(here) for here in machines.values()))
    spans = (semi_active(shop, dict(zip(machines, chosen, strict=True))) for chosen in sequences)
    return min(span for span in spans if span is not None)


def sample(shop: JobShop, row: Any) -> dict[str, int]:
    return dict(zip(Orders(shop).names, np.asarray(row).tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_all_orders_against_sequences(seed: int) -> None:
    """Makespans, deadlocks and the optimum of each random shop, by another road."""
    shop = example(3, seed)
    orders = Orders(shop)
    strings = all_bits(len(orders.pairs))
    spans, circles = orders.makespans(strings)
    best = brute_force(shop)
    assert reference(shop).value == best
    assert spans[circles == 0].min() == best
    assert makespan(shop, dispatched(shop)) >= best >= lower_bound(shop)
    for row, span, wrong in zip(strings, spans, circles, strict=True):
        answer = interpret(shop, sample(shop, row))
        assert bool(wrong) == bool(answer.circle) == bool(violations(shop, answer))
        if not wrong:
            assert objective(shop, answer) == span


@pytest.mark.parametrize("seed", range(6))
def test_paths_on_random_larger_shops(seed: int) -> None:
    """Random sequences on every machine, most of them deadlocked."""
    rng = np.random.default_rng(seed)
    shop = example(5, seed)
    orders = Orders(shop)
    rows, expected = [], []
    for _ in range(60):
        begins = rng.permutation(sum(map(len, shop.jobs))) + 40 * np.array(shop.heads)
        starts = tuple(begins.tolist()) if rng.random() < 0.7 else dispatched(shop)
        sequences = {m: tuple(sorted(h, key=starts.__getitem__)) for m, h in shop.machines.items()}
        rows.append(orders.bits(starts))
        expected.append(semi_active(shop, sequences))
    spans, circles = orders.makespans(np.array(rows))
    found = [None if c else s for s, c in zip(spans.tolist(), circles.tolist(), strict=True)]
    assert found == expected and any(e is not None for e in expected)


def test_circles_are_counted() -> None:
    """On one machine the count is the number of cyclic triples, tried one by one."""
    shop = JobShop(jobs=tuple(((0, d),) for d in (1, 2, 3, 4, 5)))
    orders = Orders(shop)
    strings = all_bits(10)
    _, circles = orders.makespans(strings)
    for row, count in zip(strings, circles, strict=True):
        first = {pair if bit else pair[::-1] for pair, bit in zip(orders.pairs, row, strict=True)}
        cyclic = sum({(a, b), (b, c), (c, a)} <= first for a, b, c in permutations(range(5), 3))
        assert count == cyclic // 3


@pytest.mark.parametrize("seed", range(4))
def test_the_guide_counts_circles(seed: int) -> None:
    """What the guide gains by its circles is never less than one for those that it knows."""
    from logistics.job_shop.guide import guide

    shop = example(3, seed)
    orders = Orders(shop)
    strings = all_bits(len(orders.pairs))
    extra = energies(guide(orders, 1.0), strings) - energies(guide(orders, 0.0), strings)
    _, circles = orders.makespans(strings)
    assert np.allclose(extra[circles == 0], 0.0)
    counted = orders.circles(orders.before(strings)) > 0
    assert (extra[counted] > 0.99).all() and (extra > -1e-9).all()


def test_the_penalty_is_sufficient_and_not_by_far() -> None:
    for seed in range(6):
        shop = example(3, seed)
        strings = all_bits(len(Orders(shop).pairs))
        model = build(shop)
        energy = model.energies(strings)
        broken = Orders(shop).makespans(strings)[1] > 0
        best = reference(shop).value
        assert energy.min() == best and (not broken.any() or energy[broken].min() > best)
        assert sufficient_penalty(shop) >= best
    shop = ft06(4, 3)
    assert Orders(shop).makespans(build_lowest(shop, 0.5))[1][0] > 0


def build_lowest(shop: JobShop, multiple: float) -> Any:
    strings = all_bits(len(Orders(shop).pairs))
    return strings[[build(shop, multiple).energies(strings).argmin()]]


@pytest.mark.parametrize("seed", range(8))
def test_cpsat_in_orders_and_in_intervals_agree(seed: int) -> None:
    shop = example(6, seed)
    orders = Orders(shop)
    bits, bound = minimised(orders, 20.0)
    spans, circles = orders.makespans(bits[None, :])
    assert (spans[0], circles[0]) == (bound, 0) and bound == reference(shop).value


def test_a_solver_that_runs_out_of_time_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = catalogued("ta80")
    monkeypatch.setattr("logistics.job_shop.proof.SECONDS", 0.01)
    told = reference(shop)
    known = listed(shop)
    assert known is not None and told.kind == "best_known" and told.value == known.upper
    assert "the literature has" in told.method
    with pytest.raises(TooLarge, match="99000 pairs"):
        build(shop)


def test_the_exact_algorithm_asks_a_computed_cost_for_its_own_solver() -> None:
    model = build(ft06())
    assert isinstance(model, Evaluated)
    (found,) = Exact().solve(model, Executor(None, None), np.random.default_rng(0))
    assert (found.energy, found.bound) == (55, 55)
    alone = Evaluated(model.guide, model.evaluate)
    with pytest.raises(TooLarge, match=r"2\^90 strings"):
        Exact().solve(alone, Executor(None, None), np.random.default_rng(0))


def test_qaoa_beats_chance_on_the_demo() -> None:
    for algorithm in usecase.algorithms:
        found = run("logistics/job_shop", "demo", algorithm)
        assert found.score.gap == 0
        assert found.score.lift_interval is not None and found.score.lift_interval[0] > 1


# --- start times ------------------------------------------------------------------------------


def test_ft06_takes_834_moments_at_its_optimum() -> None:
    assert sum(map(len, Moments(ft06(), 55).windows)) == 834
    by_formula = sum(6 * (55 - sum(d for _, d in job) + 1) for job in ft06().jobs)
    assert by_formula == 834


@pytest.mark.parametrize("seed", range(4))
def test_time_indexed_energies_are_makespans(seed: int) -> None:
    """Every answer with one moment each: its energy is the end, or above the horizon."""
    shop = example(2, seed)
    found = moments(shop)
    model = build_timed(found, 1.0)
    assert isinstance(model, Structured)
    names = variables(model)
    strings = all_bits(len(names))
    energy = energies(model, strings)
    best = reference(shop).value
    assert energy.min() == best
    for row, value in zip(strings[energy <= found.horizon], energy[energy <= found.horizon],
                          strict=True):  # fmt: skip
        answer = read(shop, dict(zip(names, row.tolist(), strict=True)))
        assert violations(shop, answer) == [] and objective(shop, answer) <= value


def test_start_times_are_proven_on_the_demo() -> None:
    found = record("logistics/job_shop:time", "-i", "demo", "-a", "exact")
    assert (found["score"]["objective"], found["score"]["gap"]) == (23, 0)
    assert found["answer"]["bound"] == 23


def test_kept_starts_are_those_without_violations() -> None:
    shop = ft06(3, 2)
    found = moments(shop)
    rng = np.random.default_rng(0)
    drawn = np.stack([rng.integers(w.start, w.stop, 300) for w in found.windows], axis=1)
    names = [(s.job + 1, s.place + 1) for s in shop.steps]
    told = [
        not violations(shop, schedule(*((*n, t) for n, t in zip(names, row, strict=True))))
        for row in drawn.tolist()
    ]
    assert found.kept(drawn).tolist() == told and 0 < sum(told) < 300


def test_horizons_and_sizes_that_cannot_be() -> None:
    with pytest.raises(Infeasible, match="at least 52"):
        _ = Moments(ft06(), 46).windows
    with pytest.raises(TooLarge, match="leave out :time"):
        timed(catalogued("la01"))


# --- reading back -----------------------------------------------------------------------------


def shop_of(*jobs: tuple[tuple[int, int], ...]) -> JobShop:
    return JobShop(jobs=jobs)


def schedule(*runs: tuple[int, int, int]) -> Schedule:
    return Schedule(runs=tuple(Run(job=j, operation=k, start=t) for j, k, t in runs))


def test_violations_speak_the_shops_language() -> None:
    shop = shop_of(((0, 3), (1, 4)), ((1, 5), (0, 2)))
    assert violations(shop, schedule((1, 1, 0), (1, 2, 5), (2, 1, 0), (2, 2, 5))) == []
    told = violations(shop, schedule((1, 1, 0), (1, 2, 2), (2, 1, 0), (2, 2, 5)))
    assert told == [
        "job 1 starts operation 2 at 2, before operation 1 ends at 3",
        "machine 1 runs job 2 and job 1 at the same time from 2 to 5",
    ]
    told = violations(shop, schedule((1, 1, -1), (1, 2, 5), (2, 1, 0), (2, 1, 9), (3, 1, 0)))
    assert told == [
        "job 3 has no operation 1",
        "job 1 starts operation 1 at -1, before time 0",
        "job 2 starts operation 1 2 times: at 0, 9",
        "job 2 never starts operation 2",
    ]
    twice = shop_of(((0, 3), (0, 4)), ((0, 1),))
    told = violations(twice, schedule((1, 1, 0), (1, 2, 2), (2, 1, 6)))
    assert "machine 0 runs job 1 twice at the same time from 2 to 3" in told


def test_contradictions_name_the_circle() -> None:
    shop = shop_of(((0, 3), (1, 4)), ((1, 5), (0, 2)))
    assert Orders(shop).names == ("M0:J1.1<J2.2", "M1:J1.2<J2.1")
    answer = interpret(shop, {"M0:J1.1<J2.2": 0, "M1:J1.2<J2.1": 1})
    (told, *rest) = violations(shop, answer)
    assert told.startswith("the orders contradict each other: ")
    assert set(told.partition(": ")[2].split(", ")) == {
        "machine 0 runs job 2 before job 1",
        "job 1 has operation 1 before operation 2",
        "machine 1 runs job 1 before job 2",
        "job 2 has operation 1 before operation 2",
    }
    assert len(rest) == 4 and "job 1 never starts operation 1" in rest
    with pytest.raises(Infeasible, match="nothing runs"):
        objective(shop, answer)


@pytest.mark.parametrize("change", [{"M0:J1.1<J2.2": 2}, {"M0:J1.1<J2.2": None}, {"M9:x": 1}])
def test_interpret_is_strict(change: dict[str, Any]) -> None:
    shop = shop_of(((0, 3), (1, 4)), ((1, 5), (0, 2)))
    good = dict.fromkeys(Orders(shop).names, 0)
    with pytest.raises(VerificationFailed, match=next(iter(change))):
        interpret(shop, good | change)
    with pytest.raises(VerificationFailed, match="no answer"):
        read(shop, good)


@pytest.mark.parametrize("seed", range(5))
def test_operations_that_take_no_time(seed: int) -> None:
    """They still need the machine for a moment, and can still stand in a circle."""
    rng = np.random.default_rng(seed)
    jobs = tuple(
        tuple((m, int(d)) for (m, _), d in zip(job, rng.integers(0, 3, 3), strict=True))
        for job in example(3, seed).jobs
    )
    shop = shop_of(*jobs)
    strings = all_bits(len(Orders(shop).pairs))
    spans, circles = Orders(shop).makespans(strings)
    best = brute_force(shop)
    assert spans[circles == 0].min() == best == reference(shop).value
    assert Orders(shop).makespans(Orders(shop).bits(dispatched(shop))[None, :])[1][0] == 0
    for row, wrong in zip(strings, circles, strict=True):
        assert bool(wrong) == bool(violations(shop, interpret(shop, sample(shop, row))))


def test_visiting_a_machine_again_takes_no_bit() -> None:
    shop = shop_of(((0, 2), (1, 1), (0, 3)), ((0, 4),), ((1, 6),))
    orders = Orders(shop)
    assert orders.names == ("M0:J1.1<J2.1", "M0:J1.3<J2.1", "M1:J1.2<J3.1")
    between = interpret(shop, {"M0:J1.1<J2.1": 1, "M0:J1.3<J2.1": 0, "M1:J1.2<J3.1": 1})
    assert violations(shop, between) == [] and objective(shop, between) == 9
    circle = interpret(shop, {"M0:J1.1<J2.1": 0, "M0:J1.3<J2.1": 1, "M1:J1.2<J3.1": 1})
    assert circle.circle and reference(shop).value == brute_force(shop)


# --- input ------------------------------------------------------------------------------------

TEXT = """# Fisher and Thompson
 instance ft06
+++++++++++++++
6 6
""" + "\n".join(" ".join(f"{m} {d}" for m, d in job) for job in ft06().jobs)


def test_the_text_format() -> None:
    assert parse_jsp(TEXT) == ft06()
    assert parse_jsp("2 2\n0 3 1 4 # first\n\n1 5\n").jobs == (((0, 3), (1, 4)), ((1, 5),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# nothing", "no line gives the number"),
        ("2 2 2\n0 1\n1 1", "line 1: 3 numbers"),
        ("2 2\n0 1", "line 2: 1 jobs are given and 2 were announced"),
        ("1 2\n0 1\n1 1", "line 3: 2 jobs are given and 1 were announced"),
        ("1 2\n\n0 1 1", "line 3: 3 numbers"),
        ("1 2\n0 1 2 1", "line 2: machine 2, where 0 to 1 exist"),
        ("1 2\n0 -3", "line 2: '-3' is not a whole number"),
        ("1 2\n0 1.5", "line 2: '1.5' is not a whole number"),
        ("1 2\nname 1", "line 2: 'name' is not a whole number"),
        ("1 0\n0 1", "line 1: 0 machines"),
        ("1 2\n0 ٣", "line 2"),
    ],
)
def test_bad_texts_are_refused(text: str, words: str) -> None:
    with pytest.raises(BadInstance, match=words):
        parse_jsp(text)


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ([], "jobs"),
        ([[]], "jobs.0"),
        ([[[0, -1]]], "jobs.0.0.1"),
        ([[[-1, 2]]], "jobs.0.0.0"),
        ([[[0, 2.5]]], "jobs.0.0.1"),
        ([[["0", 2]]], "jobs.0.0.0"),
        ([[[0, True]]], "jobs.0.0.1"),
        ([[[0, 1, 2]]], "jobs.0.0"),
        ([[[0, 10**9]]], "jobs.0.0.1"),
        ([[[0, 1]] * 150] * 50, "7500 operations are given"),
    ],
)
def test_bad_shops_are_refused(jobs: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        JobShop.model_validate_json(json.dumps({"jobs": jobs}), strict=True)


def test_degenerate_shops_are_told_in_one_line(tmp_path: Path) -> None:
    apart = shop_of(((0, 3),), ((1, 4), (1, 2)))
    assert reference(apart).value == 6
    with pytest.raises(BadInstance, match="nothing to put in order"):
        build(apart)
    with pytest.raises(BadInstance, match="2 to 70"):
        example(1, 0)


def test_a_wrong_operation_is_named_without_its_echoes(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text('{"jobs": [[[0, 1]], [[0, 1.5]]]}')
    with pytest.raises(BadInstance) as told:
        load(usecase, str(own))
    assert str(told.value) == "own.json: jobs.1.0.1: Input should be a valid integer, got 1.5"


def test_the_catalogue_is_the_packages() -> None:
    from logistics.job_shop.library import _instances

    assert set(NAMES) == set(_instances()) and len(NAMES) == 162
    assert catalogued("ft06") == ft06()
    known = listed(ft06())
    assert known is not None and (known.lower, known.upper) == (55, 55)
    assert listed(ft06(4, 3)) is None
    for name in ("abz5", "yn4", "swv20"):
        assert len(Orders(catalogued(name)).shop.jobs) in (10, 20, 50)
    assert registry.usecase("logistics/job_shop").catalogue is not None


def test_figures() -> None:
    assert usecase.plot is not None
    shop = ft06(4, 3)
    for row in (0, 1):
        figure = usecase.plot(shop, interpret(shop, dict.fromkeys(Orders(shop).names, row)))
        (axes,) = figure.axes
        assert axes.get_xlabel() == "time (units of the instance)"
        figure.canvas.draw()
    many = example(12, 0)
    assert qubits(build(many)) == 12 * 66
    usecase.plot(many, interpret(many, sample(many, Orders(many).bits(dispatched(many)))))
