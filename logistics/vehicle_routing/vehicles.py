"""The same problem by vehicles: which customer rides on which vehicle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from logistics.vehicle_routing.data import Plan, VehicleRouting
from logistics.vehicle_routing.packing import savings
from logistics.vehicle_routing.rounds import Group, shortest_round
from usecases.errors import Infeasible, TooLarge, VerificationFailed
from usecases.models import Choose, CostNetwork, Factor, Structured

MOST = 10
"""Customers for which all rounds are tabled, 2^10 for a vehicle."""


def places(instance: VehicleRouting) -> dict[str, tuple[int, int]]:
    """Each variable's customer and vehicle, both from 0: `IMM@2` is (0, 1).

    Vehicles are alike, so they are numbered by their first customers: customer c rides on one of
    the vehicles 0 to c, and the first customer on vehicle 0, which takes no variable.
    """
    most = instance.limit or len(instance.customers)
    return {
        f"{name}@{vehicle + 1}": (customer, vehicle)
        for customer, name in enumerate(instance.customers)
        for vehicle in range(min(customer + 1, most))
        if customer
    }


def by_vehicles(instance: VehicleRouting) -> Structured:
    """The length of each vehicle's shortest round as a table, and a vehicle for each customer.

    A string that breaks a rule costs at least the penalty, which exceeds a known plan by one.
    Raises TooLarge beyond 10 customers, and Infeasible for a single one.
    """
    customers = len(instance.customers)
    if customers > MOST:
        raise TooLarge(
            f"{customers} customers have 2^{customers} rounds for each vehicle",
            f"Rounds of up to {MOST} are tabled: leave out the formulation",
        )
    if customers == 1:
        raise Infeasible("one customer leaves nothing to choose", "Add another customer")
    where = places(instance)
    penalty = 1 + _known(instance)
    names = tuple(where)
    rides: dict[int, list[int]] = {}
    for variable, (customer, _) in enumerate(where.values()):
        rides.setdefault(customer, []).append(variable)
    factors = (*_rounds(instance, where, penalty), *_once(rides, penalty))
    groups = tuple(Choose(tuple(variables)) for variables in rides.values())
    return Structured(CostNetwork(names, factors), groups)


def _known(instance: VehicleRouting) -> int:
    """The length of some plan: all rounds of the savings heuristic, or a round for each customer.

    Where a limited fleet has no such plan, the sum of all distances, which no plan exceeds.
    """
    plan = savings(instance)
    if instance.limit is not None and len(plan) > instance.limit:
        return sum(map(sum, instance.distances))
    return sum(shortest_round(instance, group)[1] for group in plan)


def _rounds(
    instance: VehicleRouting, where: Mapping[str, tuple[int, int]], penalty: int
) -> Iterator[Factor]:
    """For each vehicle the shortest round through the customers on it, or what overload costs."""
    for vehicle in sorted({v for _, v in where.values()}):
        scope = [k for k, (_, v) in enumerate(where.values()) if v == vehicle]
        riders = [c for c, v in where.values() if v == vehicle]
        costs: dict[int, float] = {}
        for pattern in range(1 << len(scope)):
            on = [c for bit, c in enumerate(riders) if pattern >> bit & 1]
            costs[pattern] = _round(instance, tuple([0, *on] if vehicle == 0 else on), penalty)
        yield Factor(tuple(scope), costs)


def _round(instance: VehicleRouting, group: Group, penalty: int) -> float:
    excess = max(instance.load(group) - instance.capacity, 0)
    if excess:
        return penalty * (1 + excess / instance.capacity)
    return float(shortest_round(instance, group)[1])


def _once(rides: Mapping[int, list[int]], penalty: int) -> Iterator[Factor]:
    """What it costs that a customer rides on no vehicle, or on several."""
    for variables in rides.values():
        costs = {
            pattern: float(penalty * abs(pattern.bit_count() - 1))
            for pattern in range(1 << len(variables))
            if pattern.bit_count() != 1
        }
        yield Factor(tuple(variables), costs)


def read_vehicles(instance: VehicleRouting, sample: Mapping[str, int]) -> Plan:
    """The customers of each vehicle that leaves, in the order of their shortest round.

    Raises VerificationFailed for a variable that names no customer and vehicle of this instance.
    """
    where = places(instance)
    riders: dict[int, list[int]] = {0: [0]}
    for name, bit in sample.items():
        if name not in where or bit not in (0, 1):
            raise VerificationFailed(f"{name!r} = {bit} says of no customer whether it rides")
        if bit:
            customer, vehicle = where[name]
            riders.setdefault(vehicle, []).append(customer)
    rounds = [shortest_round(instance, tuple(sorted(riders[v])))[0] for v in sorted(riders)]
    return Plan(routes=tuple(tuple(instance.customers[c] for c in route) for route in rounds))
