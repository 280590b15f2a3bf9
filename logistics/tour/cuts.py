"""The shortest tour by cutting planes, for tours whose model is only a pool of pieces."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from logistics.tour.pieces import Order

Floats = NDArray[np.float64]


def shortest_tour(d: Floats, seconds: float) -> tuple[Order | None, float]:
    """The shortest round trip from place 0, and a length that none falls below.

    Every place is entered and left once; of each round that leaves places out, not all legs may
    be taken, and HiGHS chooses again until one round is left (Dantzig, Fulkerson & Johnson 1954).
    None where the time ran out before that.
    """
    n, until, bound = len(d), monotonic() + seconds, 0.0
    legs = np.argwhere(~np.eye(n, dtype=bool))
    rows = [(legs[:, side] == place).astype(float) for side in (0, 1) for place in range(n)]
    exact, cuts = len(rows), list(_there_and_back(legs, n))
    while (left := until - monotonic()) > 0:
        taken, bound = _chosen(d[tuple(legs.T)], np.array(rows + cuts), exact, left, bound)
        if taken is None:
            break
        rounds = _rounds(dict(legs[taken].tolist()))
        if len(rounds) == 1:
            return tuple(rounds[0][1:]), bound
        for members in rounds:
            inside = np.isin(legs, members).all(axis=1)
            cuts.append(inside.astype(float) / (len(members) - 1))
    return None, bound


def _there_and_back(legs: NDArray[np.int64], n: int) -> Iterator[Floats]:
    """Cuts that forbid rounds of two places."""
    at = {(a, b): k for k, (a, b) in enumerate(legs.tolist())}
    for a in range(n):
        for b in range(a + 1, n):
            row = np.zeros(len(legs))
            row[[at[a, b], at[b, a]]] = 1.0
            yield row


def _chosen(
    costs: Floats, rows: Floats, exact: int, seconds: float, known: float
) -> tuple[NDArray[np.bool_] | None, float]:
    """The cheapest legs: the first `exact` rows add up to 1, the others to 1 at most."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    least = np.where(np.arange(len(rows)) < exact, 1.0, -np.inf)
    found = milp(
        costs,
        integrality=np.ones(len(costs), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(rows), least, 1.0),
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )
    bound = known if found.mip_dual_bound is None else max(known, float(found.mip_dual_bound))
    return (found.x > 0.5 if found.status == 0 else None), bound


def _rounds(onward: dict[int, int]) -> list[list[int]]:
    """The rounds that the legs make, each from its first place on."""
    rounds, left = [], set(onward)
    while left:
        here = min(left)
        found = []
        while here in left:
            left.remove(here)
            found.append(here)
            here = onward[here]
        rounds.append(found)
    return rounds
