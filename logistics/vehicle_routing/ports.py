"""Sea ports by code or name, and the sea miles between them (package searoute)."""

from __future__ import annotations

import warnings
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from usecases.errors import MissingExtra
from usecases.records import Record

Point = tuple[float, float]


class Port(NamedTuple):
    """A port of searoute's list; longitude and latitude in degrees."""

    code: str
    name: str
    point: Point


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


@lru_cache(maxsize=1)
def known_ports() -> dict[str, Port]:
    """searoute's ports by UN/LOCODE; where a code is listed twice, its first entry."""
    try:
        from searoute.data.ports_dict import node_list
    except ImportError:
        raise MissingExtra("searoute", "logistics") from None
    found: dict[str, Port] = {}
    for (longitude, latitude), about in node_list.items():
        port = Port(about["port"], about["name"], (longitude, latitude))
        found.setdefault(port.code, port)
    return found


def find_port(text: str) -> Port:
    """The port of a UN/LOCODE or name; raises ValueError with the nearest names."""
    ports = known_ports()
    if (code := text.strip().upper()) in ports:
        return ports[code]
    wanted = text.strip().casefold()
    named = [port for port in ports.values() if port.name.casefold() == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        codes = ", ".join(port.code for port in named)
        raise ValueError(f"{text!r} names several ports: give one of the codes {codes}")
    folded = {port.name.casefold(): port for port in ports.values()}
    folded |= {port.code.casefold(): port for port in ports.values()}
    near = [folded[name] for name in get_close_matches(wanted, folded, n=3)]
    hint = ", ".join(f"{port.name} ({port.code})" for port in near) or "a UN/LOCODE such as GBIMM"
    raise ValueError(f"{text!r} is not a port that searoute knows; did you mean {hint}?")


def short_names(codes: list[str]) -> list[str]:
    """UN/LOCODEs without their country where that keeps them apart."""
    short = [code[2:] or code for code in codes]
    return short if len(set(short)) == len(codes) else codes


def sea_miles(ports: list[Port]) -> tuple[tuple[int, ...], ...]:
    """The matrix of distances, each rounded to whole nautical miles.

    Raises ValueError for a port that no lane reaches.
    """
    rows = [[0] * len(ports) for _ in ports]
    for i, origin in enumerate(ports):
        for j, target in enumerate(ports[:i]):
            miles, lane = _lane(target.point, origin.point)
            if not lane:
                raise ValueError(f"no sea lane leads from {target.code} to {origin.code}")
            rows[i][j] = rows[j][i] = round(miles)
    return tuple(map(tuple, rows))


def sea_lane(origin: Point, target: Point) -> list[Point]:
    """The lane between two points as longitudes and latitudes, for drawing.

    Raises MissingExtra without searoute.
    """
    return _lane(origin, target)[1]


@lru_cache(maxsize=4096)
def _lane(origin: Point, target: Point) -> tuple[float, list[Point]]:
    try:
        from searoute import searoute
    except ImportError:
        raise MissingExtra("searoute", "logistics") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an empty lane says what the warning says
        found = searoute(origin, target, units="naut")
    return found["properties"]["length"], [(x, y) for x, y in found["geometry"]["coordinates"]]
