"""Reading the text format of TSPLIB 95: header lines, sections, and distances by its rules.

Reinelt, TSPLIB 95 (1995), University of Heidelberg: EUC_2D, for one, rounds each distance to the
nearest integer, and GEO has a value of π of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping

from pydantic import ValidationError

from logistics._fields import problem
from usecases.errors import BadInstance

Point = tuple[float, float]
Matrix = list[list[int]]

HEADERS = frozenset({
    "NAME", "COMMENT", "TYPE", "DIMENSION", "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT",
    "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE",
})  # fmt: skip
SECTIONS = frozenset({"NODE_COORD_SECTION", "DISPLAY_DATA_SECTION", "EDGE_WEIGHT_SECTION"})
"""What files of all types may hold."""

REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""Python reads more as numbers, such as 3_0 and the digits of every script; the format does not."""

FARTHEST = 1e7
"""Coordinates beyond it are refused."""


def split(
    text: str, headers: Collection[str], sections: Collection[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The header lines, and the words of each section.

    Comments may stand on several lines, and the first is kept. Raises BadInstance for a line that
    belongs to neither, and for any other that stands twice.
    """
    header: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    words: list[str] | None = None
    current = "header"
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        key = line.split(":")[0].strip()
        if line == "EOF":
            break
        if key in headers or key in sections:
            if key != "COMMENT" and (key in header or key in found):
                raise BadInstance(key, f"stands twice, again on line {number}")
            words = found.setdefault(key, []) if key in sections else None
            current = key if key in sections else "header"
            if words is None:
                header.setdefault(key, line.partition(":")[2].strip())
        elif line and words is not None and re.match(r"[-+.0-9]|nan|inf", line, re.IGNORECASE):
            words += line.split()
        elif line:
            where = f"{current}, line {number}"
            raise BadInstance(where, f"{line[:60]!r} is not understood here")
    return header, found


def whole(field: str, text: str | None) -> int:
    """A whole number; `.0` may follow it."""
    if text is None:
        raise BadInstance(field, "is missing")
    if not re.fullmatch(r"[-+]?[0-9]{1,18}(\.0*)?", text):
        raise BadInstance(field, f"{text[:40]!r} is not a whole number")
    return int(text.split(".")[0])


def rows(section: str, words: list[str], width: int, size: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of a section that lists every node once: its position and the words after it."""
    if len(words) != width * size:
        raise BadInstance(
            section, f"has {len(words)} numbers where {size} nodes take {width * size}"
        )
    seen: set[int] = set()
    for start in range(0, len(words), width):
        node = whole(section, words[start])
        if not 1 <= node <= size:
            raise BadInstance(section, f"node {node} is not one of 1 to {size}")
        if node in seen:
            raise BadInstance(section, f"node {node} appears twice")
        seen.add(node)
        yield node - 1, words[start + 1 : start + width]


def points(sections: Mapping[str, list[str]], size: int) -> list[Point] | None:
    """The nodes' coordinates, or those they are drawn at; None where the file has neither."""
    for section in ("NODE_COORD_SECTION", "DISPLAY_DATA_SECTION"):
        if section in sections:
            found: list[Point] = [(0.0, 0.0)] * size
            for i, (x, y) in rows(section, sections[section], 3, size):
                found[i] = (_real(section, x), _real(section, y))
            if any(abs(v) > FARTHEST for point in found for v in point):
                raise BadInstance(section, "a coordinate is beyond 10 000 000")
            return found
    return None


def _real(field: str, text: str) -> float:
    value = float(text) if REAL.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadInstance(field, f"{text[:40]!r} is not a number")
    return value


def measure(header: Mapping[str, str], sections: Mapping[str, list[str]]) -> str | None:
    """The rule that gives distances from coordinates; None where they are listed.

    Raises BadInstance where the rule is unknown or what it needs is missing.
    """
    kind = header.get("EDGE_WEIGHT_TYPE", "missing")
    if kind not in (*DISTANCES, "EXPLICIT"):
        known = ", ".join([*DISTANCES, "EXPLICIT"])
        raise BadInstance("EDGE_WEIGHT_TYPE", f"{kind} is not one of {known}")
    needed = "EDGE_WEIGHT_SECTION" if kind == "EXPLICIT" else "NODE_COORD_SECTION"
    if needed not in sections:
        raise BadInstance(needed, "is missing")
    return None if kind == "EXPLICIT" else kind


def listed(header: Mapping[str, str], sections: Mapping[str, list[str]], size: int) -> Matrix:
    """The matrix from its listed part; triangles are mirrored, and the diagonal is set to 0."""
    form, words = header.get("EDGE_WEIGHT_FORMAT", "missing"), sections["EDGE_WEIGHT_SECTION"]
    if form not in FORMS:
        raise BadInstance("EDGE_WEIGHT_FORMAT", f"{form} is not one of {', '.join(FORMS)}")
    cells = [(i, j) for i in range(size) for j in FORMS[form](i, size)]
    if len(words) != len(cells):
        raise BadInstance(
            "EDGE_WEIGHT_SECTION", f"has {len(words)} numbers where {form} takes {len(cells)}"
        )
    matrix = [[0] * size for _ in range(size)]
    for (i, j), word in zip(cells, words, strict=True):
        matrix[i][j] = whole("EDGE_WEIGHT_SECTION", word)
        if form != "FULL_MATRIX":
            matrix[j][i] = matrix[i][j]
    for i in range(size):
        matrix[i][i] = 0  # some files fill the diagonal, which no route uses
    return matrix


FORMS: dict[str, Callable[[int, int], range]] = {
    "FULL_MATRIX": lambda i, size: range(size),
    "LOWER_ROW": lambda i, size: range(i),
    "LOWER_DIAG_ROW": lambda i, size: range(i + 1),
    "UPPER_ROW": lambda i, size: range(i + 1, size),
    "UPPER_DIAG_ROW": range,
    # Read column by column, the upper triangle is the lower one read row by row.
    "UPPER_COL": lambda i, size: range(i),
    "UPPER_DIAG_COL": lambda i, size: range(i + 1),
    "LOWER_COL": lambda i, size: range(i + 1, size),
    "LOWER_DIAG_COL": range,
}
"""EDGE_WEIGHT_FORMAT → the columns that are listed of each row."""


def measured(kind: str, places: list[Point]) -> Matrix:
    """Distances between all places by one of TSPLIB's rules."""
    rule = DISTANCES[kind]
    return [[rule(a, b) if i != j else 0 for j, b in enumerate(places)]
            for i, a in enumerate(places)]  # fmt: skip


def matrix(
    header: Mapping[str, str],
    sections: Mapping[str, list[str]],
    places: list[Point] | None,
    size: int,
) -> Matrix:
    """The distances of a file, listed or measured. Raises BadInstance like its parts."""
    kind = measure(header, sections)
    if kind is None or places is None:
        return listed(header, sections, size)
    return measured(kind, places)


def complaint(error: ValidationError, sections: Mapping[str, str]) -> BadInstance:
    """What is wrong first, by the section that holds the record's field, entries from 1."""
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "file"
    where = [p + 1 for p in first["loc"][1:] if isinstance(p, int)]
    place = f"entry {where}: " if where else ""
    return BadInstance(sections.get(field, field), place + problem(first))


def degrees(value: float) -> float:
    """TSPLIB writes 38° 24' as 38.24; in degrees that is 38.4."""
    whole_degrees = int(value)
    return whole_degrees + 5.0 * (value - whole_degrees) / 3.0


def _euclidean(a: Point, b: Point) -> int:
    return int(math.dist(a, b) + 0.5)


def _ceiling(a: Point, b: Point) -> int:
    return math.ceil(math.dist(a, b))


def _manhattan(a: Point, b: Point) -> int:
    return int(abs(a[0] - b[0]) + abs(a[1] - b[1]) + 0.5)


def _maximum(a: Point, b: Point) -> int:
    return max(int(abs(a[0] - b[0]) + 0.5), int(abs(a[1] - b[1]) + 0.5))


def _pseudo_euclidean(a: Point, b: Point) -> int:
    return math.ceil(math.dist(a, b) / math.sqrt(10.0))


def _geographical(a: Point, b: Point) -> int:
    """Kilometres between places given as latitude and longitude, on TSPLIB's own sphere."""
    (lat_a, lon_a), (lat_b, lon_b) = (
        tuple(3.141592 * degrees(v) / 180.0 for v in place) for place in (a, b)
    )
    q1, q2, q3 = math.cos(lon_a - lon_b), math.cos(lat_a - lat_b), math.cos(lat_a + lat_b)
    cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)
    return int(6378.388 * math.acos(min(1.0, max(-1.0, cosine))) + 1.0)


DISTANCES: dict[str, Callable[[Point, Point], int]] = {
    "EUC_2D": _euclidean,
    "CEIL_2D": _ceiling,
    "MAN_2D": _manhattan,
    "MAX_2D": _maximum,
    "ATT": _pseudo_euclidean,
    "GEO": _geographical,
}
"""EDGE_WEIGHT_TYPE → the distance of two places."""
