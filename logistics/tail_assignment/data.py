"""The data of a day's assignment: flights, the rules of routes, or the routes themselves."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from logistics.tail_assignment.flights import Flight, Number, clock
from logistics.tail_assignment.rules import AircraftRules, AnyRules
from usecases.records import Record

MOST_FLIGHTS = 500
MOST_ROUTES = 5000

Numbers = Annotated[tuple[Number, ...], Field(min_length=1, max_length=40)]


class Route(Record):
    """Flights that one aircraft or crew flies one after the other, and what that costs in euro."""

    flights: Numbers
    cost: int = Field(strict=True, ge=0, le=10**7)


class TailAssignment(Record):
    """Flights that are each to be flown exactly once, by routes of aircraft or of crews.

    Where `routes` are listed, the choice is among them. Otherwise it is among all routes that
    the rules allow; rules name their `kind`, aircraft or crew. `timetable` says where the
    flights come from, and stands on the chart.
    """

    timetable: Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w ,.:()/–-]*$")] = ""
    flights: tuple[Flight, ...] = Field(min_length=1, max_length=MOST_FLIGHTS)
    rules: AnyRules = AircraftRules()
    routes: tuple[Route, ...] = Field(default=(), max_length=MOST_ROUTES)

    @field_validator("flights")
    @classmethod
    def _in_order(cls, flights: tuple[Flight, ...]) -> tuple[Flight, ...]:
        """By departure, so that a route's flights stand in the order in which they are flown."""
        numbers = [f.number for f in flights]
        twice = next((n for n in numbers if numbers.count(n) > 1), None)
        if twice is not None:
            raise ValueError(f"flight {twice} is listed twice; name it {twice}/2 the second time")
        return tuple(sorted(flights, key=lambda f: (f.departure, f.arrival, f.number)))

    @model_validator(mode="after")
    def _possible(self) -> TailAssignment:
        """Listed routes can be flown: their own rules are their makers' business."""
        known = self.by_number
        seen: dict[tuple[str, ...], int] = {}
        for k, route in enumerate(self.routes, start=1):
            unknown = [n for n in route.flights if n not in known]
            if unknown:
                raise ValueError(f"route {k}: there is no flight {unknown[0]}")
            if route.flights in seen:
                raise ValueError(f"route {k} is the same as route {seen[route.flights]}")
            seen[route.flights] = k
            for a, b in pairwise([known[n] for n in route.flights]):
                if a.destination != b.origin:
                    raise ValueError(f"route {k}: {b} does not leave where {a.number} arrives")
                if b.departure < a.arrival:
                    raise ValueError(f"route {k}: {b} leaves before {clock(a.arrival)},"
                                     f" when {a.number} arrives")  # fmt: skip
        return self

    @property
    def by_number(self) -> dict[str, Flight]:
        return {f.number: f for f in self.flights}


class Plan(Record):
    """Which routes are flown: the flights of each in their order."""

    routes: tuple[tuple[str, ...], ...]
