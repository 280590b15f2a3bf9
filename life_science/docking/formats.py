"""Files: CSV of pairs, contacts or pharmacophore points, and graphs in the DIMACS format.

A CSV file has sections, each begun by the line that names its columns; without one, a file
lists pairs. Lines that begin with # are comments.

    u,v                    two contacts that can hold together
    contact,weight         every contact and its strength
    ligand,receptor,weight every contact by its points; its name is LIGAND-RECEPTOR
    ligand,kind,x,y,z      a pharmacophore point of the ligand, ångström
    receptor,kind,x,y,z    one of the receptor
    tau,epsilon            tolerances of the points' distances, ångström
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from life_science.docking.graph import MOST_CONTACTS, NAME, BindingGraph, Contact
from life_science.docking.pharmacophores import KINDS, Complex, Point
from usecases.errors import BadInstance, printable
from usecases.records import Record

R = TypeVar("R", bound=Record)

PAIRS, CONTACTS, BY_POINTS = "u,v", "contact,weight", "ligand,receptor,weight"
LIGAND, RECEPTOR, TOLERANCES = "ligand,kind,x,y,z", "receptor,kind,x,y,z", "tau,epsilon"
SECTIONS = (PAIRS, CONTACTS, BY_POINTS, LIGAND, RECEPTOR, TOLERANCES)
REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Row:
    """A line of a file, its number and its words."""

    number: int
    words: tuple[str, ...]

    def wrong(self, problem: str, hint: str = "") -> BadInstance:
        return BadInstance(f"line {self.number}", problem, hint)

    def name(self, k: int) -> str:
        """The word at k as a contact's name."""
        if not re.fullmatch(NAME, self.words[k]):
            raise self.wrong(f"{_short(self.words[k])} is no name")
        return self.words[k]

    def real(self, k: int) -> float:
        """The word at k as a finite number."""
        value = float(self.words[k]) if REAL.fullmatch(self.words[k]) else math.nan
        if not math.isfinite(value):
            raise self.wrong(f"{_short(self.words[k])} is not a number")
        return value

    def whole(self, k: int) -> int:
        """The word at k as a whole number."""
        if not re.fullmatch(r"[0-9]{1,9}", self.words[k]):
            raise self.wrong(f"{_short(self.words[k])} is not a whole number")
        return int(self.words[k])


def _short(word: str) -> str:
    return repr(printable(word[:40]))


def parse_csv(text: str) -> BindingGraph:
    """The graph of a CSV file. Raises BadInstance naming the line."""
    sections = _sections(text)
    if sections.keys() & {LIGAND, RECEPTOR, TOLERANCES}:
        return _from_points(sections)
    pairs = [(row, row.name(0), row.name(1)) for row in sections.get(PAIRS, [])]
    if CONTACTS in sections and BY_POINTS in sections:
        raise BadInstance("contacts", "are listed by name and by points", "Keep one of the two")
    listed = [(row, row.name(0), row.real(1)) for row in sections.get(CONTACTS, [])]
    listed += [
        (row, f"{row.name(0)}-{row.name(1)}", row.real(2)) for row in sections.get(BY_POINTS, [])
    ]
    if listed and PAIRS not in sections:
        raise BadInstance(
            "u,v", "the file lists contacts and does not say which can hold together",
            "Add a section u,v with pairs of contacts, or the points with their coordinates",
        )  # fmt: skip
    weights = _weights(listed) or {n: 1.0 for _, *names in pairs for n in names}
    for row, *names in pairs:
        unknown = next((n for n in names if n not in weights), None)
        if unknown:
            raise row.wrong(f"{unknown} has no line in the list of contacts")
    return _graph(weights, pairs)


def _sections(text: str) -> dict[str, list[Row]]:
    """The rows of each section; a file that begins with none lists pairs."""
    found: dict[str, list[Row]] = {}
    current = PAIRS
    for row in _rows(text, "#", ","):
        key = ",".join(row.words)
        if key in SECTIONS:
            if key in found:
                raise row.wrong(f"the section {key} stands twice")
            current = key
            found[key] = []
        elif len(row.words) != current.count(",") + 1:
            raise row.wrong(
                f"{len(row.words)} values, where the section {current} has"
                f" {current.count(',') + 1}",
                f"Sections: {'; '.join(SECTIONS)}",
            )
        else:
            found.setdefault(current, []).append(row)
    return found


