"""Reading `.vrp` files: the text format of CVRPLIB, QOBLIB and TSPLIB 95.

Distances follow TSPLIB 95 (Reinelt 1995): EUC_2D rounds each to the nearest integer.
"""

from __future__ import annotations

import re

from pydantic import ValidationError

from logistics import _tsplib as tsplib
from logistics.vehicle_routing.data import LARGEST, VehicleRouting
from usecases.errors import BadInstance

HEADERS = tsplib.HEADERS | {"CAPACITY", "VEHICLES"}
SECTIONS = tsplib.SECTIONS | {"DEMAND_SECTION", "DEPOT_SECTION"}
FIELD_TO_SECTION = {
    "capacity": "CAPACITY", "vehicles": "VEHICLES", "customers": "DIMENSION",
    "demands": "DEMAND_SECTION", "distances": "EDGE_WEIGHT_SECTION",
    "coordinates": "NODE_COORD_SECTION",
}  # fmt: skip


def parse_vrp(text: str) -> VehicleRouting:
    """The instance in a `.vrp` text; customers keep the file's node numbers as names.

    The fleet is limited by a `VEHICLES` line, else by `-kN` in NAME, unless the name starts
    with "X-", where k is only a lower bound. Raises BadInstance naming the line or section.
    """
    header, sections = tsplib.split(text, HEADERS, SECTIONS)
    if (kind := header.get("TYPE", "CVRP").split(" ")[0]) not in {"CVRP", "ACVRP"}:
        raise BadInstance("TYPE", f"{kind[:40]!r} is not CVRP or ACVRP")
    size = tsplib.whole("DIMENSION", header.get("DIMENSION"))
    if not 2 <= size <= LARGEST + 1:
        raise BadInstance("DIMENSION", f"{size} nodes, where 2 to {LARGEST + 1} can be read")
    points = tsplib.points(sections, size)
    matrix = tsplib.matrix(header, sections, points, size)
    demands, depot = _demands(sections, size), _depot(sections, size)
    if demands[depot] != 0:
        raise BadInstance("DEMAND_SECTION", f"the depot, node {depot + 1}, has a demand")
    order = [depot, *(i for i in range(size) if i != depot)]
    return _checked(
        capacity=tsplib.whole("CAPACITY", header.get("CAPACITY")),
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
        raise tsplib.complaint(error, FIELD_TO_SECTION) from None


def _fleet(header: dict[str, str]) -> int | None:
    if "VEHICLES" in header:
        return tsplib.whole("VEHICLES", header["VEHICLES"])
    name = header.get("NAME", "")
    found = re.search(r"-k([0-9]{1,4})(?!\d)", name)
    return int(found[1]) if found and not name.startswith("X-") else None


def _demands(sections: dict[str, list[str]], size: int) -> list[int]:
    section = "DEMAND_SECTION"
    if section not in sections:
        raise BadInstance(section, "is missing")
    demands = [0] * size
    for i, (word,) in tsplib.rows(section, sections[section], 2, size):
        demands[i] = tsplib.whole(section, word)
        if demands[i] < 0:
            raise BadInstance(section, f"node {i + 1} has the negative demand {demands[i]}")
    return demands


def _depot(sections: dict[str, list[str]], size: int) -> int:
    section = "DEPOT_SECTION"
    if section not in sections:
        raise BadInstance(section, "is missing")
    words = [tsplib.whole(section, word) for word in sections[section]]
    if len(words) != 2 or words[1] != -1 or not 1 <= words[0] <= size:
        raise BadInstance(section, f"must give one node of 1 to {size}, then -1")
    return words[0] - 1
