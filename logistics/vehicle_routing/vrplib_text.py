"""Reading `.vrp` files: the text format of CVRPLIB, QOBLIB and TSPLIB 95.

Distances follow TSPLIB 95 (Reinelt 1995): EUC_2D rounds each to the nearest integer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from pydantic import ValidationError

from logistics.vehicle_routing.data import LARGEST, VehicleRouting
from usecases.errors import BadInstance

Point = tuple[float, float]
Matrix = list[list[int]]

HEADERS = {
    "NAME", "COMMENT", "TYPE", "DIMENSION", "CAPACITY", "VEHICLES", "EDGE_WEIGHT_TYPE",
    "EDGE_WEIGHT_FORMAT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE",
}  # fmt: skip
SECTIONS = {
    "NODE_COORD_SECTION", "DISPLAY_DATA_SECTION", "EDGE_WEIGHT_SECTION", "DEMAND_SECTION",
    "DEPOT_SECTION",
}  # fmt: skip
FIELD_TO_SECTION = {
    "capacity": "CAPACITY", "vehicles": "VEHICLES", "customers": "DIMENSION",
    "demands": "DEMAND_SECTION", "distances": "EDGE_WEIGHT_SECTION",
    "coordinates": "NODE_COORD_SECTION",
}  # fmt: skip

REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""Python reads more as numbers, such as 3_0 and the digits of every script; the format does not."""


def parse_vrp(text: str) -> VehicleRouting:
    """The instance in a `.vrp` text; customers keep the file's node numbers as names.

    The fleet is limited by a `VEHICLES` line, else by `-kN` in NAME, unless the name starts
    with "X-", where k is only a lower bound. Raises BadInstance naming the line or section.
    """
    header, sections = _split(text)
    if header.get("TYPE", "CVRP") not in {"CVRP", "ACVRP"}:
        raise BadInstance("TYPE", f"{header['TYPE']!r} is not CVRP")
    size = _whole("DIMENSION", header.get("DIMENSION"))
    if not 2 <= size <= LARGEST + 1:
        raise BadInstance("DIMENSION", f"{size} nodes, where 2 to {LARGEST + 1} can be read")
    points = _points(sections, size)
    matrix = _matrix(header, sections, points, size)
    demands, depot = _demands(sections, size), _depot(sections, size)
    if demands[depot] != 0:
        raise BadInstance("DEMAND_SECTION", f"the depot, node {depot + 1}, has a demand")
    order = [depot, *(i for i in range(size) if i != depot)]
    return _checked(
        capacity=_whole("CAPACITY", header.get("CAPACITY")),
        vehicles=_fleet(header),
        depot=f"depot {depot + 1}",
        customers=tuple(str(i + 1) for i in order[1:]),
        demands=tuple(demands[i] for i in order[1:]),
        distances=tuple(tuple(matrix[i][j] for j in order) for i in order),
        coordinates=None if points is None else tuple(points[i] for i in order),
    )


def _checked(**fields: object) -> VehicleRouting:
    try:
        return VehicleRouting.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "file"
        problem = first["msg"].removeprefix("Value error, ")
        where = [p + 1 for p in first["loc"][1:] if isinstance(p, int)]
        place = f"entry {where}: " if where else ""
        raise BadInstance(FIELD_TO_SECTION.get(field, field), place + problem) from None


