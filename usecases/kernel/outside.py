"""What a state among some determinants couples to outside them: sums in a hash table."""

from __future__ import annotations

import numpy as np

from usecases.kernel.compile import compiled
from usecases.kernel.couplings import listed, moved, one_moves, two_move
from usecases.kernel.determinants import Keys
from usecases.models import Floats

_FULL = 0.7
"""Share of a table's slots above which looking up becomes slow."""


@compiled
def spread(
    keys: Keys,
    amplitudes: Floats,
    one: Floats,
    two: Floats,
    least: float,
    table: Keys,
    sums: Floats,
) -> int:
    """Add Σ_i H_ai c_i into `sums` for every determinant a that is not among `keys`.

    The slot of a holds its number in `table`, 0 where it is free; both have 2^k slots. `keys`
    ascend. Products below `least` are left out. The number of slots used, −1 when it is full.
    """
    m = len(one)
    used = 0
    for i in range(len(keys)):
        filled, empty = listed(keys[i], 2 * m, 1), listed(keys[i], 2 * m, 0)
        for x in range(len(filled)):
            p = filled[x]
            for y in range(len(empty)):
                a = empty[y]
                if (p < m) == (a < m):
                    value = amplitudes[i] * one_moves(p, a, filled, one, two)
                    if abs(value) > least:
                        key, sign = moved(keys[i], p, a)
                        used += _added(keys, key, sign * value, table, sums)
                for x2 in range(x + 1, len(filled)):
                    q = filled[x2]
                    for y2 in range(y + 1, len(empty)):
                        b = empty[y2]
                        value = amplitudes[i] * two_move(p, q, a, b, m, two)
                        if abs(value) > least:
                            key, first = moved(keys[i], p, a)
                            key, second = moved(key, q, b)
                            used += _added(keys, key, first * second * value, table, sums)
            if used > _FULL * len(table):
                return -1
    return used


@compiled
def _added(keys: Keys, key: np.uint64, value: float, table: Keys, sums: Floats) -> int:
    """One more product; 1 when it takes a new slot."""
    place = np.searchsorted(keys, key)
    if place < len(keys) and keys[place] == key:
        return 0
    last = np.uint64(len(table) - 1)
    # Fibonacci hashing (Knuth, volume 3, 6.4): the upper bits of the product are well mixed.
    slot = ((key * np.uint64(11400714819323198485)) >> np.uint64(32)) & last
    while table[slot] != np.uint64(0) and table[slot] != key:
        slot = (slot + np.uint64(1)) & last
    sums[slot] += value
    if table[slot] == key:
        return 0
    table[slot] = key
    return 1
