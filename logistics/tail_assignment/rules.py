"""What an aircraft or a crew may do in a row, and what that costs in euro.

Rules and prices are choices of this model; every number is a field that an operator would set.
Costs add up along a route, `opening + Σ joint + closing`, so that routes can be priced leg by leg.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from logistics.tail_assignment.flights import Code, Flight
from usecases.records import Record

Minutes = Annotated[int, Field(strict=True, ge=0, le=7 * 1440)]
Euro = Annotated[int, Field(strict=True, ge=0, le=10**6)]
Fleet = Annotated[int, Field(strict=True, ge=0, le=1000)]

Legs: TypeAlias = Sequence[Flight]


class Rules(Record, ABC):
    """What aircraft and crews have in common: bases, turns, and how many legs follow in a row."""

    bases: Mapping[Code, Fleet | None] = Field(default={}, max_length=50)
    """Where routes begin and end, and how many may begin there (null: any number).

    Without bases a route may begin at any airport.
    """
    turn: Minutes = 35
    """The least ground time between two flights."""
    most_legs: int = Field(default=8, strict=True, ge=1, le=40)

    who: ClassVar[str]
    several: ClassVar[str]

    @abstractmethod
    def joins(self, before: Flight, after: Flight) -> bool:
        """Whether the one may follow the other at once, as far as these two can tell."""

    @abstractmethod
    def limits(self, legs: Legs) -> Iterator[str]:
        """The limits that these legs exceed, in words; more legs never heal them."""

    @abstractmethod
    def returns(self, first: Flight, last: Flight) -> bool:
        """Whether a route with these ends may end."""

    @abstractmethod
    def opening(self, first: Flight) -> int:
        """Euro for a route that begins with this flight."""

    @abstractmethod
    def joint(self, before: Flight, after: Flight) -> int:
        """Euro for flying one after the other."""

    @abstractmethod
    def closing(self, first: Flight, last: Flight) -> int:
        """Euro for ending with the last flight what the first one began."""

    def begins(self, first: Flight) -> bool:
        """Whether a route may begin with this flight."""
        return not self.bases or first.origin in self.bases

    def cost(self, legs: Legs) -> int:
        """Euro for the whole route."""
        joints = sum(self.joint(a, b) for a, b in pairwise(legs))
        return self.opening(legs[0]) + joints + self.closing(legs[0], legs[-1])

    def objections(self, legs: Legs) -> list[str]:
        """Why these flights in this order are no route; empty when they are one."""
        found = [text for a, b in pairwise(legs) for text in self._between(a, b)]
        if not self.begins(legs[0]):
            found.append(f"begins at {legs[0].origin}, which is no base")
        if not self.returns(legs[0], legs[-1]):
            found.append(f"begins at {legs[0].origin} and ends at {legs[-1].destination}")
        if len(legs) > self.most_legs:
            found.append(f"has {len(legs)} flights where {self.most_legs} are allowed")
        return found + list(self.limits(legs))

    def _between(self, a: Flight, b: Flight) -> Iterator[str]:
        ground = b.departure - a.arrival
        if a.destination != b.origin:
            yield f"arrives at {a.destination} with {a.number}, {b.number} leaves {b.origin}"
        elif ground < 0:
            yield f"{b.number} leaves {b.origin} {-ground} min before {a.number} arrives"
        elif ground < self.turn:
            yield f"{ground} min between {a.number} and {b.number}, least turn {self.turn} min"
        elif not self.joins(a, b):
            yield f"{ground} min on the ground between {a.number} and {b.number} are not allowed"

    def _touch(self, before: Flight, after: Flight) -> bool:
        ground = after.departure - before.arrival
        return before.destination == after.origin and ground >= self.turn


class AircraftRules(Rules):
    """Rotations of a day. A short turn risks delay, a long one leaves an aircraft idle.

    An inbound flight is late by an exponential time of mean `lateness`, and what exceeds the
    slack of the turn delays the next flight: lateness · exp(−slack / lateness) minutes are
    expected, at `delay` euro each.
    """

    kind: Literal["aircraft"] = "aircraft"
    longest_ground: Minutes = 480
    """Minutes on the ground between two flights of a rotation, at most."""
    check: Minutes | None = None
    """Minutes in the air after which the aircraft is due for its line check at a base."""
    away: Euro | None = None
    """Euro for ending at another base than the one of the morning; null forbids it."""
    fixed: Euro = 3000
    """Euro for each aircraft in use that day."""
    idle: Euro = 180
    """Euro for an hour on the ground beyond the least turn."""
    delay: Euro = 100
    """Euro for a minute of delay."""
    lateness: float = Field(default=10.0, gt=0, le=600)

    who: ClassVar[str] = "aircraft"
    several: ClassVar[str] = "aircraft"

    def joins(self, before: Flight, after: Flight) -> bool:
        return self._touch(before, after) and (
            after.departure - before.arrival <= self.longest_ground
        )

    def limits(self, legs: Legs) -> Iterator[str]:
        flown = sum(leg.block for leg in legs)
        if self.check is not None and flown > self.check:
            yield f"flies {flown} min, its line check is due after {self.check} min"

    def returns(self, first: Flight, last: Flight) -> bool:
        if first.origin == last.destination:
            return True
        return self.away is not None and (not self.bases or last.destination in self.bases)

    def opening(self, first: Flight) -> int:
        return self.fixed

    def joint(self, before: Flight, after: Flight) -> int:
        slack = after.departure - before.arrival - self.turn
        late = self.delay * self.lateness * math.exp(-slack / self.lateness)
        return round(self.idle * slack / 60 + late)

    def closing(self, first: Flight, last: Flight) -> int:
        return 0 if first.origin == last.destination else self.away or 0


class CrewRules(Rules):
    """Pairings: duties of a crew from its base and back, with nights away between them.

    A duty begins `briefing` before its first departure and ends with its last arrival. It may
    last `duty` minutes, 30 fewer for each flight from the third on: for reports from 06:00 to
    13:29 this is table 2 of ORO.FTL.205, Regulation (EU) No 83/2014, with 13 hours for two
    flights. Between duties lie at least `rest` minutes, 10 hours away from base there.
    """

    kind: Literal["crew"] = "crew"
    briefing: Minutes = 60
    duty: Minutes = 780
    rest: Minutes = 600
    most_duties: int = Field(default=2, strict=True, ge=1, le=6)
    hourly: Euro = 400
    """Euro for an hour on duty of the whole crew."""
    night: Euro = 600
    """Euro for a night of the whole crew away from base."""

    who: ClassVar[str] = "crew"
    several: ClassVar[str] = "crews"

    def joins(self, before: Flight, after: Flight) -> bool:
        return self._touch(before, after) and (
            self._rests(before, after) or after.departure - before.arrival <= self.duty
        )

    def _rests(self, before: Flight, after: Flight) -> bool:
        """Whether the time between is a night's rest."""
        ground = after.departure - self.briefing - before.arrival
        return self.most_duties > 1 and ground >= self.rest

    def duties(self, legs: Legs) -> list[list[Flight]]:
        """The legs parted at the nights between them."""
        found = [[legs[0]]]
        for a, b in pairwise(legs):
            if self._rests(a, b):
                found.append([])
            found[-1].append(b)
        return found

    def limits(self, legs: Legs) -> Iterator[str]:
        duties = self.duties(legs)
        if len(duties) > self.most_duties:
            yield f"has {len(duties)} duties where {self.most_duties} are allowed"
        for duty in duties:
            worked = duty[-1].arrival - duty[0].departure + self.briefing
            limit = self.duty - 30 * max(len(duty) - 2, 0)
            if worked > limit:
                yield f"is on duty for {worked} min with {len(duty)} flights, limit {limit} min"

    def returns(self, first: Flight, last: Flight) -> bool:
        return first.origin == last.destination

    def opening(self, first: Flight) -> int:
        return round(self.hourly * (self.briefing + first.block) / 60)

    def joint(self, before: Flight, after: Flight) -> int:
        if self._rests(before, after):
            return self.night + self.opening(after)
        return round(self.hourly * (after.arrival - before.arrival) / 60)

    def closing(self, first: Flight, last: Flight) -> int:
        return 0


AnyRules = Annotated[AircraftRules | CrewRules, Field(discriminator="kind")]
