"""A part of a flight as a flight of its own: some positions are freed, all else stays put."""

from __future__ import annotations

from collections.abc import Iterable

from logistics.cargo_loading.flight import GRAM, Balance, Flight, ShearLimit
from logistics.cargo_loading.reading import Place, Plan, interpret, objective, violations
from logistics.cargo_loading.rules import rules
from usecases.errors import Infeasible, UsageError


def one_by_one(flight: Flight) -> Plan:
    """A plan that loads the heaviest containers one by one where the rules allow.

    Raises Infeasible where that leads to none, as with an empty aircraft out of balance.
    """
    known = rules(flight).known
    if known is None:
        raise Infeasible("loading the heaviest containers one by one leads to no plan that may fly")
    return interpret(flight, dict(zip(flight.labels(), known.tolist(), strict=True)))


def inside(flight: Flight, plan: Plan, first: int, count: int) -> list[str]:
    """Containers that stand wholly in `count` positions from `first` (from 1) on."""
    doubles = {c.name for c in flight.containers if c.kind == "double"}
    last = first + count - 1
    return [
        place.container
        for place in plan.loaded
        if first <= place.position and place.position + (place.container in doubles) <= last
    ]


def block(flight: Flight, plan: Plan, first: int, count: int, waiting: Iterable[str]) -> Flight:
    """The flight of `count` positions from `first` on, for what stands there and what waits.

    All other containers become part of the aircraft: they take of the payload and of the shear
    limits and shift the empty centre of gravity, to the millimetre. Raises UsageError where a
    double reaches into these positions from outside.
    """
    names = [*inside(flight, plan, first, count), *waiting]
    fixed = [place for place in plan.loaded if place.container not in names]
    taken = {p for place in fixed for p in _stands(flight, place)}
    if taken & set(range(first, first + count)):
        raise UsageError(f"a double reaches into positions {first} to {first + count - 1}")
    mass = {c.name: c.mass for c in flight.containers}
    parts = [
        (flight.x[p - 1] if flight.x else 0.0, mass[place.container] / len(stands))
        for place in fixed
        for stands in [_stands(flight, place)]
        for p in stands
    ]
    return Flight(
        containers=tuple(c for c in flight.containers if c.name in names),
        positions=count,
        payload=round(flight.payload - sum(m for _, m in parts), 3) or GRAM,
        x=flight.x[first - 1 : first - 1 + count],
        balance=_balance(flight, parts),
        shear=tuple(_station(limit, parts) for limit in flight.shear),
    )


def improved(flight: Flight, plan: Plan, first: int, part: Flight, found: Plan) -> Plan:
    """The plan with the block's own plan in it, if that keeps all rules and carries more."""
    freed = {c.name for c in part.containers}
    kept = [place for place in plan.loaded if place.container not in freed]
    moved = [Place(container=p.container, position=p.position + first - 1) for p in found.loaded]
    other = Plan(loaded=(*kept, *moved))
    better = not violations(flight, other) and objective(flight, other) > objective(flight, plan)
    return other if better else plan


def _stands(flight: Flight, place: Place) -> list[int]:
    doubles = {c.name for c in flight.containers if c.kind == "double"}
    return [place.position, place.position + 1][: 1 + (place.container in doubles)]


def _balance(flight: Flight, parts: list[tuple[float, float]]) -> Balance | None:
    if flight.balance is None:
        return None
    mass = flight.balance.empty_mass + sum(m for _, m in parts)
    moment = flight.balance.empty_mass * flight.balance.empty_cg + sum(x * m for x, m in parts)
    there = {"empty_mass": round(mass, 3), "empty_cg": round(moment / mass, 3)}
    return Balance.model_validate(flight.balance.model_dump() | there)


def _station(limit: ShearLimit, parts: list[tuple[float, float]]) -> ShearLimit:
    """The limit less what stands on that side for good; a gram where nothing is left."""
    at = sum(m for x, m in parts if x == limit.x) / 2
    forward = at + sum(m for x, m in parts if x < limit.x)
    aft = at + sum(m for x, m in parts if x > limit.x)
    left = {
        side: None if most is None else max(round(most - load, 3), GRAM)
        for side, most, load in (("forward", limit.forward, forward), ("aft", limit.aft, aft))
    }
    return ShearLimit(x=limit.x, **left)
