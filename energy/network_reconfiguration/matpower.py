"""MATPOWER `.m` distribution cases, read as tables of numbers and never run.

Some shipped cases state impedances in ohm and loads in kW and convert them in code below the
tables. Those statements are known by their exact words; any other code is refused, as what it
would do to the numbers is not known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from energy.network_reconfiguration.checks import plausible
from energy.network_reconfiguration.feeder import MOST_BRANCHES, Branch, Bus, Feeder
from usecases.errors import BadInstance, printable

REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
TABLE = re.compile(r"mpc\.(\w+)\s*=\s*([\[{])")
CLOSING = {"[": "]", "{": "}"}
"""Tables of numbers and cells of text, such as the names of buses, which are skipped."""

SCALAR = re.compile(r"mpc\.(baseMVA|version)\s*=\s*'?([^';]*)'?\s*;?")
OHMS = "mpc.branch(:,[BR_RBR_X])=mpc.branch(:,[BR_RBR_X])/(Vbase^2/Sbase)"
KILOWATTS = "mpc.bus(:,[PD,QD])=mpc.bus(:,[PD,QD])/1e3"
HARMLESS = (
    re.compile(r"function ?mpc=\w+"),
    re.compile(r"\[[A-Z0-9_,]+\]=idx_(bus|brch|gen|cost)"),
    re.compile(r"Vbase=mpc\.bus\(1,BASE_KV\)\*1e3"),
    re.compile(r"Sbase=mpc\.baseMVA\*1e6"),
    re.compile(r"define_constants|return|end"),
)
LEAST = {"bus": 13, "branch": 11, "gen": 8}
"""Columns that each table has at least."""

Row = tuple[int, tuple[float, ...]]
"""The number of a line, and its numbers."""


@dataclass
class Case:
    """What a file states: tables by name, the base, and whether its code converts units."""

    base: float = math.nan
    tables: dict[str, list[Row]] = field(default_factory=dict)
    ohms: bool = False
    kilowatts: bool = False


def parse_matpower(text: str) -> Feeder:
    """The feeder of a case file, every branch with a switch. Raises BadInstance with the line."""
    case = _case(text)
    for name in LEAST:
        if not case.tables.get(name):
            raise BadInstance(f"mpc.{name}", "is missing", "Expected a MATPOWER case, version 2")
    if not case.base > 0:
        raise BadInstance("mpc.baseMVA", "is missing or not above 0 MVA")
    said = re.search(r"function\s+mpc\s*=\s*(\w{1,60})", text)
    return plausible(_feeder(case, said[1] if said else "MATPOWER case"), ohms=case.ohms)


def _case(text: str) -> Case:
    case, begun = Case(), 0
    held, table, end = "", "", "]"
    for number, line in enumerate(text.splitlines(), start=1):
        words = (held + line.partition("%")[0]).strip()
        held = ""
        if table:
            inside, closing, _ = words.partition(end)
            _rows(case, table, inside, number)
            table = "" if closing else table
        elif words.endswith("..."):
            held = words[:-3]
        elif found := TABLE.match(words):
            table, begun, end = str(found[1]), number, CLOSING[found[2]]
            inside, closing, _ = words[found.end() :].partition(end)
            if table in case.tables:
                raise BadInstance(f"line {number}", f"mpc.{table} is given twice")
            case.tables[table] = []
            _rows(case, table, inside, number)
            table = "" if closing else table
        elif words:
            _statement(case, words, number)
    if table:
        raise BadInstance(f"line {begun}", f"mpc.{table} has no end", "Is the file cut off?")
    return case


def _rows(case: Case, table: str, words: str, number: int) -> None:
    """The rows on one line of a table; only the tables that are used are read."""
    if table not in LEAST:
        return
    for part in words.split(";"):
        tokens = part.replace(",", " ").split()
        if not tokens:
            continue
        for token in tokens:
            if not (REAL.fullmatch(token) and math.isfinite(float(token))):
                shown = repr(printable(token[:30]))
                raise BadInstance(f"line {number}", f"{shown} in mpc.{table} is not a number")
        if len(tokens) < LEAST[table]:
            raise BadInstance(
                f"line {number}",
                f"{len(tokens)} columns in mpc.{table} where at least {LEAST[table]} are expected",
            )
        case.tables[table].append((number, tuple(map(float, tokens))))
        if len(case.tables[table]) > MOST_BRANCHES:
            raise BadInstance(f"line {number}", f"more than {MOST_BRANCHES} rows in mpc.{table}")


def _statement(case: Case, words: str, number: int) -> None:
    if found := SCALAR.fullmatch(words):
        value = found[2].strip()
        if not REAL.fullmatch(value):
            raise BadInstance(f"line {number}", f"mpc.{found[1]} is not a number")
        if found[1] == "baseMVA":
            case.base = float(value)
        elif float(value) != 2:
            raise BadInstance(f"line {number}", "only version 2 of the case format is read")
        return
    for one in words.split(";"):
        bare = re.sub(r"\s+", "", one).replace("functionmpc", "function mpc")
        if bare == OHMS:
            case.ohms = True
        elif bare == KILOWATTS:
            case.kilowatts = True
        elif bare and not any(known.fullmatch(bare) for known in HARMLESS):
            raise BadInstance(
                f"line {number}",
                f"the code {printable(one.strip()[:50])!r} is not understood, and no code is run",
                "State the numbers as they are to be used and delete the statement",
            )


def _feeder(case: Case, name: str) -> Feeder:
    buses = case.tables["bus"]
    sources = tuple(_named(row[0]) for _, row in buses if row[1] == 3)
    kv = _one_voltage(buses)
    scale = 1.0 if case.kilowatts else 1e3
    impedance = 1.0 if case.ohms else kv**2 / case.base
    given: dict[str, complex] = {}
    for number, row in case.tables["gen"]:
        if row[7] > 0 and _named(row[0]) not in sources:
            at = _named(row[0])
            given[at] = given.get(at, 0) + complex(row[1], row[2]) * 1e3
            if at not in {_named(r[0]) for _, r in buses}:
                raise BadInstance(f"line {number}", f"the generator's bus {at} is not in mpc.bus")
    if not sources:
        raise BadInstance("mpc.bus", "no bus is of type 3, so nothing feeds the network")
    return Feeder(
        name=name,
        kv=kv,
        source_pu=_source_voltage(case, sources),
        sources=sources,
        buses=tuple(_bus(number, row, scale, given) for number, row in buses),
        branches=tuple(
            _branch(k, number, row, kv, impedance, case.base)
            for k, (number, row) in enumerate(case.tables["branch"], start=1)
        ),
    )


def _named(value: float) -> str:
    return f"{value:.15g}"


def _one_voltage(buses: Sequence[Row]) -> float:
    kv = buses[0][1][9]
    for number, row in buses:
        if row[9] != kv or not kv > 0:
            raise BadInstance(
                f"line {number}",
                f"bus {_named(row[0])} has {row[9]:g} kV and the first bus {kv:g} kV",
                "A feeder has one voltage level: cut the case at its transformers",
            )
    return kv


def _source_voltage(case: Case, sources: Sequence[str]) -> float:
    """Vg of the generators at the sources, which have to agree; else Vm of the first source."""
    found = {row[5] for _, row in case.tables["gen"] if row[7] > 0 and _named(row[0]) in sources}
    if len(found) > 1:
        raise BadInstance("mpc.gen", f"the sources hold different voltages: {sorted(found)} p.u.")
    vm = next(row[7] for _, row in case.tables["bus"] if row[1] == 3)
    return found.pop() if found else vm


def _bus(number: int, row: Sequence[float], scale: float, given: dict[str, complex]) -> Bus:
    if not (0 < row[0] < 1e9 and row[0] == int(row[0])):
        raise BadInstance(f"line {number}", f"{_named(row[0])} is no number of a bus")
    if row[1] not in (1, 3):
        what = {2: "controls its voltage", 4: "is isolated"}.get(int(row[1]), "is unknown")
        raise BadInstance(
            f"line {number}",
            f"bus {_named(row[0])} is of type {row[1]:g}, which {what}",
            "Feeders have sources (type 3) and loads (type 1)",
        )
    fed = given.get(_named(row[0]), 0j)
    limits = {} if row[1] == 3 else {"v_max": row[11] or None, "v_min": row[12] or None}
    return Bus(
        name=_named(row[0]),
        p_kw=row[2] * scale - fed.real,
        q_kvar=row[3] * scale - fed.imag,
        g_kw=row[4] * 1e3,
        b_kvar=row[5] * 1e3,
        **limits,
    )


def _branch(
    k: int, number: int, row: Sequence[float], kv: float, impedance: float, base: float
) -> Branch:
    if row[8] not in (0, 1) or row[9] != 0:
        raise BadInstance(
            f"line {number}",
            f"branch {k} is a transformer (ratio {row[8]:g}, angle {row[9]:g})",
            "A feeder has one voltage level: cut the case at its transformers",
        )
    if row[2] < 0:
        raise BadInstance(f"line {number}", f"branch {k} has a negative resistance")
    return Branch(
        name=str(k),
        from_bus=_named(row[0]),
        to_bus=_named(row[1]),
        r_ohm=row[2] * impedance,
        x_ohm=row[3] * impedance,
        b_us=row[4] * base / kv**2 * 1e6,
        limit_a=row[5] * 1e3 / (math.sqrt(3.0) * kv) if row[5] > 0 else None,
        closed=row[10] > 0,
    )
