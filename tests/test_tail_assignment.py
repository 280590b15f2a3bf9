"""Tail assignment: proven values, an independent brute force, and what bad input is told."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from logistics.tail_assignment import (
    build,
    example,
    grouped,
    interpret,
    objective,
    parse_timetable,
    prove,
    usecase,
    violations,
)
from logistics.tail_assignment import pool as pool_module
from logistics.tail_assignment import proof as proof_module
from logistics.tail_assignment.airports import AIRPORTS, BRITAIN, DENMARK, great_circle
from logistics.tail_assignment.cover import exclusive, partition, rows, sufficient_weight
from logistics.tail_assignment.data import Plan, Route, TailAssignment
from logistics.tail_assignment.feasibility import first_plan
from logistics.tail_assignment.flights import Flight, clock, minutes
from logistics.tail_assignment.pool import generated, relaxation
from logistics.tail_assignment.proof import count
from logistics.tail_assignment.routes import Columns, listed
from logistics.tail_assignment.rules import AircraftRules, CrewRules, Rules
from logistics.tail_assignment.timetable import block_time, synthetic
from tests.helpers import record
from usecases import run
from usecases.errors import BadInstance, Infeasible, VerificationFailed
from usecases.models import Incumbent, Structured, all_bits, energies, qubits, variables
from usecases.testing import check_usecase

PROVEN = [
    ("demo", 9676, 8),
    ("workshop", 13_962, 18),
    ("crew", 11_866, 15),
]


def flight(number: str, origin: str, destination: str, departure: str, arrival: str) -> Flight:
    return Flight.model_validate(
        {"number": number, "origin": origin, "destination": destination}
        | {"departure": departure, "arrival": arrival}
    )


def brute_routes(instance: TailAssignment) -> dict[tuple[str, ...], int]:
    """All routes by trying every set of flights, with rules written anew from their docstrings."""
    found = {}
    for size in range(1, min(len(instance.flights), instance.rules.most_legs) + 1):
        for legs in itertools.combinations(instance.flights, size):
            cost = brute_cost(instance.rules, legs)
            if cost is not None:
                found[tuple(f.number for f in legs)] = cost
    return found


def brute_cost(rules: Rules, legs: tuple[Flight, ...]) -> int | None:
    """The cost of flights in the order of their departures; None where they are no route."""
    pairs = list(itertools.pairwise(legs))
    if any(a.destination != b.origin for a, b in pairs):
        return None
    grounds = [b.departure - a.arrival for a, b in pairs]
    if any(g < rules.turn for g in grounds) or (rules.bases and legs[0].origin not in rules.bases):
        return None
    if isinstance(rules, AircraftRules):
        return aircraft_cost(rules, legs, grounds)
    assert isinstance(rules, CrewRules)
    return crew_cost(rules, legs, grounds)


def aircraft_cost(rules: AircraftRules, legs: Any, grounds: list[int]) -> int | None:
    flown = sum(f.arrival - f.departure for f in legs)
    if any(g > rules.longest_ground for g in grounds) or flown > (rules.check or flown):
        return None
    total = rules.fixed
    if legs[0].origin != legs[-1].destination:
        if rules.away is None or (rules.bases and legs[-1].destination not in rules.bases):
            return None
        total += rules.away
    for g in grounds:
        late = rules.lateness * 2.718281828459045 ** (-(g - rules.turn) / rules.lateness)
        total += round(rules.idle / 60 * (g - rules.turn) + rules.delay * late)
    return total


def crew_cost(rules: CrewRules, legs: Any, grounds: list[int]) -> int | None:
    if legs[0].origin != legs[-1].destination:
        return None
    duties, total = [[legs[0]]], 0
    for leg, ground in zip(legs[1:], grounds, strict=True):
        if rules.most_duties > 1 and ground - rules.briefing >= rules.rest:
            duties.append([])
            total += rules.night
        duties[-1].append(leg)
    for duty in duties:
        time = duty[-1].arrival - duty[0].departure + rules.briefing
        if time > rules.duty - 30 * max(0, len(duty) - 2):
            return None
        total += rules.hourly * time / 60
    return round(total) if len(duties) <= rules.most_duties else None


def brute_plans(instance: TailAssignment) -> list[tuple[int, tuple[tuple[str, ...], ...]]]:
    """All plans and their costs: the earliest flight not yet flown is given a route, and so on."""
    routes = {r.flights: r.cost for r in instance.routes} or brute_routes(instance)
    bases = instance.rules.bases
    origin = {f.number: f.origin for f in instance.flights}

    def plans(left: list[str]) -> Any:
        if not left:
            yield 0, ()
            return
        for route, cost in routes.items():
            if left[0] in route and set(route) <= set(left):
                for rest, others in plans([n for n in left if n not in route]):
                    yield cost + rest, (route, *others)

    found = []
    for cost, plan in plans([f.number for f in instance.flights]):
        starts = [origin[route[0]] for route in plan]
        if all(k is None or starts.count(base) <= k for base, k in bases.items()):
            found.append((cost, plan))
    return sorted(found)


def columns_of(instance: TailAssignment) -> Columns:
    columns = listed(instance, 100_000)
    assert columns is not None
    return columns


# --- proven values -----------------------------------------------------------------------


@pytest.mark.parametrize(("instance", "value", "size"), PROVEN)
def test_proven_values(instance: str, value: float, size: int) -> None:
    found = run("logistics/tail_assignment", instance, "exact")
    assert (found.score.objective, found.score.gap, found.qubits) == (value, 0, size)
    assert found.score.reference.kind == "optimal"


def test_the_command_attains_the_demos_optimum() -> None:
    found = record("logistics/tail_assignment", "-a", "exact")
    assert (found["score"]["objective"], found["score"]["gap"], found["qubits"]) == (9676, 0, 8)


@pytest.mark.parametrize(("name", "value", "plans"), [("demo", 9676, 4), ("workshop", 13_962, 16)])
def test_named_instances_by_brute_force(name: str, value: int, plans: int) -> None:
    instance = usecase.instances[name]()
    found = brute_plans(instance)
    assert [cost for cost, _ in found[:2] if cost == value] == [value]
    assert len(found) == plans
    assert "the only optimal plan" in prove(instance).method


def test_crews_have_nine_plans() -> None:
    instance = usecase.instances["crew"]()
    assert count(instance, columns_of(instance), None) == len(brute_plans(instance)) == 9
    assert "the only optimal plan" in prove(instance).method


def test_contract_is_kept() -> None:
    assert check_usecase(usecase) == []


def test_great_circles() -> None:
    assert great_circle("CPH", "LHR") == pytest.approx(979.6, abs=0.1)
    assert great_circle("LHR", "LHR") == 0
    assert block_time("CPH", "LHR") == 105
    assert {*DENMARK, *BRITAIN} == set(AIRPORTS)


def test_airports_are_those_of_the_package() -> None:
    airportsdata = pytest.importorskip("airportsdata")
    known = airportsdata.load("IATA")
    for code, airport in AIRPORTS.items():
        assert known[code]["name"] == airport.name
        assert known[code]["lat"] == pytest.approx(airport.latitude, abs=1e-6)
        assert known[code]["lon"] == pytest.approx(airport.longitude, abs=1e-6)


def test_times_of_day() -> None:
    assert [minutes(t) for t in ("00:00", "08:10", "23:59", "00:40+1")] == [0, 490, 1439, 1480]
    assert [clock(minutes(t)) for t in ("08:10", "00:40+1")] == ["08:10", "00:40+1"]
    for text in ("24:00", "8:10", "08:60", "08:10+7", "08.10", "", "٠٨:١٠"):
        with pytest.raises(ValueError, match="no time"):
            minutes(text)


# --- routes, model and reference against brute force --------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_everything_agrees_with_brute_force(seed: int) -> None:
    instance = example(3, seed)
    routes = brute_routes(instance)
    columns = columns_of(instance)
    names = {tuple(instance.flights[k].number for k in c): cost for c, cost in columns.items()}
    assert names == routes
    plans = brute_plans(instance)
    proven = prove(instance)
    assert (proven.kind, proven.value) == ("optimal", plans[0][0])
    assert count(instance, columns, None) == len(plans)
    assert count(instance, columns, plans[0][0]) == sum(cost == plans[0][0] for cost, _ in plans)
    for cost, routes_of in plans:
        plan = Plan(routes=routes_of)
        assert violations(instance, plan) == []
        assert objective(instance, plan) == cost


@pytest.mark.parametrize("seed", range(6))
def test_every_string_of_the_model(seed: int) -> None:
    """Energies of plans are costs; all other strings lie above the best plan, by the bound."""
    instance = example(3, seed)
    model = build(instance)
    names, strings = variables(model), all_bits(qubits(model))
    values = energies(model, strings)
    plans = {frozenset(plan): cost for cost, plan in brute_plans(instance)}
    best, met = min(plans.values()), {}
    for row, energy in zip(strings, values, strict=True):
        plan = interpret(instance, dict(zip(names, row.tolist(), strict=True)))
        cost = plans.get(frozenset(plan.routes))
        if cost is None:
            assert violations(instance, plan)
            assert energy > best
        else:
            assert energy >= cost
            met[frozenset(plan.routes)] = min(energy, met.get(frozenset(plan.routes), energy))
    assert met == pytest.approx(plans)


@pytest.mark.parametrize("seed", range(4))
def test_crews_agree_with_brute_force(seed: int) -> None:
    trips = synthetic(4, seed, bases=1)
    again = [
        f.model_copy(
            update={
                "number": f"{f.number}/2",
                "departure": f.departure + 1440,
                "arrival": f.arrival + 1440,
            }
        )
        for f in trips.flights[:4]
    ]
    instance = TailAssignment(
        flights=(*trips.flights[2:], *again), rules=CrewRules(bases={"CPH": None})
    )
    routes = brute_routes(instance)
    names = {
        tuple(instance.flights[k].number for k in c): v for c, v in columns_of(instance).items()
    }
    assert set(names) == set(routes) and len(routes) > 3
    for route, cost in names.items():
        assert cost == pytest.approx(routes[route], abs=len(route))  # euro are rounded leg by leg


@pytest.mark.parametrize("seed", range(5))
def test_the_weight_suffices_and_a_smaller_one_may_not(seed: int) -> None:
    instance = example(4, seed)
    columns = columns_of(instance)
    stated = rows(instance, columns)
    plan = first_plan(instance, columns)
    weight = sufficient_weight(stated, sum(columns[c] for c in plan))
    n = len(stated.labels)
    assert n <= 16
    best = prove(instance).value
    strings = all_bits(n)
    for multiple in (1.0, 2.0):
        model = partition(stated, multiple * weight)
        values = model.energies((strings, list(model.variables)))
        broken = (strings @ stated.rules != stated.wanted).any(axis=1)
        assert values.min() == pytest.approx(best)
        assert values[broken].min() > best
    weak = partition(stated, 1.0)
    assert weak.energies((strings, list(weak.variables))).min() < best


@pytest.mark.parametrize("seed", range(6))
def test_groups_hold_in_every_plan(seed: int) -> None:
    instance = example(4, seed)
    columns = columns_of(instance)
    stated = rows(instance, columns)
    groups = exclusive(stated)
    seen = [v for group in groups for v in group.variables]
    assert groups and len(set(seen)) == len(seen)
    chosen = {label: k for k, label in enumerate(stated.labels)}
    for _, plan in brute_plans(instance):
        bits = np.zeros(len(stated.labels))
        bits[[chosen["+".join(route)] for route in plan]] = 1
        for group in groups:
            assert bits[list(group.variables)].sum() == group.count


# --- large instances ----------------------------------------------------------------------


def test_the_frontier_is_improved_block_by_block() -> None:
    instance = usecase.instances["frontier"]()
    assert len(columns_of(instance)) == 929
    model = build(instance)
    assert isinstance(model, Incumbent) and model.grow is not None
    first = feasible_cost(instance, model)
    settings = {"solver": "lns", "solver.solver": "exact", "solver.block": 14, "solver.rounds": 20}
    found = run("logistics/tail_assignment", "frontier", "column_generation", parameters=settings)
    assert found.score.feasible and found.score.objective is not None
    assert found.score.reference.kind == "optimal" and found.score.reference.value == 42_082
    assert 42_082 <= found.score.objective <= 1.03 * 42_082 < 0.9 * first


def feasible_cost(instance: TailAssignment, model: Incumbent) -> float:
    """The cost of a pool's own plan, which is its energy."""
    plan = interpret(instance, model.sample)
    assert violations(instance, plan) == []
    names = variables(model)
    energy = energies(model, np.array([[model.sample[v] for v in names]], dtype=np.int8))[0]
    assert energy == pytest.approx(objective(instance, plan))
    return float(energy)


