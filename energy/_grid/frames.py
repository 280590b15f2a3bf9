"""Networks in pandapower's JSON format, read as plain tables: nothing in a file is executed.

A file holds one table for each kind of element, columns, index and data apart. Series impedances
become per unit of the network's `sn_mva`; transformers' taps are left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from energy._grid.grid import NAME, Branch, Bus, Grid, Joined, assembled, made
from usecases.errors import BadInstance, printable

Row = Mapping[str, Any]

SOURCES = ("gen", "sgen", "ext_grid", "storage")
DRAWS = ("load", "motor", "asymmetric_load", "ward", "xward")
"""Elements at a bus that inject or draw a power of their own; a shunt does not."""

REFUSED = ("trafo3w", "vsc", "b2b_vsc", "ssc", "tcsc", "bi_vsc")


def is_pandapower(data: Any) -> bool:
    """Whether these are the contents of a file that pandapower wrote."""
    return isinstance(data, dict) and data.get("_class") == "pandapowerNet"


def from_pandapower(data: Any, title: str = "") -> Grid:
    """The grid of a pandapower network. Raises BadInstance naming the table.

    Power that generators do not give comes from the external grids in equal parts: losses are
    left out. Closed switches between buses join them.
    """
    tables = _Tables(data)
    for name in REFUSED:
        if any(_on(row) for row in tables.rows(name).values()):
            raise BadInstance(
                name, "elements of this kind are not read here",
                "Replace them by lines and two-winding transformers",
            )  # fmt: skip
    names, told = _names(tables)
    buses = _buses(tables, names)
    off = {*names.values()} - {names[k] for k, row in tables.rows("bus").items() if _on(row)}
    links = sum(_on(row) for row in tables.rows("dcline").values())
    told += [f"{links} direct-current links left out"] if links else []
    known = tables.plain("name")
    return assembled(buses, off, list(_branches(tables, names)), title or str(known or ""), told)


class _Tables:
    """The tables of a network, each row by its index."""

    def __init__(self, data: Any) -> None:
        self.found = data.get("_object")
        if not isinstance(self.found, dict):
            raise BadInstance("_object", "holds no tables", "Write the file with pandapower 3")

    def plain(self, name: str) -> Any:
        """A value that is no table."""
        return self.found.get(name)

    def rows(self, name: str) -> dict[int, Row]:
        """The rows of a table; none where it is missing."""
        frame = self.found.get(name)
        if frame is None:
            return {}
        try:
            inner = frame["_object"]
            table = json.loads(inner) if isinstance(inner, str) else inner
            columns, index, rows = table["columns"], table["index"], table["data"]
            pairs = zip(map(int, index), rows, strict=True)
            found = {k: dict(zip(columns, row, strict=True)) for k, row in pairs}
        except (TypeError, KeyError, ValueError, RecursionError):
            raise BadInstance(
                name, "is no table with columns, index and data", "Write the file with pandapower 3"
            ) from None
        if len(found) != len(index):
            raise BadInstance(name, "has an index twice")
        return dict(sorted(found.items()))


def _on(row: Row) -> bool:
    """Whether it is in service and closed; some tools write 0 for false."""
    return all(row.get(key) not in (False, 0) for key in ("in_service", "closed"))


def _number(row: Row, table: str, key: str, default: float | None = None) -> float:
    value = row.get(key)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise BadInstance(f"{table}.{key}", f"{printable(str(value))[:40]} is not a number")
    return float(value)


def _positive(row: Row, table: str, key: str, default: float | None = None) -> float:
    value = _number(row, table, key, default)
    if value <= 0:
        raise BadInstance(f"{table}.{key}", f"{value:g} is not positive")
    return value


def _names(tables: _Tables) -> tuple[dict[int, str], list[str]]:
    """The name of each bus: its own where all have different ones, else its index.

    Buses that closed switches join share the name of the first of them.
    """
    rows = tables.rows("bus")
    own = {k: printable(str(row.get("name"))) for k, row in rows.items()}
    if len(set(own.values())) < len(own) or not all(re.fullmatch(NAME, n) for n in own.values()):
        own = {k: str(k) for k in rows}
    first = {k: k for k in rows}
    for row in tables.rows("switch").values():
        if row.get("et") == "b" and _on(row):
            a, b = (first[_end(row, "switch", key, own)] for key in ("bus", "element"))
            first = {k: min(a, b) if v in (a, b) else v for k, v in first.items()}
    joined = sum(k != v for k, v in first.items())
    told = [f"{joined} buses joined to others by closed switches"] if joined else []
    return {k: own[v] for k, v in first.items()}, told


def _end(row: Row, table: str, key: str, names: Mapping[int, str]) -> int:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value not in names:
        raise BadInstance(f"{table}.{key}", f"{printable(str(value))[:40]} is no bus")
    return value


def _buses(tables: _Tables, names: Mapping[int, str]) -> list[Bus]:
    load, fed = dict.fromkeys(names.values(), 0.0), dict.fromkeys(names.values(), 0.0)
    sources, used, slack = set(), set(), []
    for table in (*SOURCES, *DRAWS, "dcline"):
        for row in filter(_on, tables.rows(table).values()):
            keys = ("from_bus", "to_bus") if table == "dcline" else ("bus",)
            ends = [names[_end(row, table, key, names)] for key in keys]
            used.update(ends)
            if table in ("load", "gen", "sgen"):
                power = _number(row, table, "p_mw", 0.0) * _number(row, table, "scaling", 1.0)
                side = load if table == "load" else fed
                side[ends[0]] += power
            if table in SOURCES:
                sources.update(ends)
            if table == "ext_grid":
                slack.append(ends[0])
    missing = math.fsum(load.values()) - math.fsum(fed.values())
    for name in slack:
        fed[name] += missing / len(slack)
    geo = {names[k]: _place(row) for k, row in reversed(tables.rows("bus").items())}
    return [
        made(
            Bus,
            f"bus {name}",
            {
                "name": name,
                "load": load[name],
                "generation": fed[name],
                "source": name in sources,
                "zero_injection": name not in used,
                "at": geo[name],
            },
        )
        for name in dict.fromkeys(names.values())
    ]


def _place(row: Row) -> tuple[float, float] | None:
    """The bus's coordinates; None where there are none."""
    try:
        geo: Any = row.get("geo")
        x, y = (json.loads(geo) if isinstance(geo, str) else geo)["coordinates"][:2]
        place = (float(x), float(y))
    except (TypeError, KeyError, ValueError, RecursionError):
        return None
    return place if all(map(math.isfinite, place)) else None


