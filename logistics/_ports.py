"""Sea ports by code or name, and the sea miles between them (package searoute)."""

from __future__ import annotations

import warnings
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from usecases.errors import MissingExtra

Point = tuple[float, float]


class Port(NamedTuple):
    """A port of searoute's list; longitude and latitude in degrees."""

    code: str
    name: str
    point: Point


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


def sea_miles(ports: list[Port], digits: int) -> tuple[tuple[float, ...], ...]:
    """The matrix of distances in nautical miles, each rounded to so many digits.

    Raises ValueError for a port that no lane reaches.
    """
    rows = [[0.0] * len(ports) for _ in ports]
    for i, origin in enumerate(ports):
        for j, target in enumerate(ports[:i]):
            miles, lane = _lane(target.point, origin.point)
            if not lane:
                raise ValueError(f"no sea lane leads from {target.code} to {origin.code}")
            rows[i][j] = rows[j][i] = round(miles, digits)
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
