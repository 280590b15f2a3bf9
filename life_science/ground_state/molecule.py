"""What a user may ask about: atoms in space, or integrals that are given outright."""

from __future__ import annotations

from itertools import combinations
from math import dist
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from life_science.ground_state.active import (
    MOST_ORBITALS,
    Active,
    ActiveSpace,
    AtomicOrbitals,
    FrozenCore,
)
from usecases.records import Record

ELEMENTS = (
    *("H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S"),
    *("Cl", "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga"),
    *("Ge", "As", "Se", "Br", "Kr"),
)
"""By atomic number, from 1."""

BASES = (
    *("sto-3g", "sto-6g", "3-21g", "6-31g", "6-31g*", "6-31g**", "6-31+g*", "6-311g", "6-311g**"),
    *("cc-pvdz", "cc-pvtz", "aug-cc-pvdz", "def2-svp", "def2-tzvp"),
)
"""The basis sets that may be named; anything else could be read as a file's name."""

_SHELLS = ((18, 9), (10, 5), (2, 1))
"""Electrons of the noble gases, from the heaviest, and the orbitals that they fill."""

MOST_ATOMS = 50
CLOSEST = 0.1

Coordinate = Annotated[float, Field(ge=-1000, le=1000)]
Number = Annotated[float, Field(ge=-1e6, le=1e6)]


class Atom(Record):
    """An atom and where its nucleus is, in ångström."""

    symbol: str = Field(max_length=2)
    x: Coordinate
    y: Coordinate
    z: Coordinate

    @field_validator("symbol")
    @classmethod
    def _known(cls, symbol: str) -> str:
        if symbol not in ELEMENTS:
            raise ValueError(f"{symbol!r} is not an element from H to Kr")
        return symbol


