"""Electrons among determinants: the rows of the Hamiltonian, by Slater and Condon's rules."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.kernel.compile import compiled
from usecases.kernel.determinants import Keys, Places
from usecases.models import Floats

Electrons: TypeAlias = NDArray[np.int32]
"""Spin orbitals, ascending."""

NEGLIGIBLE = 1e-13
"""Hartree below which a coupling is left out."""


@compiled
def multiply(
    starts: Places, columns: Places, values: Floats, state: Floats, result: Floats
) -> None:
    """A symmetric matrix, given above its diagonal in compressed rows, times rows of amplitudes.

    The products are added to `result`. Places are unsigned and short, so that none needs a look
    whether it counts from the end.
    """
    for row in range(len(state)):
        vector, sums = state[row], result[row]
        for i in range(len(sums)):
            here, total = vector[i], 0.0
            for j in range(np.intp(starts[i]), np.intp(starts[i + 1])):
                total += values[j] * vector[columns[j]]
                sums[columns[j]] += values[j] * here
            sums[i] += total


@compiled
def between(starts: Places, columns: Places, values: Floats, state: Floats) -> float:
    """⟨state|matrix|state⟩ of the same matrix, once through it.

    The real and the imaginary part of an amplitude are laid side by side, to be fetched at once.
    """
    if len(state) == 1:
        return _between_real(starts, columns, values, state[0])
    pairs = np.empty(2 * state.shape[1])
    pairs[0::2], pairs[1::2] = state[0], state[1]
    found = 0.0
    for i in range(state.shape[1]):
        a = b = c = d = 0.0
        first, last = np.intp(starts[i]), np.intp(starts[i + 1])
        whole = first + (last - first) // 2 * 2
        for j in range(first, whole, 2):
            one, two = np.uint32(2) * columns[j], np.uint32(2) * columns[j + 1]
            a += values[j] * pairs[one]
            b += values[j] * pairs[one + np.uint32(1)]
            c += values[j + 1] * pairs[two]
            d += values[j + 1] * pairs[two + np.uint32(1)]
        for j in range(whole, last):
            a += values[j] * state[0, columns[j]]
            b += values[j] * state[1, columns[j]]
        found += state[0, i] * (a + c) + state[1, i] * (b + d)
    return 2.0 * found


@compiled
def _between_real(starts: Places, columns: Places, values: Floats, vector: Floats) -> float:
    found = 0.0
    for i in range(len(vector)):
        total = 0.0
        for j in range(np.intp(starts[i]), np.intp(starts[i + 1])):
            total += values[j] * vector[columns[j]]
        found += total * vector[i]
    return 2.0 * found


@compiled
def couplings(
    keys: Keys,
    one: Floats,
    two: Floats,
    starts: NDArray[np.int64],
    columns: Places,
    values: Floats,
) -> None:
    """The Hamiltonian between different determinants, Slater and Condon's rules.

    It is symmetric: a row holds what lies right of the diagonal.
    A first call with empty `columns` counts: starts[i + 1] becomes the length of row i. A second
    call with their running sums fills in. `keys` ascend.
    """
    m = len(one)
    for i in range(len(keys)):
        filled = listed(keys[i], 2 * m, 1)
        empty = listed(keys[i], 2 * m, 0)
        at = starts[i]
        count = 0
        for x in range(len(filled)):
            p = filled[x]
            for y in range(len(empty)):
                a = empty[y]
                if (p < m) == (a < m):
                    count += _single(keys, i, p, a, filled, one, two, at + count, columns, values)
                for x2 in range(x + 1, len(filled)):
                    for y2 in range(y + 1, len(empty)):
                        count += _double(
                            keys,
                            i,
                            p,
                            filled[x2],
                            a,
                            empty[y2],
                            m,
                            two,
                            at + count,
                            columns,
                            values,
                        )
        if len(columns) == 0:
            starts[i + 1] = count


@compiled
def one_moves(p: int, a: int, filled: Electrons, one: Floats, two: Floats) -> float:
    """The element for an electron that goes from p to a among the filled spin orbitals."""
    m = len(one)
    u, v = p % m, a % m
    value: float = one[u, v]
    for x in range(len(filled)):
        j = filled[x]
        value += two[u, v, j % m, j % m]
        if (j < m) == (p < m):
            value -= two[u, j % m, j % m, v]
    return value


@compiled
def two_move(p: int, q: int, a: int, b: int, m: int, two: Floats) -> float:
    """The element for electrons that go from p and q to a and b; 0 where that takes a spin flip."""
    if (p < m) + (q < m) != (a < m) + (b < m):
        return 0.0
    u, v, w, x = p % m, a % m, q % m, b % m
    value = 0.0
    if (p < m) == (a < m):
        value += two[u, v, w, x]
    if (p < m) == (b < m):
        value -= two[u, x, w, v]
    return value


@compiled
def _single(
    keys: Keys,
    i: int,
    p: int,
    a: int,
    filled: Electrons,
    one: Floats,
    two: Floats,
    at: int,
    columns: Places,
    values: Floats,
) -> int:
    value = one_moves(p, a, filled, one, two)
    if abs(value) < NEGLIGIBLE:
        return 0
    key, sign = moved(keys[i], p, a)
    return _put(keys, i, key, sign * value, at, columns, values)


@compiled
def _double(
    keys: Keys,
    i: int,
    p: int,
    q: int,
    a: int,
    b: int,
    m: int,
    two: Floats,
    at: int,
    columns: Places,
    values: Floats,
) -> int:
    value = two_move(p, q, a, b, m, two)
    if abs(value) < NEGLIGIBLE:
        return 0
    key, first = moved(keys[i], p, a)
    key, second = moved(key, q, b)
    return _put(keys, i, key, first * second * value, at, columns, values)


@compiled
def _put(
    keys: Keys, i: int, key: np.uint64, value: float, at: int, columns: Places, values: Floats
) -> int:
    if key < keys[i]:
        return 0
    place = np.searchsorted(keys, key)
    if place == len(keys) or keys[place] != key:
        return 0
    if len(columns) > 0:
        columns[at] = place
        values[at] = value
    return 1


@compiled
def moved(key: np.uint64, p: int, a: int) -> tuple[np.uint64, float]:
    """a†_a a_p on a determinant, and the sign of passing the electrons between."""
    one = np.uint64(1)
    low, high = min(p, a), max(p, a)
    between = ((one << np.uint64(high)) - one) & ~((one << np.uint64(low + 1)) - one)
    sign = 1.0
    rest = key & between
    while rest:
        rest &= rest - one
        sign = -sign
    return key ^ (one << np.uint64(p)) ^ (one << np.uint64(a)), sign


@compiled
def listed(key: np.uint64, bits: int, value: int) -> Electrons:
    """The spin orbitals that are filled, or with value 0 those that are empty."""
    found = np.empty(bits, dtype=np.int32)
    count = 0
    for p in range(bits):
        if (key >> np.uint64(p)) & np.uint64(1) == np.uint64(value):
            found[count] = p
            count += 1
    return found[:count]
