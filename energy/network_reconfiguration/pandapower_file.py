"""pandapower networks: their JSON read as plain tables, and the ones that come with the package.

pandapower's own reader builds the objects that a file names; this one never does. A table is a
text of columns, index and data, and only the columns below are looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from energy._grid.cases import contents
from energy._grid.grid import made
from energy.network_reconfiguration.checks import plausible
from energy.network_reconfiguration.feeder import Branch, Bus, Feeder
from usecases.errors import BadInstance, printable

Row = dict[str, Any]

UNSUPPORTED = (
    "trafo", "trafo3w", "gen", "impedance", "xward", "ward", "dcline", "storage", "motor",
    "asymmetric_load", "asymmetric_sgen", "svc", "tcsc", "ssc", "vsc", "line_dc",
)  # fmt: skip
"""Elements that a feeder of one voltage level does not have."""

SHIPPED = ("case33bw",)
"""Networks of pandapower that are feeders of one voltage level with tie lines."""


def shipped(name: str) -> Feeder:
    """The feeder that pandapower carries under this name."""
    return from_pandapower(contents(name))


def from_pandapower(data: Mapping[str, Any]) -> Feeder:
    """The feeder in a pandapower network's JSON. Raises BadInstance that names the element."""
    content = data.get("_object")
    if not isinstance(content, dict):
        raise BadInstance("_object", "holds no tables", "Save it with pandapower.to_json")
    for kind in UNSUPPORTED:
        for index, _ in _in_service(content, kind):
            raise BadInstance(
                f"{kind} {index}",
                "is no part of a feeder of one voltage level",
                "Cut the network at its transformers and keep lines, loads and external grids",
            )
    buses = dict(_in_service(content, "bus"))
    if not buses:
        raise BadInstance("bus", "the table is missing or empty")
    kv = {_number(row, "vn_kv", f"bus {k}") for k, row in buses.items()}
    if len(kv) > 1:
        raise BadInstance("bus", f"voltages differ: {sorted(kv)} kV", "A feeder has one level")
    grids = dict(_in_service(content, "ext_grid"))
    if not grids:
        raise BadInstance("ext_grid", "is missing, so nothing feeds the network")
    volts = {_number(row, "vm_pu", f"ext_grid {k}") for k, row in grids.items()}
    if len(volts) > 1:
        raise BadInstance("ext_grid", f"hold different voltages: {sorted(volts)} p.u.")
    sources = dict.fromkeys(_at(row, "bus", buses, f"ext_grid {k}") for k, row in grids.items())
    hertz = _positive(content, "f_hz", "network", 50.0)
    try:
        feeder = Feeder(
            name=printable(str(content.get("name") or "pandapower network"))[:120],
            kv=kv.pop(),
            source_pu=volts.pop(),
            sources=tuple(map(str, sources)),
            buses=tuple(_buses(content, buses, [*sources])),
            branches=tuple(_branches(content, buses, hertz)),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "network"
        raise BadInstance(where, first["msg"].removeprefix("Value error, ")) from None
    return plausible(feeder)


def _table(content: Mapping[str, Any], name: str) -> Iterator[tuple[int, Row]]:
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


def _in_service(content: Mapping[str, Any], name: str) -> Iterator[tuple[int, Row]]:
    return ((k, row) for k, row in _table(content, name) if row.get("in_service", True))


def _number(row: Mapping[str, Any], key: str, where: str, default: float | None = None) -> float:
    value = row.get(key, default)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadInstance(where, f"{key} is not a number")
    return float(value)


def _positive(row: Mapping[str, Any], key: str, where: str, default: float) -> float:
    value = _number(row, key, where, default)
    if value <= 0:
        raise BadInstance(where, f"{key} is {value:g}, which is not positive")
    return value


def _at(row: Row, key: str, buses: Mapping[int, Row], where: str) -> int:
    bus = row.get(key)
    if not isinstance(bus, int) or bus not in buses:
        shown = printable(repr(bus))[:30]
        raise BadInstance(where, f"is at bus {shown}, which is not among the buses in service")
    return bus


def _buses(
    content: Mapping[str, Any], buses: Mapping[int, Row], sources: list[int]
) -> Iterator[Bus]:
    """Loads minus static generators, and shunts, summed at their buses."""
    load, shunt = dict.fromkeys(buses, 0j), dict.fromkeys(buses, 0j)
    for kind, sign in (("load", 1), ("sgen", -1)):
        for k, row in _in_service(content, kind):
            where, factor = f"{kind} {k}", sign * _number(row, "scaling", f"{kind} {k}", 1.0)
            if any(_number(row, key, where, 0.0) for key in row if str(key).startswith("const_")):
                raise BadInstance(where, "depends on voltage", "Only constant power is modelled")
            power = complex(_number(row, "p_mw", where), _number(row, "q_mvar", where, 0.0))
            load[_at(row, "bus", buses, where)] += factor * power
    for k, row in _in_service(content, "shunt"):
        where = f"shunt {k}"
        power = complex(_number(row, "p_mw", where), -_number(row, "q_mvar", where))
        at, steps = _at(row, "bus", buses, where), _number(row, "step", where, 1.0)
        kv = _number(buses[at], "vn_kv", f"bus {at}")
        shunt[at] += power * steps * (kv / _positive(row, "vn_kv", where, kv)) ** 2
    for k, row in buses.items():
        limits = {} if k in sources else {
            "v_min": _number(row, "min_vm_pu", f"bus {k}", 0.0) or None,
            "v_max": _number(row, "max_vm_pu", f"bus {k}", 0.0) or None,
        }  # fmt: skip
        yield Bus(
            name=str(k),
            p_kw=load[k].real * 1e3,
            q_kvar=load[k].imag * 1e3,
            g_kw=shunt[k].real * 1e3,
            b_kvar=shunt[k].imag * 1e3,
            **limits,
        )


def _branches(
    content: Mapping[str, Any], buses: Mapping[int, Row], hertz: float
) -> Iterator[Branch]:
    """Lines, named from 1 as they stand; out of service or with an open switch is open."""
    opened = set()
    for k, row in _table(content, "switch"):
        if row.get("et") != "l":
            raise BadInstance(f"switch {k}", "is not at a line", "Only line switches are read")
        if not row.get("closed"):
            opened.add(row.get("element"))
    for k, row in _table(content, "line"):
        where = f"line {k}"
        length = _number(row, "length_km", where)
        parallel = _positive(row, "parallel", where, 1.0)
        farad = _number(row, "c_nf_per_km", where, 0.0) * 1e-9 * length * parallel
        most = _number(row, "max_i_ka", where, 0.0) * _number(row, "df", where, 1.0) * parallel
        if _number(row, "g_us_per_km", where, 0.0):
            raise BadInstance(where, "has a conductance to earth, which is not modelled")
        fields = {
            "name": str(k + 1),
            "from_bus": str(_at(row, "from_bus", buses, where)),
            "to_bus": str(_at(row, "to_bus", buses, where)),
            "r_ohm": _number(row, "r_ohm_per_km", where) * length / parallel,
            "x_ohm": _number(row, "x_ohm_per_km", where) * length / parallel,
            "b_us": 2 * math.pi * hertz * farad * 1e6,
            "limit_a": most * 1e3 if 0 < most < 1e3 else None,
            "closed": bool(row.get("in_service", True)) and k not in opened,
        }
        yield made(Branch, where, fields)
