"""The instance: a protein, the organism that is to make it, and what a design pays for."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, field_validator

from life_science.mrna_design.usage import STOP, Rated, organism, organisms, rated
from usecases.errors import BadInstance
from usecases.records import Record

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
LONGEST = 5000
"""Residues; nearly all human proteins are shorter."""

NO_CODON = {
    "B": "B may be D or N",
    "J": "J may be I or L",
    "O": "O (pyrrolysine) has no codon of its own in these tables",
    "U": "U (selenocysteine) has no codon of its own in these tables",
    "X": "X may be any residue",
    "Z": "Z may be E or Q",
}


class Protein(Record):
    """A protein to be written in codons; a final * asks for a stop codon as well."""

    protein: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="residues in one-letter code, N-terminus first",
    )
    organism: str = Field(
        default="h_sapiens_9606",
        max_length=80,
        validate_default=True,
        description="codon table by name or TaxID",
    )
    junction: Annotated[float, Field(strict=True, ge=0, le=100)] = Field(
        default=1.0,
        description="penalty where a codon ends with the base that the next begins with, in ln w",
    )
    rarest: Annotated[float, Field(strict=True, ge=0, le=1)] = Field(
        default=0.0, description="codons of smaller relative adaptiveness are not offered"
    )

    @field_validator("protein")
    @classmethod
    def _residues(cls, protein: str) -> str:
        letters = protein.upper()
        if (place := misplaced(letters)) is not None:
            raise ValueError(complaint(letters, place))
        return letters

    @field_validator("organism")
    @classmethod
    def _table(cls, name: str) -> str:
        return organism(name)

    @property
    def codons(self) -> tuple[tuple[Rated, ...], ...]:
        """For each residue the codons that may write it, the most used first."""
        return tuple(rated(self.organism, residue, self.rarest) for residue in self.protein)

    def label(self, place: int, what: object) -> str:
        """The name of a decision: codon GCC of the second residue, alanine, is "2A:GCC"."""
        residue = self.protein[place].replace(STOP, "stop")
        return f"{place + 1}{residue}:{what}"


def misplaced(letters: str) -> int | None:
    """The place, from 0, of the first letter that is no residue; a stop may only come last."""
    last = len(letters) - 1
    for place, letter in enumerate(letters):
        if letter not in RESIDUES and not (letter == STOP and place == last > 0):
            return place
    return None


def complaint(letters: str, place: int) -> str:
    """What is wrong with the letter at this place, counted from 0."""
    letter = letters[place]
    where = f"residue {place + 1}"
    if letter == STOP:
        return f"{where}: a stop (*) may only follow the last residue"
    if letter in NO_CODON:
        return f"{where}: {NO_CODON[letter]}; write the residue that is meant"
    return f"{where}: {letter!r} is no residue in one-letter code"


def example(size: int, seed: int) -> Protein:
    """A random protein whose residues have `size` codons in all, for a random organism."""
    if not 1 <= size <= LONGEST:
        raise BadInstance("size", f"{size} codons are not between 1 and {LONGEST}")
    rng = np.random.default_rng(seed)
    table = str(rng.choice(organisms()))
    left, chosen = size, ""
    while fitting := [a for a in RESIDUES if len(rated(table, a)) <= left]:
        chosen += str(rng.choice(fitting))
        left -= len(rated(table, chosen[-1]))
    return Protein(protein=chosen, organism=table, junction=round(float(rng.uniform(0.1, 1.5)), 3))
