"""What the records of several use cases ask of their fields, and how a refusal is told."""

from __future__ import annotations

from typing import Any


def printable(name: str) -> str:
    """Names reach terminals and charts, where control characters would be commands."""
    if not name.isprintable():
        raise ValueError(f"{name!a} holds characters that cannot be printed")
    return name


def frozen(data: dict[str, Any]) -> dict[str, Any]:
    """Lists, and lists in lists, as the tuples that strict validation asks for."""
    return {field: _as_tuple(value) for field, value in data.items()}


def _as_tuple(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return tuple(tuple(row) if isinstance(row, list) else row for row in value)


def problem(error: Any) -> str:
    """What pydantic says is wrong with a field, and what stood there."""
    told: str = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("value_error", "missing", "extra_forbidden"):
        return told
    shown = ascii(error["input"])
    return f"{told}, got {shown if len(shown) <= 40 else shown[:37] + '...'}"
