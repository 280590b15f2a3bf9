"""Local search by single flips: what classical computing adds to an answer for next to nothing."""

from __future__ import annotations

import numpy as np

from usecases.models import Bits, Diagonal


def lowered(cost: Diagonal, row: Bits) -> Bits:
    """The answer after the flip that lowers the cost most, again and again until none does.

    `row` and the result have shape (variables,).
    """
    best = row.copy()
    one_flip = np.eye(len(row), dtype=np.int8)
    while len(row):
        around = cost.energies(np.concatenate([best[None], best ^ one_flip]))
        step = int(around.argmin())
        if around[step] >= around[0]:
            break
        best = best ^ one_flip[step - 1]
    return best