def test_pools_hold_the_plan_and_value_it_alike() -> None:
    instance = usecase.instances["frontier"]()
    model = build(instance)
    assert isinstance(model, Incumbent) and model.grow is not None
    grown = model.grow(model.sample)
    assert feasible_cost(instance, grown) == feasible_cost(instance, model)
    assert interpret(instance, grown.sample) == interpret(instance, model.sample)
    assert len(variables(grown)) > 300


def fourteen() -> TailAssignment:
    """Fourteen round trips with 158 routes."""
    instance = synthetic(14, 1, bases=3, stations=4, away=1500, check=640)
    assert len(columns_of(instance)) == 158
    return instance


def test_generated_routes_hold_what_the_relaxation_needs() -> None:
    """Column generation from nothing reaches the bound of the relaxation over all routes."""
    instance = fourteen()
    columns, found = columns_of(instance), generated(instance)
    assert found.keys() <= columns.keys() and all(columns[c] == v for c, v in found.items())
    assert relaxed(instance, found) == pytest.approx(relaxed(instance, columns))


def relaxed(instance: TailAssignment, columns: Columns) -> float:
    prices, fleet = relaxation(instance, columns)
    limits = instance.rules.bases
    return float(prices.sum()) + sum(mu * (limits[base] or 0) for base, mu in fleet.items())


