"""The determinants that an ansatz can reach, its states among them, and the Hamiltonian there.

Electrons of each spin are conserved, and mostly a point group as well: of the 3136 determinants
of ten electrons in eight orbitals, coupled cluster of nitrogen reaches 784. They are found by
applying the generators until nothing new appears, so the simulation is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache

import numpy as np

from usecases.errors import TooLarge
from usecases.fermions import determinant_energy
from usecases.kernel.couplings import between, couplings, multiply
from usecases.kernel.determinants import Keys, Places, back, evolve
from usecases.kernel.moves import Lists, apart, columns, key_of, listed, moves_of, occupations
from usecases.kernel.spins import evolve_apart
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
        self.keys = _reached(key_of(reference), generators)
        self.start = int(np.searchsorted(self.keys, key_of(reference)))
        self.complex = not all(isinstance(g, Excitation) for g in generators)
        self.order = {g: k for k, g in enumerate(generators)}
        moves = [moves_of(self.keys, g) for g in generators]
        self._lists = listed(orbitals, generators, moves)
        self._apart = self._split(generators)

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
        return occupations(self.keys, range(2 * self.orbitals))

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
        if self._apart is not None:
            alphas, betas, lists = self._apart
            table = np.empty((2, betas.shape[1], alphas.shape[1]))
            evolve_apart(table, alphas, betas, self.start, which, *lists, angles)
            return table.reshape(2, -1)
        amplitudes = np.zeros((1 + self.complex, self.size))
        amplitudes[0, self.start] = 1.0
        evolve(amplitudes, self.keys, which, *self._lists, angles)
        return amplitudes

    def undo(self, state: Floats, other: Floats, which: Places, angles: Floats) -> Floats:
        """2 Re ⟨other|G|state⟩ behind each factor; both states are used up."""
        slopes = np.zeros(len(which))
        back(state, other, self.keys, which, *self._lists, angles, slopes)
        return slopes

    def _split(self, generators: Sequence[Generator]) -> tuple[Floats, Floats, Lists] | None:
        """The strings of each spin and the moves among them, where spins move apart."""
        m = self.orbitals
        low = key_of(range(m))
        alphas, betas = np.unique(self.keys & low), np.unique(self.keys & ~low)
        whole = len(alphas) * len(betas) == self.size
        if not (whole and self.complex and all(apart(g, m) for g in generators)):
            return None
        halves = (alphas if g.orbitals[0] < m else betas for g in generators)
        moves = [moves_of(half, g) for half, g in zip(halves, generators, strict=True)]
        lists = listed(m, generators, moves)
        return columns(alphas, range(m)), columns(betas, range(m, 2 * m)), lists


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
        result: Floats = self.diagonal * state
        multiply(self._starts, self._columns, self._values, state, result)
        return result

    def energy(self, state: Floats) -> float:
        """⟨state|H|state⟩, hartree."""
        coupled = between(self._starts, self._columns, self._values, state)
        return coupled + float(np.vdot(state, self.diagonal * state))


def sector_of(
    orbitals: int, reference: tuple[int, ...], generators: tuple[Generator, ...]
) -> Sector:
    """The sector of an ansatz; the last few are kept, for a training asks for one again.

    References that the generators lead to one another share one.
    """
    kept, key = _alike(orbitals, generators), key_of(reference)
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


def _reached(start: np.uint64, generators: Sequence[Generator]) -> Keys:
    """All determinants that the excitations lead to, in any order and number."""
    known = np.array([start], dtype=np.uint64)
    fresh = known
    excitations = [g for g in generators if isinstance(g, Excitation)]
    while len(fresh):
        found = [fresh[:0]]
        for excitation in excitations:
            low, high = key_of(excitation.occupied), key_of(excitation.virtual)
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


__all__ = ["Rows", "Sector", "forget", "placed", "rows_of", "sector_of"]
