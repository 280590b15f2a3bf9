"""The instance: containers, the positions of a main deck, and what an aircraft may carry where."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from usecases.records import Record

Kind = Literal["standard", "half", "double"]

ROOM: dict[Kind, int] = {"standard": 2, "half": 1, "double": 2}
"""Halves of a position that a container takes in each position where it stands."""

POSITION = 2
"""Halves that a position has."""

LARGEST = 20_000
"""Containers times positions."""

GRAM = 0.001

Kilogram = Annotated[float, Field(strict=True, ge=GRAM, le=1e6)]
Metre = Annotated[float, Field(strict=True, ge=-200, le=200)]


def grams(kilograms: float) -> int:
    """A mass in whole grams, so that sums and comparisons are exact."""
    return round(kilograms * 1000)


def millimetres(metres: float) -> int:
    """A place in whole millimetres."""
    return round(metres * 1000)


def _to_the_thousandth(value: float, what: str) -> float:
    if abs(value * 1000 - round(value * 1000)) > 1e-4:
        raise ValueError(f"{value} is finer than {what}: round it")
    return value


class Container(Record):
    """A unit load device: standard ones take a position, halves share one, doubles take two."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_.-]{1,24}$", description="letters, digits and . _ - only"
    )
    mass: Annotated[float, Field(strict=True, ge=GRAM, le=1e5)] = Field(description="kg, loaded")
    kind: Kind = Field("standard", description="standard, half or double")

    @field_validator("mass")
    @classmethod
    def _to_the_gram(cls, mass: float) -> float:
        return _to_the_thousandth(mass, "a gram")


class Balance(Record):
    """The aircraft without payload, and where the centre of gravity may lie with it.

    Places are metres from the origin of `x`, positive towards the tail.
    """

    empty_mass: Kilogram = Field(description="kg, aircraft without payload")
    empty_cg: Metre = Field(description="its centre of gravity, m")
    forward: Metre = Field(description="most forward centre of gravity with payload, m")
    aft: Metre = Field(description="most aft centre of gravity with payload, m")

    @model_validator(mode="after")
    def _ordered(self) -> Balance:
        if self.forward > self.aft:
            raise ValueError(f"the forward limit {self.forward:g} m lies aft of {self.aft:g} m")
        _to_the_thousandth(self.empty_mass, "a gram")
        for value in (self.empty_cg, self.forward, self.aft):
            _to_the_thousandth(value, "a millimetre")
        return self


class ShearLimit(Record):
    """The most payload in kg that may stand forward of a station, and aft of it.

    Payload at the very station counts half on either side.
    """

    x: Metre = Field(description="the station, m")
    forward: Kilogram | None = Field(None, description="kg; null for no limit")
    aft: Kilogram | None = Field(None, description="kg; null for no limit")

    @model_validator(mode="after")
    def _limits_something(self) -> ShearLimit:
        if self.forward is None and self.aft is None:
            raise ValueError("a shear limit needs forward, aft or both")
        for limit in (self.forward, self.aft):
            _to_the_thousandth(limit or 0.0, "a gram")
        _to_the_thousandth(self.x, "a millimetre")
        return self


class Flight(Record):
    """Containers that wait, and the aircraft that takes some of them.

    The simplest flight has masses, a number of positions and a payload limit. Centres of gravity
    and shear need the place `x` of each position.
    """

    containers: tuple[Container, ...] = Field(min_length=1, max_length=500)
    positions: Annotated[int, Field(strict=True, ge=1, le=200)] = Field(
        description="standard positions along the deck, 1 is the most forward"
    )
    payload: Kilogram = Field(description="most payload, kg")
    x: tuple[Metre, ...] = Field((), description="centre of each position, m, ascending aft")
    balance: Balance | None = None
    shear: tuple[ShearLimit, ...] = Field((), max_length=400)

    @model_validator(mode="after")
    def _consistent(self) -> Flight:
        _to_the_thousandth(self.payload, "a gram")
        name, count = Counter(c.name for c in self.containers).most_common(1)[0]
        if count > 1:
            raise ValueError(f"{count} containers are named {name!r}; each needs its own name")
        if len(self.containers) * self.positions > LARGEST:
            raise ValueError(
                f"{len(self.containers)} containers × {self.positions} positions are more than"
                f" {LARGEST} decisions"
            )
        if self.x and len(self.x) != self.positions:
            raise ValueError(f"x has {len(self.x)} places for {self.positions} positions")
        if (self.balance or self.shear) and not self.x:
            raise ValueError("balance and shear need x, the place of each position in m")
        places = [millimetres(_to_the_thousandth(v, "a millimetre")) for v in self.x]
        if any(b <= a for a, b in pairwise(places)):
            raise ValueError("x must ascend, from the most forward position to the tail")
        if not self.pairs:
            raise ValueError("no container has a place: doubles need two positions")
        return self

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """(container, first position), from 0: every way to place one, a decision each."""
        return [
            (c, p)
            for c, container in enumerate(self.containers)
            for p in range(self.positions - (container.kind == "double"))
        ]

    def label(self, container: int, position: int) -> str:
        """The name of a decision: container C1 in the second position is "C1@02"."""
        return f"{self.containers[container].name}@{position + 1:02d}"

    def labels(self) -> tuple[str, ...]:
        """All decisions, container by container."""
        return tuple(self.label(c, p) for c, p in self.pairs)

    def stands(self, container: int, position: int) -> tuple[int, ...]:
        """The positions that a container takes when its first one is this."""
        double = self.containers[container].kind == "double"
        return (position, position + 1) if double else (position,)