def test_more_routes_than_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pool_module, proof_module):
        monkeypatch.setattr(module, "LISTED", 50)
    instance = fourteen()
    model = build(instance)
    assert isinstance(model, Incumbent)
    feasible_cost(instance, model)
    monkeypatch.undo()
    best = prove(instance).value
    assert best == 30_455
    for module in (pool_module, proof_module):
        monkeypatch.setattr(module, "LISTED", 50)
    found = prove(instance)
    assert found.kind == "best_known" and "pool of" in found.method
    assert best <= found.value <= 1.02 * best


# --- fleets -------------------------------------------------------------------------------

MORNING = (
    ("A1", "CPH", "LHR", "06:00", "07:45"),
    ("A2", "LHR", "CPH", "08:30", "10:15"),
    ("B1", "CPH", "LHR", "11:00", "12:45"),
    ("B2", "LHR", "CPH", "13:30", "15:15"),
    ("C1", "CPH", "EDI", "16:00", "17:45"),
    ("C2", "EDI", "CPH", "18:30", "20:15"),
)


def morning(aircraft: int | None, **rules: Any) -> TailAssignment:
    return TailAssignment(
        flights=tuple(flight(*row) for row in MORNING),
        rules=AircraftRules(bases={"CPH": aircraft}, **rules),
    )


