"""Networks from files: MATPOWER cases, CSV lists of branches, and pandapower's JSON.

A MATPOWER case is a program; only assignments of literal tables are read and none is run. A CSV
file has sections, each begun by the line that names its columns:

    from,to                      branches
    from,to,r,x                  branches with their series impedance, per unit; from,to,x as well
    bus,load,generation          MW; a bus without both has zero injection

Lines that begin with # are comments. Without the section of buses, nothing is known of what is
connected to them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from energy._grid.frames import from_pandapower, is_pandapower
from energy._grid.grid import NAME, Branch, Bus, Grid, Joined, assembled, made
from energy._records import as_tuples
from usecases.errors import BadInstance, printable

REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
SECTIONS = ("from,to", "from,to,x", "from,to,r,x", "bus,load,generation")
WIDTHS = {"bus": 13, "gen": 8, "branch": 11}
"""Columns that a table of a MATPOWER case has at least (format version 2)."""

EXAMPLE = """\
# a ring of four with a tail
from,to,x
a,b,0.1
b,c,0.2
c,d,0.1
d,a,0.1
d,e,0.3
bus,load,generation
a,0,90
b,40,0
c,30,0
e,20,0
"""


def opened(data: Any) -> Any:
    """What an instance's own JSON or pandapower's holds, as fields of an instance with a grid.

    Lists become tuples, which strict records want.
    """
    if is_pandapower(data):
        return {"grid": from_pandapower(data)}
    if isinstance(data, dict) and is_pandapower(data.get("grid")):
        return as_tuples(data | {"grid": from_pandapower(data["grid"])})
    return as_tuples(data)


def _real(word: str, where: str) -> float:
    value = float(word) if REAL.fullmatch(word) else math.nan
    if not math.isfinite(value):
        raise BadInstance(where, f"{printable(word[:40])!r} is not a number")
    return value


def parse_csv(text: str) -> Grid:
    """The grid of a CSV file. Raises BadInstance naming the line."""
    branches: list[Joined] = []
    told: dict[str, tuple[float, float]] = {}
    listed = False
    columns: list[str] = []
    for where, words in _lines(text):
        if ",".join(words) in SECTIONS:
            columns = words
            listed |= words[0] == "bus"
            continue
        if len(words) != len(columns):
            raise BadInstance(
                where, f"{len(words)} values" + (f", not {','.join(columns)}" if columns else ""),
                f"Sections: {'; '.join(SECTIONS)}",
            )  # fmt: skip
        ends = words[: 1 if columns[0] == "bus" else 2]
        wrong = next((w for w in ends if not re.fullmatch(NAME, w)), None)
        if wrong is not None:
            raise BadInstance(where, f"{printable(wrong[:40])!r} is no name of a bus")
        numbers = [_real(word, where) for word in words[len(ends) :]]
        if columns[0] == "bus":
            if ends[0] in told:
                raise BadInstance(where, f"bus {ends[0]} is listed twice")
            told[ends[0]] = (numbers[0], numbers[1])
        else:
            given = dict(zip(columns[2:], numbers, strict=True))
            branches.append(_joined(where, {"start": ends[0], "end": ends[1]} | given))
    names = dict.fromkeys([*(n for j in branches for n in (j.branch.start, j.branch.end)), *told])
    buses = [_bus(name, *told.get(name, (0.0, 0.0)), known=listed) for name in names]
    return assembled(buses, set(), branches, "", ())


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"line {number}", [word.strip() for word in line.split(",")]


def _joined(where: str, fields: dict[str, Any], *, in_service: bool = True) -> Joined:
    return Joined(branch=made(Branch, where, fields), in_service=in_service)


def _bus(name: str, load: float, generation: float, *, known: bool, source: bool = False) -> Bus:
    source = source or generation > 0
    idle = known and not (load or generation or source)
    found = {"name": name, "load": load, "generation": generation, "source": source}
    return made(Bus, f"bus {name}", found | {"zero_injection": idle})


def parse_matpower(text: str) -> Grid:
    """The grid of a MATPOWER case. Raises BadInstance naming the line or the table.

    Taps of transformers are left out; a branch with a ratio is one.
    """
    tables = _tables(text)
    missing = next((t for t in ("bus", "branch") if t not in tables), None)
    if missing:
        raise BadInstance(f"mpc.{missing}", "this table is missing", "Is it a MATPOWER case file?")
    machines: dict[int, list[float]] = {}
    for where, row in tables.get("gen", []):
        machines.setdefault(_whole(where, row[0]), []).extend([row[1]] if row[7] > 0 else [])
    buses, off = [], set()
    for where, row in tables["bus"]:
        number = _whole(where, row[0])
        fed = machines.pop(number, [])
        name, source = str(number), bool(fed)
        buses.append(_bus(name, row[2], math.fsum(fed), known=not row[3], source=source))
        off |= {name} if row[1] == 4 else set()
    if machines:
        raise BadInstance("mpc.gen", f"a generator stands at {min(machines)}, which is no bus")
    branches = []
    for where, row in tables["branch"]:
        ends = {"start": str(_whole(where, row[0])), "end": str(_whole(where, row[1]))}
        given = {"r": row[2], "x": row[3], "kind": "transformer" if row[8] else "line"}
        branches.append(_joined(where, ends | given, in_service=row[10] > 0))
    return assembled(buses, off, branches, "", ())


def _whole(where: str, value: float) -> int:
    if not 0 <= value < 1e9 or value != int(value):
        raise BadInstance(where, f"{value:g} is no number of a bus")
    return int(value)


def _tables(text: str) -> dict[str, list[tuple[str, list[float]]]]:
    """The tables bus, gen and branch; every other statement must be a literal assignment too."""
    found: dict[str, list[tuple[str, list[float]]]] = {}
    closing, rows = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        where, said = f"line {number}", line.split("%")[0].strip()
        if not closing:
            begun = re.fullmatch(r"mpc\.(\w+)\s*=\s*([\[{])(.*)", said)
            if begun is None:
                _ignorable(where, said)
                continue
            closing, said, rows = {"[": "]", "{": "}"}[begun[2]], begun[3], None
            if begun[1] in WIDTHS:
                if begun[1] in found:
                    raise BadInstance(where, f"mpc.{begun[1]} is given twice")
                rows, width = found.setdefault(begun[1], []), WIDTHS[begun[1]]
        said, ended, after = said.partition(closing)
        if rows is not None:
            for part in filter(str.strip, said.split(";")):
                row = [_real(word, where) for word in part.replace(",", " ").split()]
                if len(row) < width:
                    raise BadInstance(where, f"{len(row)} columns where at least {width} are read")
                rows.append((where, row))
        if ended:
            _ignorable(where, after.strip().lstrip(";"))
            closing = ""
    if closing:
        raise BadInstance(f"line {number}", f"the last table has no {closing}", "Is it cut off?")
    return found


def _ignorable(where: str, said: str) -> None:
    """Only literals may stand beside the tables: what would have to be run is refused."""
    literal = r"mpc\.\w+\s*=\s*([-+.\deE]+|'[^']*')\s*;?"
    if said and not re.fullmatch(rf"function\s+mpc\s*=\s*\w+\s*;?|{literal}|end|return;?", said):
        raise BadInstance(
            where, f"{printable(said[:40])!r} would have to be run, and only tables are read",
            "Write the case with savecase, which leaves tables alone",
        )  # fmt: skip
