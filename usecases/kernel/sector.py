"""The determinants that an ansatz can reach, its states among them, and the Hamiltonian there.

Electrons of each spin are conserved, and mostly a point group as well: of the 3136 determinants
of ten electrons in eight orbitals, coupled cluster of nitrogen reaches 784. They are found by
applying the generators until nothing new appears, so the simulation is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from usecases.errors import TooLarge
from usecases.fermions import determinant_energy
from usecases.kernel.couplings import couplings, multiply
from usecases.kernel.determinants import MOVE, ONE, PAIR, Keys, Places, Signs, back, evolve
from usecases.models import Bits, FermionicHamiltonian, Floats
from usecases.programs import Ansatz, Excitation, Generator

LARGEST = 2_000_000
"""Determinants up to which the lists of pairs and the Hamiltonian's rows fit a laptop."""


_BYTES = 12
"""Of a coupling: its value and its column."""


class Sector:
    """Determinants, ascending, and where each generator takes them."""

    def __init__(
        self, orbitals: int, reference: tuple[int, ...], generators: Sequence[Generator]
    ) -> None:
        self.orbitals = orbitals
        self.keys = _reached(_key(reference), generators)
        self.start = int(np.searchsorted(self.keys, _key(reference)))
        self.complex = not all(isinstance(g, Excitation) for g in generators)
        self.order = {g: k for k, g in enumerate(generators)}
        found = [_listed(self.keys, g) for g in generators]
        touched = [_touched(orbitals, g) for g in generators]
        self._lists = (
            np.array([_kind(g) for g in generators], dtype=np.int8),
            np.array(touched).reshape(len(generators), 2 * orbitals),
            np.cumsum([0, *(len(f.signs) for f in found)], dtype=np.uint32),
            np.concatenate([f.places for f in (_NOTHING, *found)]),
            np.concatenate([f.signs for f in (_NOTHING, *found)]),
        )

    def starting(self, key: np.uint64) -> Sector:
        """The same sector with another reference."""
        found = copy(self)
        found.start = int(np.searchsorted(self.keys, key))
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sector) and self.keys is other.keys

    def __hash__(self) -> int:
        return id(self.keys)

    @property
    def size(self) -> int:
        """How many determinants there are."""
        return len(self.keys)

    @property
    def bits(self) -> Bits:
        """The occupations of the determinants, shape (determinants, 2m)."""
        places = np.arange(2 * self.orbitals, dtype=np.uint64)
        return ((self.keys[:, None] >> places) & np.uint64(1)).astype(np.int8)

    def which(self, ansatz: Ansatz) -> Places:
        """The place of each factor's generator."""
        return np.array([self.order[f.generator] for f in ansatz.factors], dtype=np.uint32)

    def moved(self, generator: Generator, state: Floats) -> Floats:
        """T of a generator T − T† on each row of amplitudes."""
        starts, places, signs = self._lists[2:]
        some = slice(starts[self.order[generator]], starts[self.order[generator] + 1])
        source, target = places[some].T
        found = np.zeros_like(state)
        found[:, target] = signs[some] * state[:, source]
        return found

    def state(self, which: Places, angles: Floats) -> Floats:
        """The amplitudes of an ansatz state: one row when they are real, else two."""
        amplitudes = np.zeros((1 + self.complex, self.size))
        amplitudes[0, self.start] = 1.0
        evolve(amplitudes, self.keys, which, *self._lists, angles)
        return amplitudes

    def undo(self, state: Floats, other: Floats, which: Places, angles: Floats) -> Floats:
        """2 Re ⟨other|G|state⟩ behind each factor; both states are used up."""
        slopes = np.zeros(len(which))
        back(state, other, self.keys, which, *self._lists, angles, slopes)
        return slopes


class Rows:
    """The Hamiltonian among the determinants of a sector, hartree; the constant included."""

    def __init__(self, h: FermionicHamiltonian, sector: Sector) -> None:
        one, two = (np.ascontiguousarray(a, dtype=float) for a in (h.one_body, h.two_body))
        self.diagonal = determinant_energy(h, sector.bits)
        lengths = np.zeros(sector.size + 1, dtype=np.int64)
        couplings(sector.keys, one, two, lengths, np.zeros(0, np.uint32), np.zeros(0))
        starts = np.cumsum(lengths)
        _fits(int(starts[-1]))
        self._columns = np.empty(starts[-1], dtype=np.uint32)
        self._values = np.empty(starts[-1])
        couplings(sector.keys, one, two, starts, self._columns, self._values)
        self._starts = starts.astype(np.uint32)  # 2³² couplings would take 48 GB

    def apply(self, state: Floats) -> Floats:
        """The Hamiltonian times each row of amplitudes."""
        result = np.empty_like(state)
        multiply(self._starts, self._columns, self._values, state, result)
        result += self.diagonal * state
        return result


