"""Electrons whose spins move apart: amplitudes as a table of beta strings by alpha strings.

Where a sector holds every alpha string with every beta string and no factor moves both spins at
once, as in a Jastrow state, a move acts on whole rows of the table, or of its transpose, so that
several amplitudes go through one instruction. The phases of pairs are added up for each amplitude
and turned once. Up to the first of them the spins are a product, and are moved one by one.
"""

from __future__ import annotations

import numpy as np

from usecases.kernel.compile import compiled
from usecases.kernel.determinants import MOVE, ONE, PAIR, Kinds, Places, Signs
from usecases.kernel.lanes import COSINE, ROUND, SINE
from usecases.models import Floats

_SINE, _COSINE = tuple(SINE[::-1]), tuple(COSINE[::-1])


@compiled
def evolve_apart(
    table: Floats,
    alphas: Floats,
    betas: Floats,
    start: int,
    which: Places,
    kinds: Kinds,
    touched: Floats,
    starts: Places,
    places: Places,
    signs: Signs,
    angles: Floats,
) -> None:
    """All factors on the reference at `start`; the table (2, betas, alphas) is filled.

    Columns of `alphas` and `betas`, shapes (m, strings), are 1 where a string has an electron.
    """
    m, rows, columns = len(alphas), betas.shape[1], alphas.shape[1]
    phases = np.zeros(2 * m)
    left, right = np.zeros((2, rows, 1)), np.zeros((2, columns, 1))
    left[0, start // columns, 0] = right[0, start % columns, 0] = 1.0
    across = np.empty((2, columns, rows))
    product = True
    k = 0
    while k < len(which):
        last = _until(which, kinds, PAIR, k)
        some = (which[k:last], angles[k:last], kinds, touched, starts, places, signs)
        if product:
            _move(left[0], left[1], m, phases, *some)
            _move(right[0], right[1], 0, phases, *some)
        else:
            _move(table[0], table[1], m, phases, *some)
            _transpose(table, across)
            _move(across[0], across[1], 0, phases, *some)
            _transpose(across, table)
        k, last = last, _until(which, kinds, MOVE, last)
        if product:
            _outer(left, right, table)
            product = False
        if k < last:
            couplings = _gathered(which[k:last], angles[k:last], kinds, touched, phases)
            _turn(table, couplings, alphas, betas)
        k = last
    _settle(table, phases, alphas, betas)


@compiled
def _until(which: Places, kinds: Kinds, kind: int, k: int) -> int:
    while k < len(which) and kinds[which[k]] != kind:
        k += 1
    return k


@compiled
def _move(
    real: Floats,
    imaginary: Floats,
    first: int,
    phases: Floats,
    which: Places,
    angles: Floats,
    kinds: Kinds,
    touched: Floats,
    starts: Places,
    places: Places,
    signs: Signs,
) -> None:
    """The moves of the spin whose orbitals begin at `first`, on the rows of its strings."""
    m = touched.shape[1] // 2
    for k in range(len(which)):
        g, angle = which[k], angles[k]
        seen, delta = False, 0.0
        for p in range(first, first + m):
            seen |= touched[g, p] != 0.0
            delta += touched[g, p] * phases[p]
        if not seen:
            continue
        if kinds[g] == ONE:
            for p in range(first, first + m):
                phases[p] += angle * touched[g, p]
            continue
        cos, sin = np.cos(angle), np.sin(angle)
        twist, turn = sin * np.cos(delta), -sin * np.sin(delta)
        for j in range(np.intp(starts[g]), np.intp(starts[g + 1])):
            a, b, sign = places[j, 0], places[j, 1], signs[j]
            _spin(real, imaginary, a, b, cos, sign * twist, sign * turn)


@compiled
def _spin(real: Floats, imaginary: Floats, a: int, b: int, cos: float, p: float, q: float) -> None:
    for c in range(real.shape[1]):
        u, v, w, x = real[a, c], imaginary[a, c], real[b, c], imaginary[b, c]
        real[a, c] = cos * u - (p * w + q * x)
        imaginary[a, c] = cos * v - (p * x - q * w)
        real[b, c] = cos * w + (p * u - q * v)
        imaginary[b, c] = cos * x + (p * v + q * u)


@compiled
def _transpose(table: Floats, across: Floats) -> None:
    for part in range(2):
        for i in range(table.shape[1]):
            for j in range(table.shape[2]):
                across[part, j, i] = table[part, i, j]


@compiled
def _outer(left: Floats, right: Floats, table: Floats) -> None:
    for i in range(table.shape[1]):
        u, v = left[0, i, 0], left[1, i, 0]
        for j in range(table.shape[2]):
            table[0, i, j] = u * right[0, j, 0] - v * right[1, j, 0]
            table[1, i, j] = u * right[1, j, 0] + v * right[0, j, 0]


@compiled
def _gathered(
    which: Places, angles: Floats, kinds: Kinds, touched: Floats, phases: Floats
) -> Floats:
    """The phases of pairs as a symmetric matrix; those of single orbitals join the others."""
    couplings = np.zeros((len(phases), len(phases)))
    for k in range(len(which)):
        here = touched[which[k]]
        if kinds[which[k]] == ONE:
            phases += angles[k] * here
        else:
            p, q = np.flatnonzero(here)
            couplings[p, q] += angles[k]
            couplings[q, p] += angles[k]
    return couplings


@compiled
def _within(couplings: Floats, strings: Floats) -> Floats:
    """Half of n J n of each string."""
    total = np.zeros(strings.shape[1])
    for p in range(len(couplings)):
        for q in range(p):
            if couplings[p, q] != 0.0:
                total += couplings[p, q] * strings[p] * strings[q]
    return total


@compiled
def _turn(table: Floats, couplings: Floats, alphas: Floats, betas: Floats) -> None:
    m = len(alphas)
    own, other = _within(couplings[:m, :m], alphas), _within(couplings[m:, m:], betas)
    row = np.empty(len(own))
    for i in range(len(other)):
        row[:] = own + other[i]
        for p in range(m):
            weight = 0.0
            for q in range(m):
                weight += couplings[p, m + q] * betas[q, i]
            if weight != 0.0:
                row += weight * alphas[p]
        _turn_row(table[0, i], table[1, i], row)


@compiled
def _turn_row(real: Floats, imaginary: Floats, angles: Floats) -> None:
    """Phases on a row of amplitudes, by polynomials: several at a time."""
    for j in range(len(angles)):
        turns = angles[j] * (0.5 / np.pi)
        u = turns - ((turns + ROUND) - ROUND)
        w = u * u
        sin = _SINE[0]
        for c in _SINE[1:]:
            sin = sin * w + c
        cos = _COSINE[0]
        for c in _COSINE[1:]:
            cos = cos * w + c
        sin *= u
        a, b = 1.0 - 2.0 * sin * sin, 2.0 * sin * cos
        x, y = real[j], imaginary[j]
        real[j], imaginary[j] = a * x - b * y, a * y + b * x


@compiled
def _settle(table: Floats, phases: Floats, alphas: Floats, betas: Floats) -> None:
    m = len(alphas)
    own, other = phases[:m] @ alphas, phases[m:] @ betas
    for i in range(len(other)):
        _turn_row(table[0, i], table[1, i], own + other[i])
