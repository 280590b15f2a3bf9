"""Reading answers back, and what an airline's planner would object to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logistics.tail_assignment.data import Plan, TailAssignment
from logistics.tail_assignment.feasibility import fleets
from usecases.errors import VerificationFailed


def interpret(instance: TailAssignment, sample: Mapping[str, int]) -> Plan:
    """The chosen routes, by their first departures; nothing is repaired.

    Raises VerificationFailed for a variable that names no flights of this instance.
    """
    known = instance.by_number
    routes = []
    for name, bit in sample.items():
        if bit not in (0, 1):
            raise VerificationFailed(f"the variable {name!r} has the value {bit}, not 0 or 1")
        if name.startswith("+"):  # an aircraft that stays at its base
            continue
        numbers = tuple(name.split("+"))
        if any(number not in known for number in numbers):
            raise VerificationFailed(f"{name!r} names no flights of this instance")
        if bit:
            routes.append(numbers)
    return Plan(routes=tuple(sorted(routes, key=lambda r: (known[r[0]].departure, r))))


def violations(instance: TailAssignment, plan: Plan) -> list[str]:
    """Flights not flown or flown twice, routes against the rules, aircraft that are missing."""
    known = instance.by_number
    flown: dict[str, list[int]] = {}
    for k, numbers in enumerate(plan.routes, 1):
        for number in numbers:
            flown.setdefault(number, []).append(k)
    found = [f"there is no flight {number}" for number in flown if number not in known]
    for flight in instance.flights:
        by = flown.get(flight.number, [])
        if not by:
            found.append(f"flight {flight} is not flown")
        elif len(by) > 1:
            times = "twice" if len(by) == 2 else f"{len(by)} times"
            routes = ", ".join(map(str, by[:-1])) + f" and {by[-1]}"
            found.append(f"flight {flight} is flown {times}, by routes {routes}")
    listed = {route.flights for route in instance.routes}
    for k, numbers in enumerate(plan.routes, 1):
        legs = [known[n] for n in numbers if n in known]
        if not numbers:
            found.append(f"route {k} has no flights")
        elif listed and numbers not in listed:
            found.append(f"route {k} ({'+'.join(numbers)}) is none of the listed routes")
        elif legs and not listed:
            found += [f"route {k} {text}" for text in instance.rules.objections(legs)]
    return found + list(_missing(instance, plan))


def _missing(instance: TailAssignment, plan: Plan) -> Iterator[str]:
    origin = {flight.number: flight.origin for flight in instance.flights}
    starts = [origin.get(route[0]) for route in plan.routes if route]
    for base, limit in fleets(instance).items():
        needed = starts.count(base)
        if needed > limit:
            yield f"{base} needs {needed} {instance.rules.several}, the fleet has {limit}"


def objective(instance: TailAssignment, plan: Plan) -> float:
    """The cost of all routes in euro, from the rules or from the list of routes."""
    if instance.routes:
        costs = {route.flights: route.cost for route in instance.routes}
        return float(sum(costs[numbers] for numbers in plan.routes))
    known = instance.by_number
    return float(sum(instance.rules.cost([known[n] for n in route]) for route in plan.routes))
