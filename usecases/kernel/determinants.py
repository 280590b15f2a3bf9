"""Electrons among determinants: what an ansatz does to amplitudes, and the Hamiltonian's rows.

A determinant is a number whose bit p is spin orbital p, alpha before beta. The amplitudes of a
state stand in one row when they are real, in two (real and imaginary part) when they are not. A
generator is a list of places: pairs that it rotates into one another with a sign, or places that
get a phase.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.kernel.compile import compiled
from usecases.models import Floats

Places: TypeAlias = NDArray[np.int32]
Signs: TypeAlias = NDArray[np.float64]
Keys: TypeAlias = NDArray[np.uint64]

NEGLIGIBLE = 1e-13
"""Hartree below which a coupling is left out."""


@compiled
def evolve(
    state: Floats, which: Places, starts: Places, moves: Places, signs: Signs, angles: Floats
) -> None:
    """All factors on the state, in place; factor k applies generator which[k] by angles[k].

    `moves` holds a source and a target for each pair, the target negative for a phase.
    """
    for k in range(len(which)):
        first, last = starts[which[k]], starts[which[k] + 1]
        cos, sin = np.cos(angles[k]), np.sin(angles[k])
        if first < last and moves[first, 1] < 0:
            _turn(state, first, last, moves, cos, sin)
        else:
            _rotate(state, first, last, moves, signs, cos, sin)


@compiled
def back(
    state: Floats,
    other: Floats,
    which: Places,
    starts: Places,
    moves: Places,
    signs: Signs,
    angles: Floats,
    slopes: Floats,
) -> None:
    """Undo all factors on two states; slopes[k] becomes 2 Re ⟨other|G|state⟩ behind factor k.

    With `other` the Hamiltonian times the final state these are the energy's derivatives
    (adjoint method, Jones and Gacon 2020, arXiv:2009.02823).
    """
    for k in range(len(which) - 1, -1, -1):
        first, last = starts[which[k]], starts[which[k] + 1]
        cos, sin = np.cos(angles[k]), -np.sin(angles[k])
        total = 0.0
        if first < last and moves[first, 1] < 0:
            for j in range(first, last):
                a = moves[j, 0]
                total += other[1, a] * state[0, a] - other[0, a] * state[1, a]
            _turn(state, first, last, moves, cos, sin)
            _turn(other, first, last, moves, cos, sin)
        else:
            for row in range(len(state)):
                for j in range(first, last):
                    a, b = moves[j, 0], moves[j, 1]
                    total += signs[j] * (
                        other[row, b] * state[row, a] - other[row, a] * state[row, b]
                    )
            _rotate(state, first, last, moves, signs, cos, sin)
            _rotate(other, first, last, moves, signs, cos, sin)
        slopes[k] = 2.0 * total


@compiled
def _rotate(
    state: Floats, first: int, last: int, moves: Places, signs: Signs, cos: float, sin: float
) -> None:
    for row in range(len(state)):
        for j in range(first, last):
            a, b = moves[j, 0], moves[j, 1]
            low, high, s = state[row, a], state[row, b], signs[j] * sin
            state[row, a] = cos * low - s * high
            state[row, b] = cos * high + s * low


@compiled
def _turn(state: Floats, first: int, last: int, moves: Places, cos: float, sin: float) -> None:
    for j in range(first, last):
        a = moves[j, 0]
        real, imaginary = state[0, a], state[1, a]
        state[0, a] = cos * real - sin * imaginary
        state[1, a] = cos * imaginary + sin * real


@compiled
def multiply(
    starts: NDArray[np.int64], columns: Places, values: Floats, state: Floats, result: Floats
) -> None:
    """A matrix in compressed rows times each row of amplitudes."""
    for row in range(len(state)):
        for i in range(len(starts) - 1):
            total = 0.0
            for j in range(starts[i], starts[i + 1]):
                total += values[j] * state[row, columns[j]]
            result[row, i] = total


@compiled
def couplings(
    keys: Keys,
    one: Floats,
    two: Floats,
    starts: NDArray[np.int64],
    columns: Places,
    values: Floats,
) -> None:
    """The rows of the Hamiltonian between different determinants, Slater and Condon's rules.

    A first call with empty `columns` counts: starts[i + 1] becomes the length of row i. A second
    call with their running sums fills in. `keys` ascend.
    """
    m = len(one)
    for i in range(len(keys)):
        filled = _listed(keys[i], 2 * m, 1)
        empty = _listed(keys[i], 2 * m, 0)
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
def _single(
    keys: Keys,
    i: int,
    p: int,
    a: int,
    filled: Places,
    one: Floats,
    two: Floats,
    at: int,
    columns: Places,
    values: Floats,
) -> int:
    m = len(one)
    u, v = p % m, a % m
    value = one[u, v]
    for x in range(len(filled)):
        j = filled[x]
        value += two[u, v, j % m, j % m]
        if (j < m) == (p < m):
            value -= two[u, j % m, j % m, v]
    if abs(value) < NEGLIGIBLE:
        return 0
    key, sign = _moved(keys[i], p, a)
    return _put(keys, key, sign * value, at, columns, values)


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
    if (p < m) + (q < m) != (a < m) + (b < m):
        return 0
    u, v, w, x = p % m, a % m, q % m, b % m
    value = 0.0
    if (p < m) == (a < m):
        value += two[u, v, w, x]
    if (p < m) == (b < m):
        value -= two[u, x, w, v]
    if abs(value) < NEGLIGIBLE:
        return 0
    key, first = _moved(keys[i], p, a)
    key, second = _moved(key, q, b)
    return _put(keys, key, first * second * value, at, columns, values)


@compiled
def _put(keys: Keys, key: np.uint64, value: float, at: int, columns: Places, values: Floats) -> int:
    place = np.searchsorted(keys, key)
    if place == len(keys) or keys[place] != key:
        return 0
    if len(columns) > 0:
        columns[at] = place
        values[at] = value
    return 1


@compiled
def _moved(key: np.uint64, p: int, a: int) -> tuple[np.uint64, float]:
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
def _listed(key: np.uint64, bits: int, value: int) -> Places:
    found = np.empty(bits, dtype=np.int32)
    count = 0
    for p in range(bits):
        if (key >> np.uint64(p)) & np.uint64(1) == np.uint64(value):
            found[count] = p
            count += 1
    return found[:count]