@pytest.mark.parametrize("aircraft", [1, 2, 3])
def test_a_fleet_that_may_stay_at_home(aircraft: int) -> None:
    """One to three aircraft are needed; with two, a bit counts the one that is left."""
    instance = morning(aircraft, fixed=0, idle=600)
    model = build(instance)
    names, strings = variables(model), all_bits(qubits(model))
    assert sum(name.startswith("+") for name in names) == (aircraft == 2)
    values = energies(model, strings)
    best = interpret(instance, dict(zip(names, strings[values.argmin()].tolist(), strict=True)))
    assert violations(instance, best) == []
    assert values.min() == prove(instance).value == brute_plans(instance)[0][0]
    for row, energy in zip(strings, values, strict=True):
        plan = interpret(instance, dict(zip(names, row.tolist(), strict=True)))
        if violations(instance, plan):
            assert energy > values.min()
    if aircraft == 1:
        assert isinstance(grouped(instance), Structured)


def test_too_few_aircraft() -> None:
    instance = example(4, 1)
    bases = dict.fromkeys(instance.rules.bases, 1)
    short = instance.model_copy(
        update={"rules": instance.rules.model_copy(update={"bases": bases, "most_legs": 2})}
    )
    for attempt in (build, prove):
        with pytest.raises(Infeasible, match=r"needs \d aircraft, the fleet has 1"):
            attempt(short)


