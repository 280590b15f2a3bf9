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
from logistics.tail_assignment.airports import AIRPORTS, BRITAIN, DENMARK, great_circle
from logistics.tail_assignment.cover import exclusive, partition, rows, sufficient_weight
from logistics.tail_assignment.data import Plan, Route, TailAssignment
from logistics.tail_assignment.feasibility import first_plan
from logistics.tail_assignment.flights import Flight, clock, minutes
from logistics.tail_assignment.pool import generated
from logistics.tail_assignment.proof import count
from logistics.tail_assignment.routes import Columns, listed
from logistics.tail_assignment.rules import AircraftRules, CrewRules, Rules
from logistics.tail_assignment.timetable import block_time, synthetic
from tests.helpers import record
from usecases import run
from usecases.errors import BadInstance, Infeasible, VerificationFailed
from usecases.models import Incumbent, Structured, all_bits, energies, qubits, variables
from usecases.testing import check_usecase

PROVEN: list[tuple[str, float, int]] = []


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
    found = record("logistics/tail_assignment", "-i", instance, "-a", "exact")
    assert found["score"]["objective"] == value
    assert found["score"]["gap"] == 0
    assert found["score"]["reference"]["kind"] == "optimal"
    assert found["qubits"] == size


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
    again = [f.model_copy(update={"number": f"{f.number}/2", "departure": f.departure + 1440,
                                  "arrival": f.arrival + 1440}) for f in trips.flights[:4]]  # fmt: skip
    instance = TailAssignment(
        flights=(*trips.flights[2:], *again), rules=CrewRules(bases={"CPH": None})
    )
    routes = brute_routes(instance)
    names = {tuple(instance.flights[k].number for k in c): v for c, v in columns_of(instance).items()}
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
    if n > 16:
        pytest.skip("too many strings")
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
