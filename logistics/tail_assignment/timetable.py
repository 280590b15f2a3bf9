"""Synthetic timetables between Denmark and Britain, with a plan that is known to exist."""

from __future__ import annotations

from typing import Any

import numpy as np

from logistics.tail_assignment.airports import BRITAIN, DENMARK, great_circle
from logistics.tail_assignment.data import Route, TailAssignment
from logistics.tail_assignment.flights import DAY, Flight
from logistics.tail_assignment.pool import LISTED
from logistics.tail_assignment.routes import listed
from logistics.tail_assignment.rules import AircraftRules, AnyRules
from usecases.errors import BadInstance

SYNTHETIC = "synthetic timetable"

CRUISE = 13.0
"""Kilometres a minute, 780 km/h."""

GROUND = 30
"""Minutes of a block time for taxiing, climb and approach."""

TRIPS = 3
"""Round trips that one aircraft of the generator flies in a day, at most."""


def block_time(origin: str, destination: str) -> int:
    """Minutes from gate to gate, a multiple of five: 105 between Copenhagen and Heathrow."""
    return 5 * round((GROUND + great_circle(origin, destination) / CRUISE) / 5)


def round_trips(
    trips: int,
    seed: int,
    bases: tuple[str, ...] = DENMARK,
    stations: tuple[str, ...] = BRITAIN,
    check: int | None = None,
) -> list[list[Flight]]:
    """Rotations of out-and-back flights, `trips` pairs in all; the same for the same seed.

    Each rotation begins at the next base between 06:00 and 07:30; turns last 35 to 70 minutes
    and all times are multiples of five; none flies more than `check` minutes beyond its first
    round trip. Flights are numbered S101, S102, … by rotation.
    """
    rng = np.random.default_rng(seed)
    rotations: list[list[Flight]] = []
    number = 100
    while trips:
        base = bases[len(rotations) % len(bases)]
        time = 360 + 5 * int(rng.integers(0, 19))
        legs: list[Flight] = []
        for _ in range(min(trips, int(rng.integers(1, TRIPS + 1)))):
            station = str(rng.choice(stations))
            if legs and check and _flown(legs) + 2 * block_time(base, station) > check:
                break
            for origin, destination in ((base, station), (station, base)):
                number += 1
                arrival = time + block_time(origin, destination)
                legs.append(Flight(number=f"S{number}", origin=origin, destination=destination,
                                   departure=time, arrival=arrival))  # fmt: skip
                time = arrival + 35 + 5 * int(rng.integers(0, 8))
            trips -= 1
            if time > DAY - 300:
                break
        rotations.append(legs)
    return rotations


def _flown(legs: list[Flight]) -> int:
    return sum(leg.block for leg in legs)


def planted(rotations: list[list[Flight]], rules: AnyRules) -> TailAssignment:
    """The timetable of these rotations, their own plan forgotten."""
    flights = tuple(leg for legs in rotations for leg in legs)
    return TailAssignment(timetable=SYNTHETIC, flights=flights, rules=rules)


def standing(rotations: list[list[Flight]]) -> dict[str, int]:
    """How many aircraft stand at each base in the morning, so that the rotations can be flown."""
    found: dict[str, int] = {}
    for legs in rotations:
        found[legs[0].origin] = found.get(legs[0].origin, 0) + 1
    return found


def synthetic(trips: int, seed: int, bases: int = 2, stations: int = 3, **rules: Any) -> (
    TailAssignment
):  # fmt: skip
    """Aircraft of the first few Danish bases, to the first few British stations.

    As many aircraft stand at each base as the generator's own rotations take.
    """
    rotations = round_trips(trips, seed, DENMARK[:bases], BRITAIN[:stations], rules.get("check"))
    fleet = AircraftRules(bases=standing(rotations), **rules)
    return planted(rotations, fleet)


def example(size: int, seed: int) -> TailAssignment:
    """A random timetable of `size` round trips; the same for the same seed.

    With an odd seed the fleet is limited to what the generator's own rotations take.
    """
    if not 1 <= size <= 200:
        raise BadInstance("size", f"{size} round trips, where 1 to 200 are possible")
    rotations = round_trips(size, seed)
    bases = standing(rotations)
    return planted(
        rotations, AircraftRules(bases=bases if seed % 2 else dict.fromkeys(bases), away=1500)
    )


LISTS = 15
"""Routes of an instance that is an exact cover alone."""


def exact_covers(seed: int) -> TailAssignment:
    """Ten flights, and a list of routes at no cost: what is left is the exact cover alone.

    The list holds the generator's own plan and others drawn at random from all that the rules
    allow; the seed decides how many plans it holds.
    """
    rotations = round_trips(5, 24, DENMARK[:1], BRITAIN[:2])
    instance = planted(rotations, AircraftRules())
    sure = {tuple(f.number for f in legs) for legs in rotations}
    columns = listed(instance, LISTED) or {}
    others = [tuple(instance.flights[k].number for k in column) for column in columns]
    others = [flights for flights in others if flights not in sure]
    drawn = np.random.default_rng(seed).choice(len(others), LISTS - len(sure), replace=False)
    routes = sorted([*sure, *(others[k] for k in drawn.tolist())])
    return instance.model_copy(
        update={"routes": tuple(Route(flights=flights, cost=0) for flights in routes)}
    )
