"""The tables of a network that pandapower saved, as rows of numbers; no object is built."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from usecases.errors import BadInstance

Row = dict[str, Any]


def table(content: Mapping[str, Any], name: str) -> Iterator[tuple[int, Row]]:
    """Index and row of each element of a table that a text or an object holds, by index."""
    frame = content.get(name)
    held = frame.get("_object") if isinstance(frame, dict) else None
    if held is None:
        return
    try:
        plain = json.loads(held, parse_constant=lambda _: None) if isinstance(held, str) else held
        rows = zip(map(int, plain["index"]), plain["data"], strict=True)
        for index, values in sorted(rows, key=lambda row: row[0]):
            yield index, dict(zip(plain["columns"], values, strict=True))
    except (ValueError, TypeError, LookupError, RecursionError):
        raise BadInstance(
            name, "is not a table of columns, index and data", "Save it with pandapower.to_json"
        ) from None


def in_service(content: Mapping[str, Any], name: str) -> Iterator[tuple[int, Row]]:
    return ((k, row) for k, row in table(content, name) if row.get("in_service", True))


def number(row: Mapping[str, Any], key: str, where: str, default: float | None = None) -> float:
    value = row.get(key, default)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadInstance(where, f"{key} is not a number")
    return float(value)


def positive(row: Mapping[str, Any], key: str, where: str, default: float) -> float:
    value = number(row, key, where, default)
    if value <= 0:
        raise BadInstance(where, f"{key} is {value:g}, which is not positive")
    return value
