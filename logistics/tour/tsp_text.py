"""Reading `.tsp` and `.atsp` files: the text format of TSPLIB 95 (Reinelt 1995)."""

from __future__ import annotations

from pydantic import ValidationError

from logistics import _tsplib as tsplib
from logistics.tour.data import LARGEST, TravellingSalesman
from usecases.errors import BadInstance

FIELD_TO_SECTION = {
    "cities": "DIMENSION", "coordinates": "NODE_COORD_SECTION", "distances": "EDGE_WEIGHT_SECTION",
}  # fmt: skip


def parse_tsp(text: str) -> TravellingSalesman:
    """The instance in a `.tsp` or `.atsp` text; cities keep the file's node numbers as names.

    Raises BadInstance naming the line or section.
    """
    header, sections = tsplib.split(text, tsplib.HEADERS, tsplib.SECTIONS)
    if (kind := header.get("TYPE", "TSP").split(" ")[0]) not in {"TSP", "ATSP"}:
        raise BadInstance("TYPE", f"{kind[:40]!r} is not TSP or ATSP")
    size = tsplib.whole("DIMENSION", header.get("DIMENSION"))
    if not 3 <= size <= LARGEST:
        raise BadInstance("DIMENSION", f"{size} nodes, where 3 to {LARGEST} can be read")
    points = tsplib.points(sections, size)
    measure = tsplib.measure(header, sections)
    matrix = None if measure else tsplib.listed(header, sections, size)
    try:
        return TravellingSalesman.model_validate({
            "cities": tuple(str(k + 1) for k in range(size)),
            "coordinates": None if points is None else tuple(points),
            "measure": measure,
            "distances": None if matrix is None else tuple(map(tuple, matrix)),
            "unit": "km" if measure == "GEO" else "",
        })  # fmt: skip
    except ValidationError as error:
        raise tsplib.complaint(error, FIELD_TO_SECTION) from None
