"""The data of a vehicle routing problem, as written by hand or read from a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from logistics._fields import frozen, printable
from logistics.vehicle_routing.ports import PortCalls
from usecases.records import Record

Name = Annotated[
    str,
    Field(min_length=1, max_length=40, pattern=r"^[^+\s](?:[^+\n\r\t]*[^+\s])?$"),
    AfterValidator(printable),
]
Quantity = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Fleet = Annotated[int, Field(strict=True, ge=1, le=1000)]
Distance = Annotated[int, Field(strict=True, ge=0, le=10**7)]
Degree = Annotated[float, Field(ge=-1e7, le=1e7)]

LARGEST = 1000
"""The most customers an instance may have."""


class VehicleRouting(Record):
    """Customers with demands, served from one depot by vehicles of equal capacity.

    `distances[i][j]` leads from place i to place j, place 0 being the depot and place c + 1
    customer c; it need not be symmetric. `vehicles` bounds the number of routes. In JSON,
    `{"capacity": 5, "ports": {"GBIMM": 3, "Felixstowe": 2}}` states the same by port names:
    distances are then sea miles from `depot`, Esbjerg unless another port is given.
    """

    capacity: Quantity
    vehicles: Fleet | None = None
    depot: Name = "depot"
    customers: tuple[Name, ...] = Field(min_length=1, max_length=LARGEST)
    demands: tuple[Quantity, ...] = Field(max_length=LARGEST)
    distances: tuple[Annotated[tuple[Distance, ...], Field(max_length=LARGEST + 1)], ...] = Field(
        max_length=LARGEST + 1
    )
    coordinates: tuple[tuple[Degree, Degree], ...] | None = Field(
        default=None, max_length=LARGEST + 1
    )
    """Longitude and latitude of each place when `unit` is "nmi", else x and y."""
    unit: Literal["nmi", ""] = ""

    @model_validator(mode="before")
    @classmethod
    def _ports_by_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and "ports" in data:
            return PortCalls.model_validate(data).measured()
        return frozen(data) if isinstance(data, dict) else data

    @field_validator("customers")
    @classmethod
    def _distinct(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        seen = {info.data.get("depot")}
        for name in names:
            if name in seen:
                raise ValueError(f"{name!r} appears twice; each place needs its own name")
            seen.add(name)
        return names

    @field_validator("demands")
    @classmethod
    def _fit(cls, demands: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        names, capacity = info.data.get("customers"), info.data.get("capacity")
        if names is None or capacity is None:
            return demands
        if len(demands) != len(names):
            raise ValueError(f"{len(demands)} demands are given for {len(names)} customers")
        for name, demand in zip(names, demands, strict=True):
            if demand > capacity:
                raise ValueError(f"{name} asks for {demand}, above the capacity {capacity}")
        return demands

    @field_validator("distances")
    @classmethod
    def _square(
        cls, rows: tuple[tuple[int, ...], ...], info: ValidationInfo
    ) -> tuple[tuple[int, ...], ...]:
        names = info.data.get("customers")
        if names is None:
            return rows
        places = len(names) + 1
        if len(rows) != places:
            raise ValueError(f"{len(rows)} rows are given; depot and customers make {places}")
        for i, row in enumerate(rows):
            if len(row) != places:
                raise ValueError(f"row {i} has {len(row)} entries where {places} are needed")
            if row[i] != 0:
                raise ValueError(f"row {i}: the distance of a place to itself must be 0")
        return rows

    @field_validator("coordinates")
    @classmethod
    def _one_each(
        cls, points: tuple[tuple[float, float], ...] | None, info: ValidationInfo
    ) -> tuple[tuple[float, float], ...] | None:
        names = info.data.get("customers")
        if points is not None and names is not None and len(points) != len(names) + 1:
            raise ValueError(
                f"{len(points)} points are given; depot and customers make {len(names) + 1}"
            )
        return points

    @property
    def fewest(self) -> int:
        """The fewest routes that could carry the total demand."""
        return -(-sum(self.demands) // self.capacity)

    @property
    def limit(self) -> int | None:
        """The fleet limit, or None where it cannot bind: no plan has more routes than customers."""
        if self.vehicles is None or self.vehicles >= len(self.customers):
            return None
        return self.vehicles

    @property
    def least_load(self) -> int:
        """What each vehicle must carry at least, since the others are full at best."""
        if self.limit is None:
            return 1
        return max(1, sum(self.demands) - (self.limit - 1) * self.capacity)

    def load(self, group: tuple[int, ...]) -> int:
        """The demand of a group of customers, given by their positions."""
        return sum(self.demands[c] for c in group)


class Plan(Record):
    """Who sails where: the customers of each vehicle's round, in the order of its calls."""

    routes: tuple[tuple[str, ...], ...]