def _branches(tables: _Tables, names: Mapping[int, str]) -> Iterator[Joined]:
    base = _positive({"sn_mva": tables.plain("sn_mva")}, "network", "sn_mva", 1.0)
    switched = {
        (row.get("et"), row.get("element"))
        for row in tables.rows("switch").values()
        if not _on(row)
    }
    buses = tables.rows("bus")
    for table, letter, keys, impedance in (
        ("line", "l", ("from_bus", "to_bus"), _of_line),
        ("trafo", "t", ("hv_bus", "lv_bus"), _of_transformer),
        ("impedance", "", ("from_bus", "to_bus"), _of_impedance),
    ):
        for index, row in tables.rows(table).items():
            ends = [_end(row, table, key, names) for key in keys]
            r, x = impedance(row, buses[ends[0]], base)
            kind = "transformer" if table == "trafo" else "line"
            given = {"start": names[ends[0]], "end": names[ends[1]], "r": r, "x": x, "kind": kind}
            branch = made(Branch, table, given)
            yield Joined(branch=branch, in_service=_on(row) and (letter, index) not in switched)


def _of_line(row: Row, bus: Row, base: float) -> tuple[float, float]:
    length = _number(row, "line", "length_km") / _positive(row, "line", "parallel", 1.0)
    ohm = _positive(bus, "bus", "vn_kv") ** 2 / base
    r, x = (_number(row, "line", f"{part}_ohm_per_km") * length / ohm for part in "rx")
    return r, x


def _of_transformer(row: Row, _: Row, base: float) -> tuple[float, float]:
    rated = _positive(row, "trafo", "sn_mva") * _positive(row, "trafo", "parallel", 1.0)
    share = base / rated / 100
    z, r = (_number(row, "trafo", key) * share for key in ("vk_percent", "vkr_percent"))
    return r, math.copysign(math.sqrt(max(z * z - r * r, 0.0)), z)


def _of_impedance(row: Row, _: Row, base: float) -> tuple[float, float]:
    rated = _positive(row, "impedance", "sn_mva")
    r, x = (_number(row, "impedance", key) * base / rated for key in ("rft_pu", "xft_pu"))
    return r, x