def test_a_flight_that_no_route_flies() -> None:
    lonely = flight("X9", "MAN", "EDI", "09:00", "10:00")
    instance = morning(None)
    alone = instance.model_copy(update={"flights": (*instance.flights, lonely)})
    for attempt in (build, grouped, prove):
        with pytest.raises(Infeasible, match="flies flight X9 MAN–EDI 09:00"):
            attempt(alone)


def test_flights_that_no_combination_covers() -> None:
    """Two flights out and only one back: each has a route, both together have none."""
    flights = tuple(
        flight(*row) for row in (MORNING[0], ("A3", "CPH", "LHR", "06:10", "07:55"), MORNING[1])
    )
    instance = TailAssignment(flights=flights)
    for attempt in (build, prove):
        with pytest.raises(
            Infeasible, match=r"at least 1 stays on the ground, such as A[13] CPH–LHR 06:[01]0"
        ):
            attempt(instance)


# --- reading back -------------------------------------------------------------------------


def test_violations_in_a_planners_words() -> None:
    instance = morning(1, check=400, away=None)
    told = violations(instance, Plan(routes=(("A1", "A2"), ("A1", "A2", "B1", "B2", "C1"))))
    assert "flight A1 CPH–LHR 06:00 is flown twice, by routes 1 and 2" in told
    assert "flight C2 EDI–CPH 18:30 is not flown" in told
    assert "route 2 begins at CPH and ends at EDI" in told
    assert "route 2 flies 525 min, its line check is due after 400 min" in told
    assert "CPH needs 2 aircraft, the fleet has 1" in told
    told = violations(instance, Plan(routes=(("A2", "C1"), ("B1", "A1"), (), ("Q7",))))
    assert "route 1 begins at LHR, which is no base" in told
    assert "route 2 arrives at LHR with B1, A1 leaves CPH" in told
    assert "route 3 has no flights" in told and "there is no flight Q7" in told
    tight = morning(None, turn=50)
    told = violations(tight, Plan(routes=(("A1", "A2"), ("B1", "B2"), ("C1", "C2"))))
    assert "route 1 45 min between A1 and A2, least turn 50 min" in told
    waits = morning(None, longest_ground=60)
    told = violations(waits, Plan(routes=(("A1", "A2", "C1", "C2"), ("B1", "B2"))))
    assert told == ["route 1 345 min on the ground between A2 and C1 are not allowed"]


def test_crew_limits_in_words() -> None:
    instance = usecase.instances["crew"]()
    numbers = [f.number for f in instance.flights]
    (long,) = [t for t in violations(instance, Plan(routes=(tuple(numbers[:6]),))) if "duty" in t]
    assert long.startswith("route 1 is on duty for") and "limit 660 min" in long


