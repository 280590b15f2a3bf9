"""Farms as CSV files: how many turbines, then a table of sites in metres or degrees."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from energy.wind_farm.farm import Farm
from usecases.errors import BadInstance
from usecases.models import Floats

METRES, DEGREES = ["name", "x", "y"], ["name", "lon", "lat"]
KEYS = ("count", "turbine", "wind", "wake_decay", "title")
WIDEST = 2.0
"""Degrees that a farm may span; wider, a plane is no map of it."""

EXAMPLE = """\
count,3
turbine,V80
wind,horns_rev
wake_decay,0.1
title,six sites off Blåvandshuk
name,lon,lat
A1,7.7964,55.5032
A2,7.7975,55.4982
A3,7.7986,55.4932
B1,7.8053,55.5032
B2,7.8064,55.4982
B3,7.8075,55.4932
"""
"""Every line there is; only `count` and the table are needed."""


def parse_csv(text: str) -> Farm:
    """A farm from lines `key,value`, then `name,x,y` (m) or `name,lon,lat` (degrees) and sites.

    Raises BadInstance with the line.
    """
    rows = list(_rows(text))
    at = next((k for k, (_, row) in enumerate(rows) if row in (METRES, DEGREES)), None)
    if at is None:
        raise BadInstance(
            "content", "there is no line name,x,y or name,lon,lat", "A table begins with it"
        )
    given: dict[str, Any] = {}
    for line, row in rows[:at]:
        key, value = _setting(line, row)
        if key in given:
            raise BadInstance(f"line {line}", f"{key} is given twice")
        given[key] = value
    if "count" not in given:
        raise BadInstance("count", "is missing", "Write a line count,NUMBER before the table")
    names = [_cells(line, row)[0] for line, row in rows[at + 1 :]]
    points = np.array([_point(line, row) for line, row in rows[at + 1 :]]).reshape(-1, 2)
    if rows[at][1] == DEGREES and len(points):
        points = projected(points)
    sites = [
        {"name": name, "x": x, "y": y} for name, (x, y) in zip(names, points.tolist(), strict=True)
    ]
    return Farm.model_validate({"sites": sites, **given})


def projected(degrees: Floats) -> Floats:
    """Longitude and latitude as metres east and north of their mean, shape (n, 2).

    The tangent plane of the WGS 84 ellipsoid, scaled by its radii of curvature at the mean
    latitude. Raises BadInstance beyond the globe, at the poles, and for more than 2 degrees.
    """
    lon, lat = degrees.T
    if abs(lon).max() > 180 or abs(lat).max() > 80:
        raise BadInstance("lon,lat", "must lie within ±180 and ±80 degrees")
    if np.ptp(degrees, axis=0).max() > WIDEST:
        raise BadInstance("lon,lat", f"a farm spans {WIDEST:g} degrees at most")
    middle = float(np.deg2rad(lat.mean()))
    a, e2 = 6_378_137.0, 0.00669437999
    w = math.sqrt(1 - e2 * math.sin(middle) ** 2)
    east = np.deg2rad(lon - lon.mean()) * a / w * math.cos(middle)
    north = np.deg2rad(lat - lat.mean()) * a * (1 - e2) / w**3
    return np.column_stack([east, north]).round(3)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for line, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
    except csv.Error as error:
        raise BadInstance("content", f"is not CSV ({error})") from None


def _setting(line: int, row: list[str]) -> tuple[str, Any]:
    key, *rest = row
    if key not in KEYS:
        raise BadInstance(
            f"line {line}", f"{key[:40]!r} is no key", f"Known: {', '.join(KEYS)}, then a table"
        )
    if len(rest) != 1 or not rest[0]:
        raise BadInstance(f"line {line}", f"{key} takes one value")
    if key == "wake_decay":
        return key, _number(line, rest[0])
    if key == "count":
        if not (rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 10):
            raise BadInstance(f"line {line}", f"count must be a whole number, got {rest[0][:40]!r}")
        return key, int(rest[0])
    return key, rest[0]


def _cells(line: int, row: list[str]) -> list[str]:
    if len(row) != 3:
        raise BadInstance(f"line {line}", f"a site takes a name and two numbers, got {len(row)}")
    return row


def _point(line: int, row: list[str]) -> tuple[float, float]:
    return _number(line, row[1]), _number(line, row[2])


def _number(line: int, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInstance(f"line {line}", f"{text[:40]!r} is not a number")
    return number
