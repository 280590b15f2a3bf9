"""Where the buses of a picture stand."""

from __future__ import annotations

import numpy as np

from energy._grid.grid import Grid
from usecases.models import Floats

CAREFUL = 150
"""To this many buses distances in the picture follow those along branches."""


def places(grid: Grid) -> tuple[Floats, str]:
    """Positions in the plane, shape (buses, 2), and a word on what they mean.

    The case's own drawing where every bus has a place; else Kamada and Kawai's layout (1989), or
    beyond 150 buses forces between neighbours, begun the same way each time. Neither is a map.
    """
    own = [b.at for b in grid.buses if b.at is not None]
    if len(own) == grid.size and len(set(own)) > 1:
        return _unit(np.array(own)), "schematic coordinates of the case, no map"
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(grid.size))
    graph.add_edges_from(grid.pairs)
    small = grid.size <= CAREFUL
    found = nx.kamada_kawai_layout(graph) if small else nx.spring_layout(graph, seed=0)
    return _unit(np.array([found[k] for k in range(grid.size)])), "schematic layout, no map"


def _unit(at: Floats) -> Floats:
    """Moved and scaled into the unit square, proportions kept."""
    span = float(np.ptp(at, axis=0).max()) or 1.0
    return np.asarray((at - at.min(axis=0)) / span, dtype=np.float64)