@pytest.mark.parametrize("change", [{"S101+S102": 2}, {"S101+S102": None}, {"S1+S2": 1}, {"": 1}])
def test_interpret_is_strict(change: dict[str, Any]) -> None:
    with pytest.raises(VerificationFailed):
        interpret(usecase.instances["demo"](), change)


def test_listed_routes_are_the_only_ones() -> None:
    instance = usecase.instances["unique"]()
    assert len(instance.routes) == 15 and count(instance, columns_of(instance), None) == 1
    several = usecase.instances["several"]()
    assert several.flights == instance.flights
    assert count(several, columns_of(several), None) == len(brute_plans(several)) == 16
    _, plan = brute_plans(instance)[0]
    assert violations(instance, Plan(routes=plan)) == []
    other = next(p for _, p in brute_plans(several) if p != plan)
    assert any("none of the listed routes" in t for t in violations(instance, Plan(routes=other)))


# --- input --------------------------------------------------------------------------------

TABLE = """## a comment
# bases: CPH 2, BLL
# turn: 40
# timetable: summer 2026
flight,origin,destination,departure,arrival
A1,CPH,LHR,06:00,07:45

"A2",LHR,CPH,23:00,00:45+1
"""


def test_a_timetable_that_is_far_too_long_is_refused_at_once() -> None:
    rows = "".join(f"F{k},CPH,LHR,08:00,09:45\n" for k in range(30_000))
    with pytest.raises(BadInstance, match="at most 500 items"):
        parse_timetable("flight,origin,destination,departure,arrival\n" + rows)


def test_timetables_are_read() -> None:
    instance = parse_timetable(TABLE)
    assert [f.number for f in instance.flights] == ["A1", "A2"]
    assert instance.flights[1].arrival == 1485 and instance.timetable == "summer 2026"
    assert instance.rules == AircraftRules(bases={"CPH": 2, "BLL": None}, turn=40)
    assert parse_timetable(TABLE.replace("# turn: 40", "# kind: crew")).rules.kind == "crew"
    assert parse_timetable(TABLE.replace("turn: 40", "lateness: 7.5")).rules != instance.rules


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("06:00", "6:00", "line 6: departure: '6:00' is no time such as 08:10"),
        ("07:45", "05:45", "line 6: flight A1 arrives at 05:45, not after"),
        ("CPH,LHR", "C,LHR", "line 6: origin"),
        ("CPH,LHR", "cph,LHR", "line 6: origin: .*, got 'cph'"),
        ("A1", "A+1", "line 6: number"),
        ("A1", "", "line 6: number"),
        ('"A2"', "A1", "line 8: flight 'A1' is listed twice"),
        ('"A2"', '"A2', "line 8: is no CSV"),
        ("A1,CPH", "A1", "line 6: has 4 cells where 5 are needed"),
        ("flight,", "number,", "line 5: the header is not flight,origin"),
        ("# turn: 40", "# turn: soon", "turn"),
        ("# turn: 40", "# turn: -4", "turn"),
        ("# turn: 40", "# speed: 4", "speed"),
        ("# turn: 40", "# turn 40", "line 3: '# turn 40' sets no rule"),
        ("# turn: 40", "# bases: EDI", "line 3: bases is set twice"),
        ("CPH 2,", "CPH two,", "line 2: 'CPH two' is no base"),
        ("BLL", "CPH", "line 2: CPH is listed twice"),
        ("# turn: 40", "# kind: bus", "kind|rules"),
        ("summer 2026", "\x1b[31m", "timetable"),
    ],
)
def test_bad_timetables_name_the_line(old: str, new: str, words: str) -> None:
    with pytest.raises(BadInstance, match=words) as caught:
        parse_timetable(TABLE.replace(old, new, 1))
    assert "\n" not in str(caught.value)