class Integrals(Record):
    """A Hamiltonian in orthonormal real orbitals, hartree.

    `one_body` lists h_pq for p ≥ q: (1,1), (2,1), (2,2), (3,1) ... `two_body` lists the
    chemists' (pq|rs) in the same way over pairs: pair pq from p ≥ q, and rs not after pq.
    """

    electrons: int = Field(ge=1, le=2 * MOST_ORBITALS)
    orbitals: int = Field(ge=1, le=MOST_ORBITALS)
    constant: Number = 0.0
    one_body: tuple[Number, ...] = Field(max_length=528)
    two_body: tuple[Number, ...] = Field(max_length=139_656)

    @field_validator("one_body", "two_body")
    @classmethod
    def _complete(cls, values: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        if "orbitals" in info.data:
            m = info.data["orbitals"]
            pairs = triangle(m)
            expected = pairs if info.field_name == "one_body" else triangle(pairs)
            if len(values) != expected:
                raise ValueError(f"{len(values)} values where {m} orbitals need {expected}")
        return values


class Molecule(Record):
    """Electrons whose lowest energy is sought: of atoms in a basis, or of given integrals."""

    atoms: tuple[Atom, ...] = Field(default=(), max_length=MOST_ATOMS)
    integrals: Integrals | None = Field(default=None, validate_default=True)
    basis: str = Field(default="sto-3g", max_length=20)
    charge: int = Field(default=0, ge=-10, le=100)
    multiplicity: int = Field(default=1, ge=1, le=33, validate_default=True)
    active: Active | None = None

    @field_validator("atoms")
    @classmethod
    def _apart(cls, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        for (i, one), (j, other) in combinations(enumerate(atoms, 1), 2):
            if dist((one.x, one.y, one.z), (other.x, other.y, other.z)) < CLOSEST:
                raise ValueError(
                    f"atoms {i} and {j} are closer than {CLOSEST} Å: correct a position, "
                    "in ångström"
                )
        return atoms

    @field_validator("integrals")
    @classmethod
    def _one_kind(cls, integrals: Integrals | None, info: ValidationInfo) -> Integrals | None:
        if "atoms" in info.data and bool(info.data["atoms"]) == (integrals is not None):
            raise ValueError("give either atoms or integrals, and not both")
        return integrals

    @field_validator("basis")
    @classmethod
    def _named(cls, basis: str) -> str:
        if basis.lower() not in BASES:
            raise ValueError(f"{basis!r} is not one of {', '.join(BASES)}")
        return basis.lower()

    @field_validator("charge")
    @classmethod
    def _some_left(cls, charge: int, info: ValidationInfo) -> int:
        if info.data.get("integrals") is not None and charge:
            raise ValueError("integrals count their own electrons; leave the charge at 0")
        if info.data.get("atoms") and _nuclear_charge(info.data["atoms"]) - charge < 1:
            raise ValueError(f"with charge {charge} no electron is left")
        return charge

    @field_validator("multiplicity")
    @classmethod
    def _possible(cls, multiplicity: int, info: ValidationInfo) -> int:
        electrons = _count(info)
        if electrons is None:
            return multiplicity
        if (electrons + multiplicity) % 2 == 0:
            raise ValueError(
                f"{electrons} electrons cannot have multiplicity {multiplicity}: "
                f"take {multiplicity - 1 or 2}, or another charge"
            )
        _check_unpaired(electrons, multiplicity, _orbitals(info))
        return multiplicity

    @field_validator("active")
    @classmethod
    def _inside(cls, active: Active | None, info: ValidationInfo) -> Active | None:
        total = _count(info)
        if active is None or total is None or "multiplicity" not in info.data:
            return active
        if info.data.get("integrals") is not None:
            raise ValueError("integrals already are a choice of orbitals; leave it out")
        if isinstance(active, AtomicOrbitals):
            _check_elements(active, info.data["atoms"])
            return active
        if isinstance(active, FrozenCore):
            _check_core(total, info.data["atoms"], info.data["multiplicity"])
            return active
        if active.electrons > total or (total - active.electrons) % 2:
            kind = "odd" if total % 2 else "even"
            raise ValueError(
                f"{active.electrons} of {total} electrons cannot be active: the others must be "
                f"pairs, so take an {kind} number up to {total}"
            )
        _check_unpaired(active.electrons, info.data["multiplicity"], active.orbitals)
        return active

    @property
    def electrons(self) -> int:
        """How many electrons are correlated."""
        if self.active is None:
            return self.total_electrons
        if isinstance(self.active, FrozenCore):
            return self.total_electrons - 2 * core(self.atoms)
        if isinstance(self.active, AtomicOrbitals):
            # Only the molecule's own orbitals tell how many electrons are in the named ones.
            from life_science.ground_state.integrals import integrals_of

            return integrals_of(self).electrons
        return self.active.electrons

    @property
    def total_electrons(self) -> int:
        """How many electrons there are, those in frozen orbitals included."""
        if self.integrals is not None:
            return self.integrals.electrons
        return _nuclear_charge(self.atoms) - self.charge

    @property
    def alpha(self) -> int:
        """Correlated electrons of the majority spin."""
        return (self.electrons + self.multiplicity - 1) // 2

    @property
    def beta(self) -> int:
        """Correlated electrons of the other spin."""
        return self.electrons - self.alpha


def triangle(n: int) -> int:
    """Entries of a symmetric n × n matrix that can differ."""
    return n * (n + 1) // 2


def core(atoms: tuple[Atom, ...]) -> int:
    """How many orbitals the noble gases before the atoms' elements have filled."""
    numbers = [ELEMENTS.index(atom.symbol) + 1 for atom in atoms]
    return sum(next((o for z, o in _SHELLS if number > z), 0) for number in numbers)


def _nuclear_charge(atoms: tuple[Atom, ...]) -> int:
    return sum(ELEMENTS.index(atom.symbol) + 1 for atom in atoms)


def _count(info: ValidationInfo) -> int | None:
    """All electrons, or None when an earlier field is wrong already."""
    if not {"atoms", "integrals", "charge"} <= info.data.keys():
        return None
    integrals: Integrals | None = info.data["integrals"]
    if integrals is not None:
        return integrals.electrons
    return _nuclear_charge(info.data["atoms"]) - int(info.data["charge"])


def _orbitals(info: ValidationInfo) -> int | None:
    integrals: Integrals | None = info.data["integrals"]
    return None if integrals is None else integrals.orbitals


def _check_core(total: int, atoms: tuple[Atom, ...], multiplicity: int) -> None:
    left = total - 2 * core(atoms)
    if left < max(1, multiplicity - 1):
        raise ValueError(
            f"the core would hold {total - left} of {total} electrons: choose a number of "
            "electrons and orbitals instead, or leave it out"
        )


def _check_elements(active: AtomicOrbitals, atoms: tuple[Atom, ...]) -> None:
    here = {atom.symbol for atom in atoms}
    for label, element in zip(active.labels, active.elements, strict=True):
        if element not in here:
            known = ", ".join(sorted(here))
            raise ValueError(f"{label!r} names an element that is not in the molecule ({known})")


def _check_unpaired(electrons: int, multiplicity: int, orbitals: int | None) -> None:
    unpaired = multiplicity - 1
    if unpaired > electrons:
        raise ValueError(f"{electrons} electrons have no {unpaired} unpaired ones")
    if orbitals is not None and (electrons + unpaired) // 2 > orbitals:
        raise ValueError(
            f"{electrons} electrons of multiplicity {multiplicity} do not fit into "
            f"{orbitals} orbitals: take at least {(electrons + unpaired) // 2}"
        )


__all__ = [
    "BASES",
    "CLOSEST",
    "ELEMENTS",
    "MOST_ATOMS",
    "MOST_ORBITALS",
    "Active",
    "ActiveSpace",
    "Atom",
    "Integrals",
    "Molecule",
    "core",
    "triangle",
]
