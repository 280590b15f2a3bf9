"""Fleets as CSV files: the demand of each hour and the reserve, then a table of units."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from energy._grid.grid import made
from energy.unit_commitment.fleet import Fleet, Unit
from usecases.errors import BadInstance, printable

REAL = re.compile(r"[-+]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][-+]?[0-9]{1,3})?")
WHOLE = re.compile(r"[-+]?[0-9]{1,9}")

EXAMPLE = """\
demand,150,210,180
reserve,0.1
name,p_max,p_min,a,b,c,min_up,min_down,hot_start,cold_start,cold_hours,initial_hours
base,200,50,600,16.5,0.0005,3,3,900,1800,2,5
peak,80,20,370,22.3,0.007,1,1,170,340,1,-2
"""
"""Units' columns come in any order; those that have a default may be left out or empty."""


def parse_csv(text: str) -> Fleet:
    """A fleet from the lines `demand,MW,MW,…` and `reserve,FRACTION`, and a table of units.

    Raises BadInstance with the line.
    """
    given: dict[str, object] = {}
    columns: list[str] = []
    units: list[Unit] = []
    for where, row in _rows(text):
        if columns:
            units.append(_unit(where, columns, row))
        elif row[0] in ("demand", "reserve"):
            if row[0] in given:
                raise BadInstance(where, f"{row[0]} is given twice")
            values = tuple(float(_number(where, word)) for word in row[1:])
            if row[0] == "reserve" and len(values) != 1:
                raise BadInstance(where, "reserve takes one number, a fraction of the demand")
            given[row[0]] = values if row[0] == "demand" else values[0]
        else:
            columns = _columns(where, row)
    for key in ("demand", "reserve"):
        if key not in given:
            raise BadInstance(key, "is missing", f"Write a line {key},… before the table")
    return Fleet.model_validate(given | {"units": tuple(units)})


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    try:
        for line, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            cells = [cell.strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield f"line {line}", cells
    except csv.Error as error:
        raise BadInstance("content", f"is not CSV ({error})") from None


def _columns(where: str, row: list[str]) -> list[str]:
    wrong = next((c for c in row if c not in Unit.model_fields or row.count(c) > 1), None)
    if wrong is not None:
        known = ", ".join(Unit.model_fields)
        raise BadInstance(
            where, f"{printable(wrong)[:40]!r} is no column of units, or is one twice",
            f"Lines are demand,… and reserve,…, then a table with the columns {known}",
        )  # fmt: skip
    return row


def _unit(where: str, columns: list[str], row: list[str]) -> Unit:
    if len(row) != len(columns):
        raise BadInstance(where, f"{len(row)} values for {len(columns)} columns")
    cells = {key: word for key, word in zip(columns, row, strict=True) if word}
    fields = {k: w if k == "name" else _number(where, w) for k, w in cells.items()}
    return made(Unit, where, fields)


def _number(where: str, word: str) -> int | float:
    """A whole number where it is written as one."""
    if WHOLE.fullmatch(word):
        return int(word)
    if not REAL.fullmatch(word):
        raise BadInstance(where, f"{printable(word)[:40]!r} is not a number")
    return float(word)