GOOD: dict[str, Any] = {
    "flights": [dict(zip(("number", "origin", "destination", "departure", "arrival"), row,
                         strict=True)) for row in MORNING],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"flights": []}, "flights"),
        ({"flights": GOOD["flights"] + GOOD["flights"][:1]}, "flight A1 is listed twice"),
        ({"rules": {"turn": 30}}, "rules"),
        ({"rules": {"kind": "crew", "check": 3}}, "check"),
        ({"rules": {"kind": "aircraft", "lateness": float("nan")}}, "lateness"),
        ({"rules": {"kind": "aircraft", "lateness": 0}}, "lateness"),
        ({"rules": {"kind": "aircraft", "bases": {"CPH": -1}}}, "bases"),
        ({"routes": [{"flights": ["A1", "Q1"], "cost": 1}]}, "route 1: there is no flight Q1"),
        ({"routes": [{"flights": ["A1", "B1"], "cost": 1}]}, "does not leave where A1 arrives"),
        ({"routes": [{"flights": ["B1", "A2"], "cost": 1}]}, "leaves before 12:45"),
        ({"routes": [{"flights": [], "cost": 1}]}, "routes"),
        ({"routes": [{"flights": ["A1"], "cost": -1}]}, "cost"),
        ({"routes": [{"flights": ["A1"], "cost": 1}] * 2}, "route 2 is the same as route 1"),
        ({"aircraft": 3}, "aircraft"),
    ],
)
def test_bad_instances_are_refused(change: dict[str, Any], words: str) -> None:
    TailAssignment.model_validate_json(json.dumps(GOOD), strict=True)
    with pytest.raises((ValidationError, ValueError), match=words):
        TailAssignment.model_validate_json(json.dumps(GOOD | change), strict=True)


def test_examples() -> None:
    assert example(4, 3) == example(4, 3) != example(4, 4)
    assert [len(example(n, 0).flights) for n in (1, 5, 40)] == [2, 10, 80]
    for size in (0, 201):
        with pytest.raises(BadInstance, match="1 to 200"):
            example(size, 0)


def test_one_flight() -> None:
    scenic = TailAssignment(flights=(flight("A1", "CPH", "CPH", "10:00", "11:00"),))
    model = build(scenic)
    assert variables(model) == ("A1",)
    assert prove(scenic).value == 3000


# --- machines and pictures ----------------------------------------------------------------


def test_groups_make_plans_likely() -> None:
    """QAOA on the demo: the plain model and the one whose mixer keeps the groups."""
    plain = run("logistics/tail_assignment", "demo", "qaoa", parameters={"layers": 4})
    kept = run("logistics/tail_assignment:groups", "demo", "qaoa", parameters={"layers": 4})
    for found in (plain, kept):
        assert found.score.gap == 0 and found.score.lift_interval is not None
        assert found.score.lift_interval[0] > 1
    assert plain.score.feasible_share is not None and kept.score.feasible_share is not None
    assert kept.score.feasible_share > 3 * plain.score.feasible_share


def test_figures() -> None:
    for name in ("demo", "crew", "frontier"):
        instance = usecase.instances[name]()
        plan = Plan(routes=tuple((f.number,) for f in instance.flights[1:]))
        for answer in (plan, Plan(routes=()), Plan(routes=(*plan.routes, plan.routes[0]))):
            assert usecase.plot is not None
            figure = usecase.plot(instance, answer)
            assert "synthetic timetable" in figure.axes[0].get_title()
            assert "UTC" in figure.axes[0].get_xlabel()
            figure.canvas.draw()


def test_routes_cost_what_their_makers_say() -> None:
    routes = [
        {"flights": ["A1", "A2"], "cost": 7},
        {"flights": ["B1", "B2", "C1", "C2"], "cost": 9},
    ]
    instance = TailAssignment.model_validate_json(json.dumps(GOOD | {"routes": routes}))
    assert instance.routes[0] == Route(flights=("A1", "A2"), cost=7)
    assert prove(instance).value == 16
    assert objective(instance, Plan(routes=tuple(r.flights for r in instance.routes))) == 16
