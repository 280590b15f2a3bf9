"""Cargo loading: proven values, an independent search, and what bad input is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from logistics.cargo_loading import (
    Flight,
    Plan,
    build,
    interpret,
    model,
    objective,
    parse_csv,
    plot,
    reference,
    registers,
    slack,
    usecase,
    violations,
)
from logistics.cargo_loading.airbus import balanced, containers, example, places
from logistics.cargo_loading.blocks import block, improved, inside, one_by_one
from logistics.cargo_loading.files import EXAMPLE
from logistics.cargo_loading.flight import Container
from logistics.cargo_loading.pairs import penalty, sufficient_penalty
from logistics.cargo_loading.reading import Place
from logistics.cargo_loading.rules import rules
from tests.helpers import record, usecases
from usecases.errors import BadInstance, Infeasible, TooLarge, UsageError, VerificationFailed
from usecases.handle import run
from usecases.instances import load
from usecases.models import all_bits, energies, qubits, variables
from usecases.testing import check_usecase

NAME = "logistics/cargo_loading"

PROVEN = [
    ("demo", 5699, 12, 23, 8),
    ("demo-balance", 3833, 12, None, 8),
    ("workshop", 8966, 24, 31, 18),
    ("workshop-balance", 8531, 24, None, 18),
    ("kinds", 9153, 19, None, 14),
    ("frontier", 40_000, 695, 1019, 175),
]
"""Instance, kg, and qubits of the three formulations (None where nobody counted by hand)."""


def flight(**changes: Any) -> Flight:
    fields: dict[str, Any] = {"positions": 3, "payload": 7000}
    fields["containers"] = [{"name": f"C{k}", "mass": 1000.0 * k} for k in (1, 2, 3)]
    return Flight.model_validate(fields | changes)


def plan(*loaded: tuple[str, int]) -> Plan:
    return Plan(loaded=tuple(Place(container=c, position=p) for c, p in loaded))


def heaviest(case: Flight) -> float | None:
    """The greatest mass by going through all plans, in floating point, from the words alone."""
    best: float | None = None
    room = [1.0] * case.positions

    def flies(loaded: list[tuple[float, float]]) -> bool:
        if case.balance is not None:
            empty = case.balance.empty_mass
            total = empty + sum(m for _, m in loaded)
            cg = (empty * case.balance.empty_cg + sum(x * m for x, m in loaded)) / total
            if not case.balance.forward - 1e-9 <= cg <= case.balance.aft + 1e-9:
                return False
        for s in case.shear:
            here = sum(m for x, m in loaded if abs(x - s.x) < 1e-9) / 2
            ahead = here + sum(m for x, m in loaded if x < s.x - 1e-9)
            behind = here + sum(m for x, m in loaded if x > s.x + 1e-9)
            if s.forward is not None and ahead > s.forward + 1e-9:
                return False
            if s.aft is not None and behind > s.aft + 1e-9:
                return False
        return True

    def go(k: int, carried: float, loaded: list[tuple[float, float]]) -> None:
        nonlocal best
        if k == len(case.containers):
            if (
                carried <= case.payload + 1e-9
                and (best is None or carried > best)
                and flies(loaded)
            ):
                best = carried
            return
        go(k + 1, carried, loaded)
        container = case.containers[k]
        span = 2 if container.kind == "double" else 1
        takes = 0.5 if container.kind == "half" else 1.0
        for p in range(case.positions - span + 1):
            here = range(p, p + span)
            if all(room[q] >= takes for q in here):
                for q in here:
                    room[q] -= takes
                at = [(case.x[q] if case.x else 0.0, container.mass / span) for q in here]
                go(k + 1, carried + container.mass, loaded + at)
                for q in here:
                    room[q] += takes

    go(0, 0.0, [])
    return best


# --- proven values -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [row[:2] for row in PROVEN])
def test_the_reference_proves_its_values(name: str, value: int) -> None:
    proven = reference(usecase.instances[name]())
    assert (proven.value, proven.kind) == (value, "optimal")
    assert "CP-SAT" in proven.method


@pytest.mark.parametrize(("name", "value"), [row[:2] for row in PROVEN if row[0] != "frontier"])
def test_named_instances_by_going_through_all_plans(name: str, value: int) -> None:
    assert heaviest(usecase.instances[name]()) == value


@pytest.mark.parametrize(("name", "value", "size"), [("demo", 5699, 12), ("workshop", 8966, 24)])
def test_the_models_optima_are_proven_as_well(name: str, value: int, size: int) -> None:
    found = run(NAME, name, "exact")
    assert (found.score.objective, found.score.gap, found.qubits) == (value, 0, size)
    assert found.score.feasible and found.score.reference.kind == "optimal"


def test_the_command_attains_the_demos_optimum() -> None:
    found = record(NAME, "-a", "exact")
    assert (found["score"]["objective"], found["score"]["gap"], found["qubits"]) == (5699, 0, 12)


def test_the_masses_of_demo_and_workshop_are_the_challenges() -> None:
    assert [c.mass for c in usecase.instances["demo"]().containers] == [2134, 3455, 1866, 1699]
    whole = usecase.instances["frontier"]()
    kinds = [c.kind for c in whole.containers]
    assert [kinds.count(k) for k in ("standard", "half", "double")] == [20, 10, 5]
    assert sum(c.mass for c in whole.containers) == 46_719 + 11_178 + 17_300
    assert (whole.x[0], whole.x[-1], whole.payload) == (-19, 19, 40_000)
    middle = next(s for s in whole.shear if s.x == 0)
    end = next(s for s in whole.shear if s.x == -18)
    assert (middle.forward, middle.aft, end.forward, end.aft) == (26_000, 26_000, 2_600, None)


@pytest.mark.parametrize("row", PROVEN)
def test_qubits_are_as_many_as_the_formulas_say(row: tuple[str, int, int, Any, int]) -> None:
    name, _, pairs, slacked, compact = row
    case = usecase.instances[name]()
    doubles = sum(c.kind == "double" for c in case.containers)
    assert qubits(model(case)) == pairs == len(case.containers) * case.positions - doubles
    assert len(registers.labels(case)) == compact
    assert slacked is None or len(slack.labels(case)) == slacked


def test_contract() -> None:
    assert check_usecase(usecase) == []


# --- the formulations against brute force ------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_random_flights_by_going_through_all_plans(seed: int) -> None:
    case = example(9, seed)
    known, strings = rules(case), all_bits(len(case.pairs))
    energy = model(case).energies(strings)
    kept = known.severity(strings) == 0
    best = heaviest(case)
    assert reference(case).value == best
    assert -energy.min() == best
    assert energy[~kept].min() > energy.min()
    for row in np.random.default_rng(seed).integers(0, len(strings), 60).tolist():
        answer = interpret(case, dict(zip(case.labels(), strings[row].tolist(), strict=True)))
        assert (violations(case, answer) == []) == kept[row]
        if kept[row]:
            assert objective(case, answer) == -energy[row]


@pytest.mark.parametrize("seed", range(10))
def test_registers_hold_the_same_optimum(seed: int) -> None:
    case = example(9, seed)
    strings = all_bits(len(registers.labels(case)))
    energy = registers.model(case).energies(strings)
    assert -energy.min() == heaviest(case)
    best = strings[energy.argmin()].tolist()
    answer = registers.interpret(case, dict(zip(registers.labels(case), best, strict=True)))
    assert violations(case, answer) == [] and objective(case, answer) == -energy.min()


def test_the_registers_guide_is_the_main_one() -> None:
    case = usecase.instances["kinds"]()
    names = registers.labels(case)
    bits = np.random.default_rng(1).integers(0, 2, (300, len(names)), dtype=np.int8)
    compact = registers.model(case).guide.energies(bits)
    pairs = energies(build(case, 0.5).guide, registers.decisions(case, bits))
    assert compact == pytest.approx(pairs)


def small(**changes: Any) -> Flight:
    """A flight whose slack model is small enough to enumerate, with every kind of limit."""
    loads = [{"name": n, "mass": m, "kind": k} for n, m, k in changes.pop("loads")]
    return flight(containers=loads, positions=2, **changes)


SMALL = [
    {"loads": [("a", 30, "standard"), ("b", 20, "standard"), ("c", 40, "standard")], "payload": 60},
    {"loads": [("a", 30, "half"), ("b", 20, "half"), ("c", 40, "half")], "payload": 70},
    {"loads": [("a", 30, "double"), ("b", 20, "half"), ("c", 40, "standard")], "payload": 500},
    {
        "loads": [("a", 30, "standard"), ("b", 20, "standard"), ("c", 40, "standard")],
        "payload": 500,
        "x": [-1, 1],
        "balance": {"empty_mass": 20, "empty_cg": 0, "forward": -0.5, "aft": 0.25},
    },
    {
        "loads": [("a", 30, "standard"), ("b", 20, "half"), ("c", 40, "standard")],
        "payload": 500,
        "x": [-1, 1],
        "shear": [{"x": 0, "forward": 20, "aft": 30}],
    },
    {
        "loads": [("a", 40, "double"), ("b", 20, "half"), ("c", 10, "half")],
        "payload": 500,
        "x": [-1, 1],
        "shear": [{"x": -1, "forward": 15}, {"x": 1, "aft": 10}],
    },
]


@pytest.mark.parametrize("number", range(len(SMALL)))
def test_the_slack_models_optimum_is_the_heaviest_plan(number: int) -> None:
    case = small(**json.loads(json.dumps(SMALL[number])))
    bqm = slack.model(case)
    assert variables(bqm) == slack.labels(case)
    strings = all_bits(qubits(bqm))
    energy = energies(bqm, strings)
    best = heaviest(case)
    assert energy.min() == pytest.approx(-(best or 0.0))
    kept = rules(case).severity(strings[:, : len(case.pairs)]) == 0
    assert kept[energy < energy.min() + 1e-6].all()
    assert energy[~kept].min() > energy.min() + 1e-6


def test_below_the_sufficient_penalty_a_broken_plan_wins() -> None:
    case = usecase.instances["demo"]()
    strings = all_bits(12)
    broken = rules(case).severity(strings) > 0
    assert sufficient_penalty(case) == 7000 - 5699
    assert penalty(case, 0.0) == sufficient_penalty(case)
    cheap, right = build(case, -0.55), build(case, 0.5)
    assert broken[cheap.energies(strings).argmin()]
    assert not broken[right.energies(strings).argmin()]


# --- blocks ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_block_knows_the_rules_of_the_whole(seed: int) -> None:
    case = example(16, seed)
    deck = one_by_one(case)
    rng = np.random.default_rng(seed)
    aboard = {place.container for place in deck.loaded}
    ashore = [c.name for c in case.containers if c.name not in aboard]
    try:
        part = block(case, deck, 2, 2, ashore)
    except UsageError:
        assert any(c.kind == "double" for c in case.containers)
        return
    there = set(inside(case, deck, 2, 2))
    assert {c.name for c in part.containers} == there | set(ashore)
    rest = [place for place in deck.loaded if place.container not in there]
    for row in rng.integers(0, 2, (60, len(part.pairs))) * rng.integers(0, 2, (60, 1)):
        found = interpret(part, dict(zip(part.labels(), row.tolist(), strict=True)))
        moved = [Place(container=p.container, position=p.position + 1) for p in found.loaded]
        whole = violations(case, Plan(loaded=(*rest, *moved)))
        assert (violations(part, found) == []) == (whole == [])
        better = improved(case, deck, 2, part, found)
        assert violations(case, better) == []
        assert objective(case, better) >= objective(case, deck)


def test_a_block_of_the_frontier_comes_nearer_to_the_payload_limit() -> None:
    case = usecase.instances["frontier"]()
    deck = one_by_one(case)
    assert objective(case, deck) == 39_993 and violations(case, deck) == []
    aboard = {place.container for place in deck.loaded}
    ashore = [c.name for c in case.containers if c.name not in aboard]
    gained = set()
    for first in range(6, 10):
        try:
            part = block(case, deck, first, 3, ashore)
        except UsageError:
            continue
        best = reference(part).value
        kept = sum(c.mass for c in case.containers if c.name in inside(case, deck, first, 3))
        gained.add(best - kept)
    assert max(gained) > 0 and 39_993 + max(gained) <= 40_000


# --- reading and the rules ---------------------------------------------------------------


def test_violations_in_the_load_masters_words() -> None:
    case = flight(payload=4500.5)
    assert violations(case, plan(("C1", 1), ("C3", 2))) == []
    assert violations(case, plan(("C3", 1), ("C2", 2))) == [
        "payload 5 000 kg exceeds 4 500.5 kg by 499.5 kg"
    ]
    assert violations(case, plan(("C1", 1), ("C1", 3))) == [
        "container C1 stands in positions 1 and 3 at once"
    ]
    assert violations(case, plan(("C1", 2), ("C2", 2))) == [
        "position 2 holds C1 and C2; it has room for one container or for two halves"
    ]
    assert violations(case, plan(("C9", 1), ("C1", 4))) == [
        "container C9 is not on the list of this flight",
        "container C1 stands in position 4; the deck has positions 1 to 3",
    ]


def test_halves_share_a_position_and_doubles_take_two() -> None:
    loads = [Container(name=f"h{k}", mass=10, kind="half") for k in range(3)]
    case = flight(containers=[*loads, Container(name="d", mass=10, kind="double")], positions=2)
    assert violations(case, plan(("h0", 1), ("h1", 1), ("h2", 2))) == []
    assert (
        "position 1 holds h0, h1 and h2"
        in violations(case, plan(("h0", 1), ("h1", 1), ("h2", 1)))[0]
    )
    assert violations(case, plan(("d", 1))) == []
    assert "position 2 holds h0 and d" in violations(case, plan(("h0", 2), ("d", 1)))[0]
    assert "stands out beyond the last position" in violations(case, plan(("d", 2)))[0]


def test_balance_and_shear_name_place_and_excess() -> None:
    case = flight(
        x=[-2, 0, 2],
        balance={"empty_mass": 1000, "empty_cg": 0, "forward": -1, "aft": 1},
        shear=[{"x": 0, "forward": 2000, "aft": 2500}, {"x": 1, "aft": 2900}],
    )
    assert violations(case, plan(("C2", 1), ("C1", 3))) == []
    assert violations(case, plan(("C3", 3))) == [
        "centre of gravity at x = 1.500 m, 0.500 m aft of its aft limit of 1 m",
        "shear at x = 0 m: 3 000 kg stand aft of it, 500 kg over the limit of 2 500 kg",
        "shear at x = 1 m: 3 000 kg stand aft of it, 100 kg over the limit of 2 900 kg",
    ]
    assert violations(case, plan(("C1", 1), ("C3", 2)))[0].startswith(
        "shear at x = 0 m: 2 500 kg stand forward of it, 500 kg over"
    )


def test_interpret_refuses_what_is_no_answer() -> None:
    case = usecase.instances["demo"]()
    zero = dict.fromkeys(case.labels(), 0)
    assert interpret(case, zero).loaded == ()
    for wrong in ({}, zero | {"C1@01": 2}, zero | {"C9@01": 1}):
        with pytest.raises(VerificationFailed):
            interpret(case, wrong)
    compact = dict.fromkeys(registers.labels(case), 0)
    for wrong in ({}, compact | {"C1.0": 2}, compact | {"C1.7": 0}):
        with pytest.raises(VerificationFailed):
            registers.interpret(case, wrong)
    with pytest.raises(VerificationFailed):
        slack.interpret(case, zero)


def test_an_aircraft_that_never_flies_is_infeasible() -> None:
    balance = {"empty_mass": 100_000, "empty_cg": 5, "forward": -1, "aft": 1}
    case = flight(x=[-2, 0, 2], balance=balance)
    with pytest.raises(Infeasible, match="not even an empty deck"):
        reference(case)
    needs_ballast = flight(x=[-2, 0, 2], balance=balance | {"empty_mass": 500, "empty_cg": 1.5})
    with pytest.raises(Infeasible, match="one by one"):
        one_by_one(needs_ballast)
    assert reference(needs_ballast).value == heaviest(needs_ballast) == 6000
    strings = all_bits(9)
    assert model(needs_ballast).energies(strings).min() == -6000


# --- input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"payload": 0}, "0.001"),
        ({"containers": [{"name": "a", "mass": 1e-9}]}, "0.001"),
        ({"positions": 2.5}, "integer"),
        ({"containers": [{"name": "a", "mass": 1}] * 2}, "2 containers are named 'a'"),
        ({"containers": [{"name": "a b", "mass": 1}]}, "pattern"),
        ({"containers": [{"name": "a", "mass": 1.00001}]}, "finer than a gram"),
        ({"containers": [{"name": "a", "mass": 1, "kind": "triple"}]}, "standard"),
        ({"x": [0, 1]}, "x has 2 places for 3 positions"),
        ({"x": [0, 2, 1]}, "x must ascend"),
        ({"shear": [{"x": 0, "aft": 1}]}, "need x"),
        ({"shear": [{"x": 0}], "x": [0, 1, 2]}, "needs forward, aft or both"),
        (
            {"containers": [{"name": "a", "mass": 1, "kind": "double"}], "positions": 1},
            "has a place",
        ),
        ({"speed": 1}, "Extra inputs"),
    ],
)
def test_bad_flights_are_told_apart(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        flight(**changes)


def test_csv_is_read_line_by_line() -> None:
    case = parse_csv(EXAMPLE)
    assert case.x == places(4, 8) == (-3, -1, 1, 3)
    assert case.balance is not None and case.balance.aft == 1.6
    assert [c.kind for c in case.containers] == ["standard", "half", "half", "double"]
    assert parse_csv("\npositions,3\npayload,7e3\nname,kind,mass\na,standard,1\n").payload == 7000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no line name,kind,mass"),
        ("payload,1\nname,kind,mass\n", "positions: is missing"),
        ("positions,two\npayload,1\nname,kind,mass\n", "line 1: 'two' is not a number"),
        ("positions,nan\npayload,1\nname,kind,mass\n", "line 1: 'nan' is not a number"),
        ("positions,1_0\npayload,1\nname,kind,mass\n", "line 1: '1_0' is not a number"),
        ("positions,1.5\npayload,1\nname,kind,mass\n", "whole number"),
        ("positions,1\npositions,1\nname,kind,mass\n", "given twice"),
        ("colour,1\nname,kind,mass\n", "'colour' is no key"),
        ("positions,1\npayload,1\nname,kind,mass\na,standard\n", "line 4: a container reads"),
        ("positions,1\npayload,1\nshear,0,1\nname,kind,mass\n", "line 3: a station reads"),
        ('positions,1\npayload,1\nname,kind,mass\n"a,standard,1\n', "is not CSV"),
        ("positions,1\npayload,1\nlength,-2\nname,kind,mass\n", "positive length"),
    ],
)
def test_bad_csv_names_the_line(text: str, told: str) -> None:
    with pytest.raises(BadInstance, match=told):
        parse_csv(text)


def test_files_from_the_command(tmp_path: Path) -> None:
    good = tmp_path / "own.csv"
    good.write_text(EXAMPLE)
    loaded = load(usecase, str(good)).instance
    assert isinstance(loaded, Flight) and reference(loaded).value == heaviest(loaded)
    good.write_text(EXAMPLE.replace("half,1800", "tiny,1800"))
    done = usecases("run", NAME, "-i", good, "-a", "exact")
    assert done.returncode == 3 and "containers.1.kind" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_what_no_simulator_holds_is_refused() -> None:
    for form in ("", ":registers"):
        with pytest.raises(TooLarge):
            run(NAME + form, "frontier", "qaoa")
    with pytest.raises(TooLarge):
        run(NAME, "frontier", "exact")
    many = [{"name": f"C{k}", "mass": 1000 + k} for k in range(200)]
    with pytest.raises(TooLarge, match="2000 decisions"):
        model(flight(containers=many, positions=10))
    with pytest.raises(ValidationError, match="more than 20000 decisions"):
        flight(containers=many, positions=150)


# --- runs and picture --------------------------------------------------------------------


def test_qaoa_finds_the_demos_optimum_more_often_than_chance() -> None:
    score = run(NAME, "demo").score
    assert score.objective == 5699 and score.gap == 0
    assert score.lift_interval is not None and score.lift_interval[0] > 5


@pytest.mark.parametrize("name", ["demo", "kinds", "demo-balance", "frontier"])
def test_the_picture_shows_every_container_loaded(name: str) -> None:
    case = usecase.instances[name]()
    answer = one_by_one(case)
    figure = plot(case, answer)
    deck = figure.axes[0]
    words = " ".join(text.get_text() for text in deck.texts)
    assert all(f"{place.container}\n" in words for place in answer.loaded)
    assert len(figure.axes) == 1 + bool(case.balance) + bool(case.shear)
    labels = [t.get_text() for axes in figure.axes[1:] for t in axes.get_legend().get_texts()]
    assert case.balance is None or any(label.startswith("loaded") for label in labels)


def test_a_broken_plan_can_be_drawn() -> None:
    case = balanced(Flight(containers=containers(1, 2, 3), positions=3, payload=7000),
                    empty_mass=3000, most=1500)  # fmt: skip
    figure = plot(case, plan(("C1", 1), ("C2", 1), ("C3", 1)))
    labels = [t.get_text() for t in figure.axes[1].get_legend().get_texts()]
    assert any("outside the limits" in label for label in labels)
