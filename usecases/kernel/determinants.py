"""Electrons among determinants: what the factors of an ansatz do to amplitudes.

A determinant is a number whose bit p is spin orbital p, alpha before beta. The amplitudes of a
state stand in one row when they are real, in two (real and imaginary part) when they are not. A
generator that moves electrons is a list of pairs of places with signs, one that looks where two
of them are a list of places. One that looks at a single orbital needs no list: its phases commute
with everything but moves, and those they only turn, so they are added up orbital by orbital,

    exp θ(T − T†) e^{iΦ} = e^{iΦ} exp θ(e^{−iδ}T − e^{iδ}T†),    Φ = Σ φ_p n_p,

with δ the sum of φ over the orbitals that T fills, minus that over those it empties.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.kernel.compile import compiled
from usecases.models import Floats

Places: TypeAlias = NDArray[np.uint32]
Signs: TypeAlias = NDArray[np.float64]
Keys: TypeAlias = NDArray[np.uint64]
Kinds: TypeAlias = NDArray[np.int8]

MOVE, ONE, PAIR = 0, 1, 2
"""What a generator is: a move, a phase of one orbital, a phase of a pair."""


@compiled
def evolve(
    state: Floats,
    keys: Keys,
    which: Places,
    kinds: Kinds,
    touched: Floats,
    starts: Places,
    places: Places,
    signs: Signs,
    angles: Floats,
) -> None:
    """All factors on the state, in place; factor k applies generator which[k] by angles[k].

    Row g of `touched` holds 1 for each spin orbital that generator g fills or looks at, −1 for
    each that it empties; its places and signs begin at starts[g].
    """
    phases = np.zeros(touched.shape[1])
    for k in range(len(which)):
        g, angle = which[k], angles[k]
        if kinds[g] == ONE:
            phases += angle * touched[g]
            continue
        some = slice(starts[g], starts[g + 1])
        cos, sin = np.cos(angle), np.sin(angle)
        if kinds[g] == PAIR:
            _turn(state, places[some, 0], cos, sin)
        elif len(state) == 1:
            _rotate(state[0], places[some], signs[some], cos, sin)
        else:
            delta = np.dot(touched[g], phases)
            twist = (sin * np.cos(delta), -sin * np.sin(delta))
            _spin(state, places[some], signs[some], cos, twist)
    if len(state) == 2:
        _settle(state, keys, phases)


@compiled
def back(
    state: Floats,
    other: Floats,
    keys: Keys,
    which: Places,
    kinds: Kinds,
    touched: Floats,
    starts: Places,
    places: Places,
    signs: Signs,
    angles: Floats,
    slopes: Floats,
) -> None:
    """Undo all factors on two states; slopes[k] becomes 2 Re ⟨other|G|state⟩ behind factor k.

    With `other` the Hamiltonian times the final state these are the energy's derivatives
    (adjoint method, Jones and Gacon 2020, arXiv:2009.02823). Both states end before the first
    factor, up to the same phase of each determinant.
    """
    phases = np.zeros(touched.shape[1])
    held = _tally(state, other, keys, len(phases))
    for k in range(len(which) - 1, -1, -1):
        g, angle = which[k], angles[k]
        some = slice(starts[g], starts[g + 1])
        cos, sin = np.cos(angle), np.sin(angle)
        if kinds[g] == ONE:
            slopes[k] = 2.0 * np.dot(touched[g], held)
            phases -= angle * touched[g]
        elif kinds[g] == PAIR:
            slopes[k] = 2.0 * _overlap(state, other, places[some, 0])
            _turn(state, places[some, 0], cos, -sin)
            _turn(other, places[some, 0], cos, -sin)
        elif len(state) == 1:
            slopes[k] = 2.0 * _slope(state[0], other[0], places[some], signs[some])
            _rotate(state[0], places[some], signs[some], cos, -sin)
            _rotate(other[0], places[some], signs[some], cos, -sin)
        else:
            delta = np.dot(touched[g], phases)
            unit = (np.cos(delta), -np.sin(delta))
            slopes[k] = 2.0 * _twisted_slope(state, other, places[some], signs[some], unit)
            before = _overlap(state, other, places[some, 1])
            twist = (-sin * unit[0], -sin * unit[1])
            _spin(state, places[some], signs[some], cos, twist)
            _spin(other, places[some], signs[some], cos, twist)
            held += (_overlap(state, other, places[some, 1]) - before) * touched[g]


@compiled
def _rotate(state: Floats, places: Places, signs: Signs, cos: float, sin: float) -> None:
    for j in range(len(signs)):
        a, b = places[j, 0], places[j, 1]
        low, high, s = state[a], state[b], signs[j] * sin
        state[a] = cos * low - s * high
        state[b] = cos * high + s * low


@compiled
def _spin(
    state: Floats, places: Places, signs: Signs, cos: float, twist: tuple[float, float]
) -> None:
    """The same where the sine has a phase: `twist` is its real and imaginary part."""
    real, imaginary = state[0], state[1]
    for j in range(len(signs)):
        a, b = places[j, 0], places[j, 1]
        p, q = signs[j] * twist[0], signs[j] * twist[1]
        u, v, w, x = real[a], imaginary[a], real[b], imaginary[b]
        real[a] = cos * u - (p * w + q * x)
        imaginary[a] = cos * v - (p * x - q * w)
        real[b] = cos * w + (p * u - q * v)
        imaginary[b] = cos * x + (p * v + q * u)


@compiled
def _turn(state: Floats, places: Places, cos: float, sin: float) -> None:
    for j in range(len(places)):
        a = places[j]
        real, imaginary = state[0, a], state[1, a]
        state[0, a] = cos * real - sin * imaginary
        state[1, a] = cos * imaginary + sin * real


@compiled
def _settle(state: Floats, keys: Keys, phases: Floats) -> None:
    """The phases of single orbitals, on every determinant at last."""
    for a in range(len(keys)):
        total = 0.0
        for p in range(len(phases)):
            if (keys[a] >> np.uint64(p)) & np.uint64(1):
                total += phases[p]
        cos, sin = np.cos(total), np.sin(total)
        real, imaginary = state[0, a], state[1, a]
        state[0, a] = cos * real - sin * imaginary
        state[1, a] = cos * imaginary + sin * real


@compiled
def _slope(state: Floats, other: Floats, places: Places, signs: Signs) -> float:
    total = 0.0
    for j in range(len(signs)):
        a, b = places[j, 0], places[j, 1]
        total += signs[j] * (other[b] * state[a] - other[a] * state[b])
    return total


@compiled
def _twisted_slope(
    state: Floats, other: Floats, places: Places, signs: Signs, unit: tuple[float, float]
) -> float:
    """Re Σ ± (unit · other*_b state_a − unit* · other*_a state_b)."""
    cos, sin = unit
    total = 0.0
    for j in range(len(signs)):
        a, b = places[j, 0], places[j, 1]
        up = other[0, b] * state[0, a] + other[1, b] * state[1, a]
        up -= other[0, a] * state[0, b] + other[1, a] * state[1, b]
        across = other[0, b] * state[1, a] - other[1, b] * state[0, a]
        across += other[0, a] * state[1, b] - other[1, a] * state[0, b]
        total += signs[j] * (cos * up - sin * across)
    return total


@compiled
def _overlap(state: Floats, other: Floats, places: Places) -> float:
    """Re ⟨other|i|state⟩ at some places."""
    total = 0.0
    for j in range(len(places)):
        a = places[j]
        total += other[1, a] * state[0, a] - other[0, a] * state[1, a]
    return total


@compiled
def _tally(state: Floats, other: Floats, keys: Keys, orbitals: int) -> Floats:
    """Re ⟨other|i n_p|state⟩ of each orbital p: a move only shifts it from orbital to orbital."""
    held = np.zeros(orbitals)
    if len(state) == 1:
        return held
    for a in range(len(keys)):
        here = other[1, a] * state[0, a] - other[0, a] * state[1, a]
        for p in range(orbitals):
            if (keys[a] >> np.uint64(p)) & np.uint64(1):
                held[p] += here
    return held
