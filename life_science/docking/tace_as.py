"""The binding-interaction graph of TACE-AS, as Banchi et al. (2020) used it.

Source: the package StrawberryFields 0.23 (Apache-2.0), apps/data, class TaceAs. It gives the
graph alone: no names of the contacts, no weights.
"""

from __future__ import annotations

from life_science.docking.graph import BindingGraph, Contact

# fmt: off
LATER: tuple[tuple[int, ...], ...] = (
    (1, 2, 6, 7, 8, 9, 10, 15, 16, 17, 20, 21, 22, 23),
    (2, 4, 6, 7, 8, 9, 10, 15, 17, 21, 23),
    (3, 4, 6, 7, 8, 9, 10, 17, 18, 23),
    (4, 6, 7, 8, 9, 10, 12, 13, 17, 18, 19, 23),
    (6, 7, 8, 9, 10, 11, 12, 17, 18, 23),
    (10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22),
    (7, 8, 14, 15, 16, 17, 20, 21, 22, 23),
    (8, 10, 15, 16, 17, 21, 22, 23),
    (9, 10, 12, 15, 16, 17, 18, 21, 22, 23),
    (10, 12, 13, 14, 17, 18, 19, 20, 23),
    (12, 13, 14, 17, 18, 19, 20, 23),
    (12, 13, 14, 15, 16, 18, 19, 20, 21, 22),
    (13, 14, 18, 19, 20, 22),
    (14, 16, 18, 19, 20, 21, 22),
    (15, 16, 18, 19, 20, 21, 22),
    (16, 19, 20, 21, 22),
    (18, 19, 20, 21, 22),
    (23,),
    (19, 20),
    (20, 22),
    (21, 22),
    (22,),
    (),
    (),
)
# fmt: on
"""For each contact, those after it that can hold together with it: 162 pairs."""

SUBGRAPH = (0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 17, 23)
"""Twelve contacts among which eight can hold at once, as among all 24."""


def tace_as() -> BindingGraph:
    """Contacts of tumour necrosis factor-α converting enzyme with a small ligand."""
    pairs = ((u, v) for u, later in enumerate(LATER) for v in later)
    return BindingGraph(
        contacts=tuple(Contact(name=f"c{k}") for k in range(len(LATER))),
        compatible=tuple((f"c{u}", f"c{v}") for u, v in pairs),
        title="TACE-AS (Banchi et al. 2020)",
    )