class _Moves(NamedTuple):
    """Sources and targets, for a phase the same, and the sign of each."""

    places: Places
    signs: Signs


_NOTHING = _Moves(np.zeros((0, 2), dtype=np.uint32), np.zeros(0))


def sector_of(
    orbitals: int, reference: tuple[int, ...], generators: tuple[Generator, ...]
) -> Sector:
    """The sector of an ansatz; the last few are kept, for a training asks for one again.

    References that the generators lead to one another share one.
    """
    kept, key = _alike(orbitals, generators), _key(reference)
    for sector in kept:
        if key in sector.keys:
            return sector.starting(key)
    kept.append(Sector(orbitals, reference, generators))
    return kept[-1]


@lru_cache(maxsize=8)
def _alike(orbitals: int, generators: tuple[Generator, ...]) -> list[Sector]:
    """The sectors of these generators so far: at most one for each symmetry."""
    return []


@lru_cache(maxsize=8)
def placed(ansatz: Ansatz) -> tuple[Sector, Places]:
    """The sector of an ansatz and the place of each factor's generator; the last few are kept."""
    sector = sector_of(ansatz.orbitals, ansatz.reference, ansatz.generators)
    return sector, sector.which(ansatz)


@lru_cache(maxsize=8)
def rows_of(h: FermionicHamiltonian, sector: Sector) -> Rows:
    """The Hamiltonian on a sector; the last few are kept."""
    return Rows(h, sector)


def forget() -> None:
    """Give up the sectors and Hamiltonians that are kept."""
    for kept in (placed, _alike, rows_of):
        kept.cache_clear()


def _fits(couplings: int) -> None:
    """Raises TooLarge where the Hamiltonian's couplings do not fit into the memory."""
    import psutil

    needed, free = _BYTES * couplings, psutil.virtual_memory().available // 2
    if needed > free:
        raise TooLarge(
            f"the Hamiltonian among these determinants takes {needed / 1e9:.1f} GB and half of the "
            f"free memory is {free / 1e9:.1f} GB",
            "Choose a smaller active space, or sqd",
        )


def _key(occupied: Sequence[int]) -> np.uint64:
    return np.uint64(sum(1 << p for p in occupied))


def _reached(start: np.uint64, generators: Sequence[Generator]) -> Keys:
    """All determinants that the excitations lead to, in any order and number."""
    known = np.array([start], dtype=np.uint64)
    fresh = known
    excitations = [g for g in generators if isinstance(g, Excitation)]
    while len(fresh):
        found = [fresh[:0]]
        for excitation in excitations:
            low, high = _key(excitation.occupied), _key(excitation.virtual)
            held = fresh & (low | high)
            found.append(fresh[(held == low) | (held == high)] ^ (low | high))
        fresh = np.setdiff1d(np.concatenate(found), known)
        known = np.union1d(known, fresh)
        if len(known) > LARGEST:
            raise TooLarge(
                f"the ansatz reaches more than {LARGEST} determinants",
                "Choose a smaller active space, or sqd, which samples on ffsim instead",
            )
    return known


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


def _listed(keys: Keys, generator: Generator) -> _Moves:
    if not isinstance(generator, Excitation):
        if len(generator.orbitals) == 1:
            return _NOTHING
        mask = _key(generator.orbitals)
        source = np.flatnonzero(keys & mask == mask)
        places = np.stack([source, source], axis=1).astype(np.uint32)
        return _Moves(places, np.ones(len(source)))
    low, high = _key(generator.occupied), _key(generator.virtual)
    source = np.flatnonzero(keys & (low | high) == low)
    moved = keys[source]
    passed = np.zeros(len(source), dtype=np.int64)
    for orbital in (*generator.occupied, *reversed(generator.virtual)):
        below = np.uint64((1 << orbital) - 1)
        passed += np.bitwise_count(moved & below)
        moved = moved ^ np.uint64(1 << orbital)
    target = np.searchsorted(keys, moved)
    places = np.stack([source, target], axis=1).astype(np.uint32)
    return _Moves(places, 1.0 - 2.0 * (passed & 1).astype(np.float64))


__all__ = ["Rows", "Sector", "forget", "placed", "rows_of", "sector_of"]
