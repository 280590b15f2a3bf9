"""What the generators of an ansatz do to determinants, as lists: built once, used in every call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from usecases.kernel.determinants import MOVE, ONE, PAIR, Keys, Kinds, Places, Signs
from usecases.models import Bits, Floats
from usecases.programs import Excitation, Generator

Lists: TypeAlias = tuple[Kinds, Floats, Places, Places, Signs]
"""Of each generator what it is, what it touches, where its moves begin; then all moves."""


class Moves(NamedTuple):
    """Sources and targets, for a phase the same, and the sign of each."""

    places: Places
    signs: Signs


_NOTHING = Moves(np.zeros((0, 2), dtype=np.uint32), np.zeros(0))


def key_of(occupied: Sequence[int]) -> np.uint64:
    """The determinant with these spin orbitals occupied."""
    return np.uint64(sum(1 << p for p in occupied))


def occupations(keys: Keys, orbitals: Sequence[int]) -> Bits:
    """The occupations of some orbitals, shape (determinants, orbitals)."""
    places = np.array(orbitals, dtype=np.uint64)
    return ((keys[:, None] >> places) & np.uint64(1)).astype(np.int8)


def columns(keys: Keys, orbitals: Sequence[int]) -> Floats:
    """The same as numbers, a column for each determinant."""
    return np.ascontiguousarray(occupations(keys, orbitals).T, dtype=float)


def apart(generator: Generator, m: int) -> bool:
    """Whether it moves one spin alone, or looks at one orbital or two."""
    if isinstance(generator, Excitation):
        return len({orbital < m for orbital in generator.orbitals}) == 1
    return len(generator.orbitals) <= 2


def listed(orbitals: int, generators: Sequence[Generator], moves: Sequence[Moves]) -> Lists:
    """The lists of the generators, whose moves were found."""
    touched = [_touched(orbitals, g) for g in generators]
    return (
        np.array([_kind(g) for g in generators], dtype=np.int8),
        np.array(touched).reshape(len(generators), 2 * orbitals),
        np.cumsum([0, *(len(f.signs) for f in moves)], dtype=np.uint32),
        np.concatenate([f.places for f in (_NOTHING, *moves)]),
        np.concatenate([f.signs for f in (_NOTHING, *moves)]),
    )


def _kind(generator: Generator) -> int:
    if isinstance(generator, Excitation):
        return MOVE
    return ONE if len(generator.orbitals) == 1 else PAIR


def _touched(orbitals: int, generator: Generator) -> Floats:
    """1 where electrons arrive or are looked for, −1 where they leave."""
    found = np.zeros(2 * orbitals)
    if isinstance(generator, Excitation):
        found[list(generator.virtual)] = 1.0
        found[list(generator.occupied)] = -1.0
    else:
        found[list(generator.orbitals)] = 1.0
    return found


def moves_of(keys: Keys, generator: Generator) -> Moves:
    """Where a generator takes these determinants, which ascend."""
    if not isinstance(generator, Excitation):
        if len(generator.orbitals) == 1:
            return _NOTHING
        mask = key_of(generator.orbitals)
        source = np.flatnonzero(keys & mask == mask)
        places = np.stack([source, source], axis=1).astype(np.uint32)
        return Moves(places, np.ones(len(source)))
    low, high = key_of(generator.occupied), key_of(generator.virtual)
    source = np.flatnonzero(keys & (low | high) == low)
    moved = keys[source]
    passed = np.zeros(len(source), dtype=np.int64)
    for orbital in (*generator.occupied, *reversed(generator.virtual)):
        below = np.uint64((1 << orbital) - 1)
        passed += np.bitwise_count(moved & below)
        moved = moved ^ np.uint64(1 << orbital)
    target = np.searchsorted(keys, moved)
    places = np.stack([source, target], axis=1).astype(np.uint32)
    return Moves(places, 1.0 - 2.0 * (passed & 1).astype(np.float64))
