"""The data of a travelling salesman problem, as written by hand or read from a file."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from logistics import _tsplib as tsplib
from logistics._fields import frozen, printable
from logistics._ports import find_port, sea_miles, short_names
from usecases.records import Record

Name = Annotated[
    str,
    Field(min_length=1, max_length=40, pattern=r"^[^@>\s](?:[^@>\n\r\t]*[^@>\s])?$"),
    AfterValidator(printable),
]
Distance = Annotated[float, Field(ge=0, le=1e9)]
Coordinate = Annotated[float, Field(ge=-tsplib.FARTHEST, le=tsplib.FARTHEST)]
Measure = Literal["EUC_2D", "CEIL_2D", "MAN_2D", "MAX_2D", "ATT", "GEO"]
"""TSPLIB's rules for distances between points."""

LARGEST = 2000
"""The most cities an instance may have."""


class TravellingSalesman(Record):
    """Cities to be visited once each in a round trip that begins and ends in the first.

    Lengths are given either as `distances`, where `distances[i][j]` leads from city i to city j
    and need not be symmetric, or by `coordinates` and the `measure` that TSPLIB names. In JSON,
    `{"ports": ["DKEBJ", "Felixstowe", "GBIMM"]}` states an instance by sea ports.
    """

    cities: tuple[Name, ...] = Field(min_length=3, max_length=LARGEST)
    coordinates: tuple[tuple[Coordinate, Coordinate], ...] | None = Field(
        default=None, max_length=LARGEST
    )
    """x and y; longitude and latitude where `unit` is "nmi"; for GEO TSPLIB's own latitude and
    longitude, in which 38° 24' is 38.24."""
    measure: Measure | None = None
    distances: tuple[Annotated[tuple[Distance, ...], Field(max_length=LARGEST)], ...] | None = (
        Field(default=None, max_length=LARGEST)
    )
    unit: Literal["nmi", "km", ""] = ""

    @model_validator(mode="before")
    @classmethod
    def _ports_by_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and "ports" in data:
            return PortCalls.model_validate(frozen(data)).measured()
        return frozen(data) if isinstance(data, dict) else data

    @field_validator("cities")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if twice := next((a for a, b in pairwise(sorted(names)) if a == b), None):
            raise ValueError(f"{twice!r} appears twice; each city needs its own name")
        return names

    @field_validator("coordinates")
    @classmethod
    def _one_each(
        cls, points: tuple[tuple[float, float], ...] | None, info: ValidationInfo
    ) -> tuple[tuple[float, float], ...] | None:
        names = info.data.get("cities")
        if points is not None and names is not None and len(points) != len(names):
            raise ValueError(f"{len(points)} points are given for {len(names)} cities")
        return points

    @field_validator("distances")
    @classmethod
    def _square(
        cls, rows: tuple[tuple[float, ...], ...] | None, info: ValidationInfo
    ) -> tuple[tuple[float, ...], ...] | None:
        names = info.data.get("cities")
        if rows is None or names is None:
            return rows
        if len(rows) != len(names):
            raise ValueError(f"{len(rows)} rows are given for {len(names)} cities")
        for name, row in zip(names, rows, strict=True):
            if len(row) != len(names):
                raise ValueError(f"the row of {name} has {len(row)} entries, not {len(names)}")
        for k, row in enumerate(rows):
            if row[k] != 0:
                raise ValueError(f"the distance of {names[k]} to itself must be 0, not {row[k]:g}")
        return rows

    @model_validator(mode="after")
    def _lengths_stated_once(self) -> TravellingSalesman:
        if (self.distances is None) == (self.measure is None):
            raise ValueError("give either distances or coordinates with a measure")
        if self.measure is not None and self.coordinates is None:
            raise ValueError(f"the measure {self.measure} needs coordinates")
        return self

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The distances, shape (cities, cities); row i leads away from city i."""
        if self.measure is not None and self.coordinates is not None:
            return np.array(tsplib.measured(self.measure, [*self.coordinates]), dtype=np.float64)
        return np.array(self.distances, dtype=np.float64)


class Tour(Record):
    """The calls between leaving the first city and returning to it, in order.

    A tour calls at one city at a time; an answer that does not has an entry of none or several.
    """

    stops: tuple[tuple[str, ...], ...]


class PortCalls(Record):
    """A round trip by the names or UN/LOCODEs of ports, home port first.

    Raises MissingExtra without searoute, which knows them.
    """

    ports: tuple[Annotated[str, Field(max_length=60)], ...] = Field(min_length=3, max_length=60)

    @field_validator("ports")
    @classmethod
    def _by_code(cls, ports: tuple[str, ...]) -> tuple[str, ...]:
        codes: list[str] = []
        for text in ports:
            code = find_port(text).code
            if code in codes:
                raise ValueError(f"{text!r} is {code}, which appears twice")
            codes.append(code)
        return tuple(codes)

    def measured(self) -> dict[str, Any]:
        """The same with distances along searoute's lanes, to a thousandth of a nautical mile."""
        ports = [find_port(code) for code in self.ports]
        return {
            "cities": tuple(short_names([port.code for port in ports])),
            "coordinates": tuple(port.point for port in ports),
            "distances": sea_miles(ports, digits=3),
            "unit": "nmi",
        }
