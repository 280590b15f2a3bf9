"""What the records of several use cases ask of the data they are read from."""

from __future__ import annotations

from typing import Any


def as_tuples(data: Any) -> Any:
    """Lists of a JSON file as the tuples that a strict reading of them asks for."""
    if isinstance(data, dict):
        return {key: as_tuples(value) for key, value in data.items()}
    return tuple(map(as_tuples, data)) if isinstance(data, list) else data