def _split(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The header lines, and the words of each section."""
    header: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    words: list[str] | None = None
    current = "header"
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        key = line.split(":")[0].strip()
        if line == "EOF":
            break
        if key in HEADERS or key in SECTIONS:
            if key in header or key in sections:
                raise BadInstance(key, f"stands twice, again on line {number}")
            words = sections.setdefault(key, []) if key in SECTIONS else None
            current = key if key in SECTIONS else "header"
            if words is None:
                header[key] = line.partition(":")[2].strip()
        elif line and words is not None and re.match(r"[-+.0-9]|nan|inf", line, re.IGNORECASE):
            words += line.split()
        elif line:
            where = f"{current}, line {number}"
            raise BadInstance(where, f"{line[:60]!r} is not understood here")
    return header, sections


def _whole(field: str, text: str | None) -> int:
    if text is None:
        raise BadInstance(field, "is missing")
    if not re.fullmatch(r"[-+]?[0-9]{1,18}(\.0*)?", text):
        raise BadInstance(field, f"{text[:40]!r} is not a whole number")
    return int(text.split(".")[0])


def _real(field: str, text: str) -> float:
    value = float(text) if REAL.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadInstance(field, f"{text[:40]!r} is not a number")
    return value


def _fleet(header: dict[str, str]) -> int | None:
    if "VEHICLES" in header:
        return _whole("VEHICLES", header["VEHICLES"])
    name = header.get("NAME", "")
    found = re.search(r"-k([0-9]{1,4})(?!\d)", name)
    return int(found[1]) if found and not name.startswith("X-") else None


def _rows(section: str, words: list[str], width: int, size: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of a section that lists every node once: its position and the words after it."""
    if len(words) != width * size:
        raise BadInstance(
            section, f"has {len(words)} numbers where {size} nodes take {width * size}"
        )
    seen: set[int] = set()
    for start in range(0, len(words), width):
        node = _whole(section, words[start])
        if not 1 <= node <= size:
            raise BadInstance(section, f"node {node} is not one of 1 to {size}")
        if node in seen:
            raise BadInstance(section, f"node {node} appears twice")
        seen.add(node)
        yield node - 1, words[start + 1 : start + width]


def _points(sections: dict[str, list[str]], size: int) -> list[Point] | None:
    for section in ("NODE_COORD_SECTION", "DISPLAY_DATA_SECTION"):
        if section in sections:
            points: list[Point] = [(0.0, 0.0)] * size
            for i, (x, y) in _rows(section, sections[section], 3, size):
                points[i] = (_real(section, x), _real(section, y))
            return points
    return None


def _demands(sections: dict[str, list[str]], size: int) -> list[int]:
    section = "DEMAND_SECTION"
    if section not in sections:
        raise BadInstance(section, "is missing")
    demands = [0] * size
    for i, (word,) in _rows(section, sections[section], 2, size):
        demands[i] = _whole(section, word)
        if demands[i] < 0:
            raise BadInstance(section, f"node {i + 1} has the negative demand {demands[i]}")
    return demands


def _depot(sections: dict[str, list[str]], size: int) -> int:
    section = "DEPOT_SECTION"
    if section not in sections:
        raise BadInstance(section, "is missing")
    words = [_whole(section, word) for word in sections[section]]
    if len(words) != 2 or words[1] != -1 or not 1 <= words[0] <= size:
        raise BadInstance(section, f"must give one node of 1 to {size}, then -1")
    return words[0] - 1


def _matrix(
    header: dict[str, str], sections: dict[str, list[str]], points: list[Point] | None, size: int
) -> Matrix:
    kind = header.get("EDGE_WEIGHT_TYPE")
    if kind == "EXPLICIT":
        if "EDGE_WEIGHT_SECTION" not in sections:
            raise BadInstance("EDGE_WEIGHT_SECTION", "is missing")
        words = sections["EDGE_WEIGHT_SECTION"]
        return _explicit(header.get("EDGE_WEIGHT_FORMAT", "missing"), words, size)
    if kind not in DISTANCES:
        known = ", ".join([*DISTANCES, "EXPLICIT"])
        raise BadInstance("EDGE_WEIGHT_TYPE", f"{kind or 'missing'} is not one of {known}")
    if points is None or "NODE_COORD_SECTION" not in sections:
        raise BadInstance("NODE_COORD_SECTION", "is missing")
    if any(abs(v) > 1e7 for point in points for v in point):
        raise BadInstance("NODE_COORD_SECTION", "a coordinate is beyond 10 000 000")
    measure = DISTANCES[kind]
    return [[measure(a, b) if i != j else 0 for j, b in enumerate(points)]
            for i, a in enumerate(points)]  # fmt: skip


def _explicit(form: str, words: list[str], size: int) -> Matrix:
    """A matrix from its listed part; triangles are mirrored."""
    forms: dict[str, Callable[[int], range]] = {
        "FULL_MATRIX": lambda i: range(size),
        "LOWER_ROW": range,
        "LOWER_DIAG_ROW": lambda i: range(i + 1),
        "UPPER_ROW": lambda i: range(i + 1, size),
        "UPPER_DIAG_ROW": lambda i: range(i, size),
    }
    if form not in forms:
        raise BadInstance("EDGE_WEIGHT_FORMAT", f"{form} is not one of {', '.join(forms)}")
    cells = [(i, j) for i in range(size) for j in forms[form](i)]
    if len(words) != len(cells):
        raise BadInstance(
            "EDGE_WEIGHT_SECTION", f"has {len(words)} numbers where {form} takes {len(cells)}"
        )
    matrix = [[0] * size for _ in range(size)]
    for (i, j), word in zip(cells, words, strict=True):
        matrix[i][j] = _whole("EDGE_WEIGHT_SECTION", word)
        if form != "FULL_MATRIX":
            matrix[j][i] = matrix[i][j]
    for i in range(size):
        matrix[i][i] = 0  # some files fill the diagonal, which no route uses
    return matrix


def _euclidean(a: Point, b: Point) -> int:
    return int(math.dist(a, b) + 0.5)


def _ceiling(a: Point, b: Point) -> int:
    return math.ceil(math.dist(a, b))


def _pseudo_euclidean(a: Point, b: Point) -> int:
    return math.ceil(math.dist(a, b) / math.sqrt(10.0))


def _geographical(a: Point, b: Point) -> int:
    """TSPLIB 95's GEO: coordinates as degrees.minutes, its own value of π, kilometres."""

    def radians(value: float) -> float:
        degrees = int(value)
        return 3.141592 * (degrees + 5.0 * (value - degrees) / 3.0) / 180.0

    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, p)) for p in (a, b))
    q1, q2, q3 = math.cos(lon_a - lon_b), math.cos(lat_a - lat_b), math.cos(lat_a + lat_b)
    cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3)
    return int(6378.388 * math.acos(min(1.0, max(-1.0, cosine))) + 1.0)


DISTANCES: dict[str, Callable[[Point, Point], int]] = {
    "EUC_2D": _euclidean,
    "CEIL_2D": _ceiling,
    "ATT": _pseudo_euclidean,
    "GEO": _geographical,
}
