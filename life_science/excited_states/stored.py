"""Exact states and integrals that are stored with the package, found by the molecule's content."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from life_science.excited_states.question import Excitations, determinants
from life_science.ground_state.integrals import instance_key as molecule_key
from life_science.ground_state.molecule import Integrals, Molecule
from usecases.records import Record, sha256

FILE = "states.json"


class Root(Record):
    """A state's energy in hartree, its ⟨S²⟩, and how strongly light takes the molecule there.

    `strength` is the oscillator strength from the ground state, None where no dipole is known.
    """

    energy: float
    spin_squared: float
    strength: float | None = None


class Roots(Record):
    """The lowest states, energies ascending, and how they were computed."""

    levels: tuple[Root, ...]
    method: str

    @property
    def mean(self) -> float:
        """The state-averaged energy, hartree."""
        return sum(level.energy for level in self.levels) / len(self.levels)


class Stored(Record):
    """What is bundled about an instance; integrals where the ground states store none."""

    name: str
    molecule: Molecule
    states: int
    orbitals: int
    roots: Roots
    integrals: Integrals | None = None

    @property
    def determinants(self) -> int:
        """How many determinants the states are made of."""
        return determinants(self.molecule, self.orbitals)


def instance_key(asked: Excitations) -> str:
    """The hash of an instance's content."""
    return sha256(f"{molecule_key(asked.molecule)} {asked.states}")


@cache
def bundled() -> dict[str, Stored]:
    """What is stored, by `instance_key`."""
    file = resources.files(__package__).joinpath(FILE)
    content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    found = map(Stored.model_validate, content)
    return {instance_key(Excitations(molecule=s.molecule, states=s.states)): s for s in found}


def with_integrals(molecule: Molecule) -> Molecule:
    """The molecule by its stored integrals; as it is where none are stored here."""
    for entry in bundled().values():
        if entry.integrals and entry.molecule == molecule:
            return Molecule(integrals=entry.integrals, multiplicity=molecule.multiplicity)
    return molecule


__all__ = ["FILE", "Root", "Roots", "Stored", "bundled", "instance_key", "with_integrals"]
