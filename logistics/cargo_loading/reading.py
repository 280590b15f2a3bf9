"""Reading an answer back: the loading plan, the rules it breaks, and the mass it carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydantic import Field

from logistics.cargo_loading.flight import POSITION, ROOM, Flight, grams, millimetres
from usecases.models import Sample
from usecases.records import Record
from usecases.samples import checked


class Place(Record):
    """A container and the position where it stands; a double stands in the next one as well."""

    container: str
    position: int = Field(description="from 1, the most forward")


class Plan(Record):
    """What is loaded where."""

    loaded: tuple[Place, ...]


def interpret(flight: Flight, sample: Sample) -> Plan:
    """The plan with every container where the sample places it, be it twice.

    Raises VerificationFailed when the sample lacks a decision, has one that the flight has not,
    or holds something else than 0 and 1.
    """
    bits = checked(sample, flight.labels(), "A sample holds 0 or 1 for each container and position")
    return placed(flight, [pair for bit, pair in zip(bits, flight.pairs, strict=True) if bit])


def placed(flight: Flight, chosen: list[tuple[int, int]]) -> Plan:
    """The plan of these pairs (container, first position), from 0."""
    return Plan(
        loaded=tuple(Place(container=flight.containers[c].name, position=p + 1) for c, p in chosen)
    )


def violations(flight: Flight, plan: Plan) -> list[str]:
    """The broken rules in a load master's words; empty when the aircraft may fly."""
    known = {c.name for c in flight.containers}
    strange = [
        f"container {place.container} is not on the list of this flight"
        for place in plan.loaded
        if place.container not in known
    ]
    outside = [line for place in plan.loaded for line in _outside(flight, place, known)]
    if strange or outside:
        return [*strange, *outside]
    chosen = _chosen(flight, plan)
    return [
        *_copies(flight, chosen),
        *_crowded(flight, chosen),
        *_heavy(flight, chosen),
        *_unbalanced(flight, chosen),
        *_sheared(flight, chosen),
    ]


def objective(flight: Flight, plan: Plan) -> float:
    """The mass of the containers loaded, in kg."""
    mass = {c.name: grams(c.mass) for c in flight.containers}
    return sum(mass[place.container] for place in plan.loaded) / 1000


Chosen = list[tuple[int, int]]
"""Pairs (container, first position), from 0."""


def _chosen(flight: Flight, plan: Plan) -> Chosen:
    number = {c.name: k for k, c in enumerate(flight.containers)}
    return [(number[place.container], place.position - 1) for place in plan.loaded]


def _outside(flight: Flight, place: Place, known: set[str]) -> Iterator[str]:
    if place.container not in known:
        return
    kinds = {c.name: c.kind for c in flight.containers}
    if not 1 <= place.position <= flight.positions:
        yield (
            f"container {place.container} stands in position {place.position}; the deck has"
            f" positions 1 to {flight.positions}"
        )
    elif kinds[place.container] == "double" and place.position == flight.positions:
        yield (
            f"double container {place.container} in position {place.position} stands out beyond"
            " the last position"
        )


def _copies(flight: Flight, chosen: Chosen) -> Iterator[str]:
    for c, count in Counter(c for c, _ in chosen).items():
        if count > 1:
            where = _listed(str(p + 1) for k, p in chosen if k == c)
            yield f"container {flight.containers[c].name} stands in positions {where} at once"


def _crowded(flight: Flight, chosen: Chosen) -> Iterator[str]:
    for position in range(flight.positions):
        there = [c for c, p in chosen if position in flight.stands(c, p)]
        if sum(ROOM[flight.containers[c].kind] for c in there) > POSITION:
            names = _listed(flight.containers[c].name for c in there)
            yield (
                f"position {position + 1} holds {names}; it has room for one container or for"
                " two halves"
            )


def _heavy(flight: Flight, chosen: Chosen) -> Iterator[str]:
    total = sum(grams(flight.containers[c].mass) for c, _ in chosen)
    most = grams(flight.payload)
    if total > most:
        yield f"payload {_kg(total)} exceeds {_kg(most)} by {_kg(total - most)}"


def _unbalanced(flight: Flight, chosen: Chosen) -> Iterator[str]:
    """Moments are in grams times half millimetres, whole numbers."""
    if flight.balance is None:
        return
    mass = grams(flight.balance.empty_mass)
    moment = 2 * mass * millimetres(flight.balance.empty_cg)
    for c, p in chosen:
        stands = flight.stands(c, p)
        own = grams(flight.containers[c].mass)
        mass += own
        moment += own * sum(millimetres(flight.x[k]) for k in (stands[0], stands[-1]))
    cg = moment / mass / 2000
    forward, aft = flight.balance.forward, flight.balance.aft
    if moment > 2 * mass * millimetres(aft):
        yield (
            f"centre of gravity at x = {cg:.3f} m, {cg - aft:.3f} m aft of its aft limit of"
            f" {aft:g} m"
        )
    if moment < 2 * mass * millimetres(forward):
        yield (
            f"centre of gravity at x = {cg:.3f} m, {forward - cg:.3f} m forward of its forward"
            f" limit of {forward:g} m"
        )


def _sheared(flight: Flight, chosen: Chosen) -> Iterator[str]:
    """Loads are in quarters of grams."""
    if not flight.shear:
        return
    stood = [
        (millimetres(flight.x[k]), 4 * grams(flight.containers[c].mass) // len(stands))
        for c, p in chosen
        for stands in [flight.stands(c, p)]
        for k in stands
    ]
    for station in flight.shear:
        at = millimetres(station.x)
        half = sum(m for x, m in stood if x == at) // 2
        for side, limit, load in (
            ("forward", station.forward, half + sum(m for x, m in stood if x < at)),
            ("aft", station.aft, half + sum(m for x, m in stood if x > at)),
        ):
            if limit is not None and load > 4 * grams(limit):
                yield (
                    f"shear at x = {station.x:g} m: {_kg(load / 4)} stand {side} of it,"
                    f" {_kg(load / 4 - grams(limit))} over the limit of {_kg(grams(limit))}"
                )


def _kg(weight: float) -> str:
    """A mass in grams as kilograms, with a space between thousands."""
    return f"{weight / 1000:,.3f}".rstrip("0").rstrip(".").replace(",", " ") + " kg"


def _listed(names: Iterator[str] | map[str]) -> str:
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last
