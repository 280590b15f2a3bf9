"""pandapower networks: their JSON read as plain tables, and the ones that come with the package.

pandapower's own reader builds the objects that a file names; this one never does. A table is a
text of columns, index and data, and only the columns below are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from energy._grid.cases import contents
from energy._grid.grid import made
from energy.network_reconfiguration.checks import plausible
from energy.network_reconfiguration.feeder import Branch, Bus, Feeder
from energy.network_reconfiguration.pandapower_tables import (
    Row,
    in_service,
    number,
    positive,
    table,
)
from usecases.errors import BadInstance, printable

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
        for index, _ in in_service(content, kind):
            raise BadInstance(
                f"{kind} {index}",
                "is no part of a feeder of one voltage level",
                "Cut the network at its transformers and keep lines, loads and external grids",
            )
    buses = dict(in_service(content, "bus"))
    if not buses:
        raise BadInstance("bus", "the table is missing or empty")
    homes = _homes(content, buses)
    kv = {number(row, "vn_kv", f"bus {k}") for k, row in buses.items()}
    if len(kv) > 1:
        raise BadInstance("bus", f"voltages differ: {sorted(kv)} kV", "A feeder has one level")
    grids = dict(in_service(content, "ext_grid"))
    if not grids:
        raise BadInstance("ext_grid", "is missing, so nothing feeds the network")
    volts = {number(row, "vm_pu", f"ext_grid {k}") for k, row in grids.items()}
    if len(volts) > 1:
        raise BadInstance("ext_grid", f"hold different voltages: {sorted(volts)} p.u.")
    sources = dict.fromkeys(_at(row, "bus", homes, f"ext_grid {k}") for k, row in grids.items())
    hertz = positive(content, "f_hz", "network", 50.0)
    try:
        feeder = Feeder(
            name=printable(str(content.get("name") or "pandapower network"))[:120],
            kv=kv.pop(),
            source_pu=volts.pop(),
            sources=tuple(map(str, sources)),
            buses=tuple(_buses(content, buses, homes, [*sources])),
            branches=tuple(_branches(content, homes, hertz)),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "network"
        raise BadInstance(where, first["msg"].removeprefix("Value error, ")) from None
    return plausible(feeder)


def _homes(content: Mapping[str, Any], buses: Mapping[int, Row]) -> dict[int, int]:
    """Of each bus, the first of those that closed switches between buses make one with it."""
    homes = {k: k for k in buses}
    for k, row in table(content, "switch"):
        if row.get("et") != "b" or not row.get("closed"):
            continue
        where = f"switch {k}"
        if number(row, "z_ohm", where, 0.0):
            raise BadInstance(where, "has an impedance", "Replace it by a line")
        a, b = (_at(row, key, homes, where) for key in ("bus", "element"))
        homes = {bus: min(a, b) if home in (a, b) else home for bus, home in homes.items()}
    return homes


def _at(row: Row, key: str, homes: Mapping[int, int], where: str) -> int:
    bus = row.get(key)
    if not isinstance(bus, int) or bus not in homes:
        shown = printable(repr(bus))[:30]
        raise BadInstance(where, f"is at bus {shown}, which is not among the buses in service")
    return homes[bus]


def _buses(
    content: Mapping[str, Any],
    buses: Mapping[int, Row],
    homes: Mapping[int, int],
    sources: list[int],
) -> Iterator[Bus]:
    """Loads minus static generators, and shunts, summed at their buses; the narrowest limits."""
    load, shunt = dict.fromkeys(buses, 0j), dict.fromkeys(buses, 0j)
    for kind, sign in (("load", 1), ("sgen", -1)):
        for k, row in in_service(content, kind):
            where, factor = f"{kind} {k}", sign * number(row, "scaling", f"{kind} {k}", 1.0)
            if any(number(row, key, where, 0.0) for key in row if str(key).startswith("const_")):
                raise BadInstance(where, "depends on voltage", "Only constant power is modelled")
            power = complex(number(row, "p_mw", where), number(row, "q_mvar", where, 0.0))
            load[_at(row, "bus", homes, where)] += factor * power
    for k, row in in_service(content, "shunt"):
        where = f"shunt {k}"
        power = complex(number(row, "p_mw", where), -number(row, "q_mvar", where))
        at, steps = _at(row, "bus", homes, where), number(row, "step", where, 1.0)
        kv = number(buses[at], "vn_kv", f"bus {at}")
        shunt[at] += power * steps * (kv / positive(row, "vn_kv", where, kv)) ** 2
    for k in dict.fromkeys(homes.values()):
        yield Bus(
            name=str(k),
            p_kw=load[k].real * 1e3,
            q_kvar=load[k].imag * 1e3,
            g_kw=shunt[k].real * 1e3,
            b_kvar=shunt[k].imag * 1e3,
            **({} if k in sources else _limits(buses[j] for j in buses if homes[j] == k)),
        )


def _limits(rows: Iterable[Row]) -> dict[str, float | None]:
    """The narrowest limits of voltage of buses that are one, p.u."""
    kept = list(rows)
    low = [v for row in kept if (v := number(row, "min_vm_pu", "bus", 0.0)) > 0]
    high = [v for row in kept if (v := number(row, "max_vm_pu", "bus", 0.0)) > 0]
    return {"v_min": max(low, default=None), "v_max": min(high, default=None)}


def _branches(
    content: Mapping[str, Any], homes: Mapping[int, int], hertz: float
) -> Iterator[Branch]:
    """Lines, named from 1 as they stand; out of service or with an open switch is open.

    A line between buses that closed switches join carries nothing and is left out.
    """
    opened = set()
    for k, row in table(content, "switch"):
        if row.get("et") not in ("l", "b"):
            raise BadInstance(
                f"switch {k}", "is at no line and no bus", "Cut the network at its transformers"
            )
        if row.get("et") == "l" and not row.get("closed"):
            opened.add(row.get("element"))
    for k, row in table(content, "line"):
        where = f"line {k}"
        length = number(row, "length_km", where)
        parallel = positive(row, "parallel", where, 1.0)
        farad = number(row, "c_nf_per_km", where, 0.0) * 1e-9 * length * parallel
        most = number(row, "max_i_ka", where, 0.0) * number(row, "df", where, 1.0) * parallel
        if number(row, "g_us_per_km", where, 0.0):
            raise BadInstance(where, "has a conductance to earth, which is not modelled")
        fields = {
            "name": str(k + 1),
            "from_bus": str(_at(row, "from_bus", homes, where)),
            "to_bus": str(_at(row, "to_bus", homes, where)),
            "r_ohm": number(row, "r_ohm_per_km", where) * length / parallel,
            "x_ohm": number(row, "x_ohm_per_km", where) * length / parallel,
            "b_us": 2 * math.pi * hertz * farad * 1e6,
            "limit_a": most * 1e3 if 0 < most < 1e3 else None,
            "closed": bool(row.get("in_service", True)) and k not in opened,
        }
        if fields["from_bus"] != fields["to_bus"]:
            yield made(Branch, where, fields)