def _rows(text: str, comment: str, separator: str | None) -> Iterator[Row]:
    """The lines that say something, cut into words."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith(comment):
            yield Row(number, tuple(word.strip() for word in line.strip().split(separator)))


def _weights(listed: Sequence[tuple[Row, str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for row, name, weight in listed:
        if name in found:
            raise row.wrong(f"the contact {name} is listed twice")
        if not 0 < weight <= 1e6 or round(weight, 6) != weight:
            raise row.wrong(
                f"the weight {weight!r} is not between 0 and 1e6 with at most six decimals",
                "A contact of no or repulsive strength adds nothing to a pose: leave it out",
            )
        found[name] = weight
    return found


def _graph(weights: Mapping[str, float], pairs: Sequence[tuple[Row, str, str]]) -> BindingGraph:
    """The graph, its pairs checked line by line."""
    if not 1 <= len(weights) <= MOST_CONTACTS:
        raise BadInstance(
            "contacts", f"{len(weights)} of them, where 1 to {MOST_CONTACTS} are taken"
        )
    seen: dict[frozenset[str], int] = {}
    for row, a, b in pairs:
        if a == b:
            raise row.wrong(f"the contact {a} is paired with itself")
        if (key := frozenset((a, b))) in seen:
            raise row.wrong(f"the pair {a}, {b} stands on line {seen[key]} already")
        seen[key] = row.number
    return _checked(
        BindingGraph,
        contacts=tuple(Contact(name=n, weight=w) for n, w in weights.items()),
        compatible=tuple((a, b) for _, a, b in pairs),
    )


def _from_points(sections: Mapping[str, list[Row]]) -> BindingGraph:
    """The graph of pharmacophore points; the strengths are those of `pharmacophores`."""
    for key in (LIGAND, RECEPTOR, TOLERANCES):
        if not sections.get(key):
            raise BadInstance(key, "this section is missing or empty beside the points' others")
    extra = sections.keys() - {LIGAND, RECEPTOR, TOLERANCES}
    if extra:
        raise BadInstance(min(extra), "follows from the points and cannot be given beside them")
    (tolerances, *more) = sections[TOLERANCES]
    if more:
        raise more[0].wrong("the tolerances are given twice")
    sides = [tuple(_point(row) for row in sections[key]) for key in (LIGAND, RECEPTOR)]
    return _checked(
        Complex,
        ligand=sides[0],
        receptor=sides[1],
        tau=tolerances.real(0),
        epsilon=tolerances.real(1),
    ).graph()


def _point(row: Row) -> Point:
    if row.words[1] not in KINDS:
        raise row.wrong(f"{_short(row.words[1])} is no kind of point", f"Known: {', '.join(KINDS)}")
    x, y, z = (row.real(k) for k in (2, 3, 4))
    try:
        return Point.model_validate(
            {"name": row.words[0], "kind": row.words[1], "x": x, "y": y, "z": z}
        )
    except ValidationError as error:
        raise row.wrong(error.errors()[0]["msg"]) from None


def _checked(kind: type[R], **fields: object) -> R:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else "file"
        raise BadInstance(where, first["msg"].removeprefix("Value error, ")) from None


def parse_dimacs(text: str) -> BindingGraph:
    """A graph in the DIMACS format: `p edge N M`, `e U V`, and `n V WEIGHT` for weights.

    A pair may stand in both directions, as in files of the colouring challenge. Contacts are
    named v1 to vN. Raises BadInstance naming the line.
    """
    rows = list(_rows(text, "c", None))
    if not rows or rows[0].words[0] != "p":
        raise BadInstance("p edge", "the first line that is no comment must be: p edge N M")
    head = rows[0]
    if len(head.words) != 4 or head.words[1] not in ("edge", "col"):
        raise head.wrong("must be: p edge N M")
    size, edges = head.whole(2), head.whole(3)
    if not 1 <= size <= MOST_CONTACTS:
        raise head.wrong(f"{size} vertices, where 1 to {MOST_CONTACTS} are taken")
    weights = {f"v{k}": 1.0 for k in range(1, size + 1)}
    listed, arcs = [], {}
    for row in rows[1:]:
        if row.words[0] == "e" and len(row.words) == 3:
            ends = (_vertex(row, 1, size), _vertex(row, 2, size))
            if ends in arcs:
                raise row.wrong(f"the edge {ends[0][1:]} {ends[1][1:]} stands twice")
            arcs[ends] = row
        elif row.words[0] == "n" and len(row.words) == 3:
            listed.append((row, _vertex(row, 1, size), row.real(2)))
        else:
            raise row.wrong(f"{_short(' '.join(row.words))} is neither e U V nor n V WEIGHT")
    pairs = [(row, u, v) for (u, v), row in arcs.items() if (v, u) not in arcs or u <= v]
    if edges not in (len(arcs), len(pairs)):
        raise head.wrong(f"announces {edges} edges and {len(arcs)} follow", "Is the file cut off?")
    return _graph(weights | _weights(listed), pairs)


def _vertex(row: Row, k: int, size: int) -> str:
    if not 1 <= (vertex := row.whole(k)) <= size:
        raise row.wrong(f"vertex {vertex} is not one of 1 to {size}")
    return f"v{vertex}"
