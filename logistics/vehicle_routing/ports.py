"""A routing problem stated by the names of sea ports."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from logistics import _ports
from logistics._ports import Port, find_port, short_names
from usecases.records import Record


class PortCalls(Record):
    """A routing problem by port names: `ports` maps UN/LOCODE or name to demand.

    Any of the ports known to searoute will do. Raises MissingExtra without that package.
    """

    capacity: Annotated[int, Field(strict=True, ge=1, le=10**9)]
    vehicles: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    depot: Annotated[str, Field(max_length=60)] = "DKEBJ"
    ports: dict[
        Annotated[str, Field(max_length=60)], Annotated[int, Field(strict=True, ge=1, le=10**9)]
    ] = Field(min_length=1, max_length=60)

    @field_validator("depot")
    @classmethod
    def _known(cls, depot: str) -> str:
        return find_port(depot).code

    @field_validator("ports")
    @classmethod
    def _by_code(cls, ports: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        found: dict[str, int] = {}
        for text, demand in ports.items():
            code = find_port(text).code
            if code in found or code == info.data.get("depot"):
                raise ValueError(f"{text!r} is {code}, which appears twice")
            capacity = info.data.get("capacity")
            if capacity is not None and demand > capacity:
                raise ValueError(f"{text} asks for {demand}, above the capacity {capacity}")
            found[code] = demand
        return found

    def measured(self) -> dict[str, Any]:
        """The same problem with distances: whole nautical miles along searoute's lanes."""
        ports = [find_port(code) for code in (self.depot, *self.ports)]
        names = short_names([port.code for port in ports])
        return {
            "capacity": self.capacity,
            "vehicles": self.vehicles,
            "depot": names[0],
            "customers": tuple(names[1:]),
            "demands": tuple(self.ports.values()),
            "distances": sea_miles(ports),
            "coordinates": tuple(port.point for port in ports),
            "unit": "nmi",
        }


def sea_miles(ports: list[Port]) -> tuple[tuple[int, ...], ...]:
    """The matrix of distances in whole nautical miles.

    Raises ValueError for a port that no lane reaches.
    """
    return tuple(tuple(map(int, row)) for row in _ports.sea_miles(ports, digits=0))
