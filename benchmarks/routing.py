"""Routing by blocks of qubits: tight fleets, and gaps against seconds to 100 customers.

python benchmarks/routing.py            run everything and write benchmarks/results/routing.json
python benchmarks/routing.py --render   write docs/routing.md from what is stored
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIDE = 1000
CAPACITY = 100
DEPOTS = ("centre", "corner", "anywhere")
PLACES = ("spread", "clustered", "half clustered")
DEMANDS = ((1, 10), (5, 10), (1, 100), (50, 100))


def vrp(name: str, points: Sequence[Sequence[int]], demands: Sequence[int], capacity: int) -> str:
    """A `.vrp` text; the first point is the depot."""
    places = "\n".join(f"{k + 1} {x} {y}" for k, (x, y) in enumerate(points))
    amounts = "\n".join(f"{k + 1}\t{q}" for k, q in enumerate((0, *demands)))
    return (
        f"NAME : {name}\nCOMMENT : (generated)\nTYPE : CVRP\nDIMENSION : {len(points)}\n"
        f"EDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : {capacity}\nNODE_COORD_SECTION\n{places}\n"
        f"DEMAND_SECTION\n{amounts}\nDEPOT_SECTION\n 1\n -1\nEOF\n"
    )


def tight(seed: int) -> str:
    """20 customers whose demands fill 4 vehicles to the last unit, as in QOBLIB's instances."""
    rng = np.random.default_rng(seed)
    demands: list[int] = []
    for _ in range(4):
        cuts = np.sort(rng.choice(np.arange(1, CAPACITY), 4, replace=False))
        demands += np.diff([0, *cuts, CAPACITY]).tolist()
    rng.shuffle(demands)
    points = rng.integers(0, SIDE + 1, (21, 2)).tolist()
    return vrp(f"RND-n20-k4-{seed:02}", points, demands, CAPACITY)


def uchoa(size: int, seed: int) -> str:
    """An instance made as those of CVRPLIB's set X are (Uchoa et al. 2017, section 4).

    Depot, placement, demands and calls per vehicle vary with the seed; the fleet is not limited.
    """
    rng = np.random.default_rng([size, seed])
    depot = {"centre": (SIDE // 2, SIDE // 2), "corner": (0, 0)}.get(
        DEPOTS[seed % 3], tuple(rng.integers(0, SIDE + 1, 2).tolist())
    )
    demands = rng.integers(*np.add(DEMANDS[seed % 4], (0, 1)), size).tolist()
    calls = rng.triangular(3, 6, 25)
    capacity = max(int(np.ceil(calls * sum(demands) / size)), max(demands))
    points = [depot, *_places(PLACES[seed // 3 % 3], size, rng)]
    return vrp(f"X-like-n{size + 1}-{seed:02}", points, demands, capacity)


def _places(kind: str, size: int, rng: np.random.Generator) -> list[list[int]]:
    """Customers anywhere, or drawn to a few of them with probability Σ exp(−distance / 40)."""
    free = {"spread": size, "clustered": int(rng.integers(3, 9)), "half clustered": size // 2}
    places = rng.integers(0, SIDE + 1, (free[kind], 2))
    seeds = places[: free["clustered"]]
    found = places.tolist()
    while len(found) < size:
        point = rng.integers(0, SIDE + 1, 2)
        if rng.random() < np.exp(-np.hypot(*(seeds - point).T) / 40).sum():
            found.append(point.tolist())
    return found
