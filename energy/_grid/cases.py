"""The networks that pandapower carries, by name; read from its files without importing it."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from energy._grid.frames import from_pandapower
from energy._grid.grid import Grid
from usecases.errors import MissingExtra, UnknownName

CASES = (
    "case4gs", "case5", "case6ww", "case9", "case11_iwamoto", "case14", "case24_ieee_rts",
    "case30", "case_ieee30", "case33bw", "case39", "case57", "case89pegase", "case118", "case145",
    "case_illinois200", "case300", "case1354pegase", "case1888rte", "case2848rte",
    "case2869pegase", "case3120sp", "case6470rte", "case6495rte", "case6515rte", "case9241pegase",
    "GBreducednetwork", "GBnetwork", "iceland",
)  # fmt: skip
"""All that need nothing but their files."""


@lru_cache(maxsize=32)
def case(name: str) -> Grid:
    """One of pandapower's networks. Raises UnknownName, and MissingExtra without pandapower."""
    return from_pandapower(contents(name), name)


def contents(name: str) -> Any:
    """What the file of one of these networks holds, as plain tables. Raises as `case` does.

    pandapower is not imported: it takes seconds, and changes how matplotlib draws all lines.
    """
    if name not in CASES:
        raise UnknownName("network", name, CASES)
    spec = find_spec("pandapower")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("pandapower", "energy")
    folder = Path(spec.submodule_search_locations[0], "networks", "power_system_test_case_jsons")
    return json.loads((folder / f"{name}.json").read_text("utf-8"))
