"""What a user may ask: the lowest states of a molecule, and how many of them."""

from __future__ import annotations

from pydantic import Field

from life_science.ground_state.molecule import Molecule
from life_science.ground_state.reference import determinants
from usecases.errors import Infeasible
from usecases.records import Record

MOST_STATES = 20

HARTREE = 27.211386245988
"""Electronvolt in a hartree (CODATA 2018)."""


class Excitations(Record):
    """The lowest states of a molecule's electrons, the ground state among them.

    States of every total spin are sought that have the molecule's S_z: half of its multiplicity
    less one. With multiplicity 1 each singlet, triplet and quintet is found once.
    """

    molecule: Molecule
    states: int = Field(default=4, ge=1, le=MOST_STATES)


def check_count(asked: Excitations, orbitals: int) -> None:
    """Raises Infeasible for more states than the electrons have."""
    most = determinants(asked.molecule, orbitals)
    if asked.states > most:
        raise Infeasible(
            f"{asked.states} states were asked for and these electrons have {most}",
            f"Ask for 1 to {most}, or take a larger basis or active space",
        )


__all__ = ["HARTREE", "MOST_STATES", "Excitations", "check_count", "determinants"]
