"""Flights as CSV files: what the aircraft is, then a table of containers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

from logistics._tsplib import REAL
from logistics.cargo_loading.airbus import places
from logistics.cargo_loading.flight import Flight
from usecases.errors import BadInstance

HEADER = ["name", "kind", "mass"]
NUMBERS = ("payload", "length", "empty_mass", "empty_cg", "cg_forward", "cg_aft")
BALANCE = {"empty_mass": "empty_mass", "empty_cg": "empty_cg"}
BALANCE |= {"cg_forward": "forward", "cg_aft": "aft"}

EXAMPLE = """\
positions,4
payload,9000
length,8
empty_mass,20000
empty_cg,-0.4
cg_forward,-0.8
cg_aft,1.6
shear,0,5200,5200
name,kind,mass
C1,standard,2134
C21,half,1800
C22,half,986
C31,double,3132
"""
"""Every line there is; `length` is the deck's, cut into equal positions around x = 0."""


def parse_csv(text: str) -> Flight:
    """A flight from lines `key,value`, then `name,kind,mass` and a line for each container.

    `positions` and `payload` are needed. Balance takes `empty_mass`, `empty_cg`, `cg_forward` and
    `cg_aft`; each `shear,x,forward,aft` is a station, an empty limit is none. Both need `length`.
    Raises BadInstance with the line.
    """
    head, table = _halves(text)
    given: dict[str, Any] = {}
    shear = []
    for line, row in head:
        if row[0] == "shear":
            shear.append(_station(line, row))
        elif row[0] in given:
            raise BadInstance(f"line {line}", f"{row[0]} is given twice")
        else:
            given[row[0]] = _value(line, row)
    missing = [key for key in ("positions", "payload") if key not in given]
    if missing:
        raise BadInstance(missing[0], "is missing", f"Write a line {missing[0]},NUMBER")
    fields = {"positions": given["positions"], "payload": given["payload"], "shear": tuple(shear)}
    fields["containers"] = tuple(_container(line, row) for line, row in table)
    if "length" in given:
        if given["length"] <= 0 or not 1 <= given["positions"] <= 200:
            raise BadInstance("length", "a deck has a positive length and 1 to 200 positions")
        fields["x"] = places(given["positions"], given["length"])
    if found := {field: given[key] for key, field in BALANCE.items() if key in given}:
        fields["balance"] = found
    return Flight.model_validate(fields)


Lines = list[tuple[int, list[str]]]


def _halves(text: str) -> tuple[Lines, Lines]:
    """The lines before and after the table's header, with their numbers; blank ones left out."""
    rows = list(_rows(text))
    for k, (_, row) in enumerate(rows):
        if row == HEADER:
            return rows[:k], rows[k + 1 :]
    raise BadInstance(
        "content", "there is no line name,kind,mass", "A table of containers begins with it"
    )


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for line, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
    except csv.Error as error:
        raise BadInstance("content", f"is not CSV ({error})") from None


def _value(line: int, row: list[str]) -> float | int:
    key, *rest = row
    if key != "positions" and key not in NUMBERS:
        known = ", ".join(("positions", *NUMBERS, "shear"))
        raise BadInstance(f"line {line}", f"{key!r} is no key", f"Known: {known}")
    if len(rest) != 1:
        raise BadInstance(f"line {line}", f"{key} takes one value, got {len(rest)}")
    number = _number(line, rest[0])
    if key != "positions":
        return number
    if not number.is_integer():
        raise BadInstance(f"line {line}", f"positions must be a whole number, got {rest[0]!r}")
    return int(number)


def _station(line: int, row: list[str]) -> dict[str, Any]:
    if len(row) != 4:
        raise BadInstance(f"line {line}", "a station reads shear,x,forward,aft")
    _, x, forward, aft = row
    sides = {"forward": forward, "aft": aft}
    return {"x": _number(line, x)} | {k: _number(line, v) if v else None for k, v in sides.items()}


def _container(line: int, row: list[str]) -> dict[str, Any]:
    if len(row) != 3:
        raise BadInstance(f"line {line}", f"a container reads name,kind,mass, got {len(row)} cells")
    name, kind, mass = row
    return {"name": name, "kind": kind, "mass": _number(line, mass)}


def _number(line: int, text: str) -> float:
    number = float(text) if REAL.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise BadInstance(f"line {line}", f"{text[:40]!r} is not a number")
    return number
