"""The instance: a peptide's sequence, and the contact energies of its residues."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from pydantic import Field, field_validator

from life_science._sequences import one_record
from usecases.errors import BadInstance, MissingExtra
from usecases.models import Floats
from usecases.records import Record

LETTERS = "ACDEFGHIKLMNPQRSTVWY"
"""The twenty amino acids of proteins by their IUPAC letters."""

SHORTEST, LONGEST = 5, 40
MATRIX = "MIYS960101"
LEAST = 5
"""Residues in contact are at least so many bonds apart: a shorter ring does not close."""


class Peptide(Record):
    """A chain of amino acids from the amino end to the carboxyl end."""

    sequence: str = Field(
        min_length=SHORTEST, max_length=LONGEST, description="one-letter codes, capitals"
    )

    @field_validator("sequence")
    @classmethod
    def _residues(cls, sequence: str) -> str:
        for place, letter in enumerate(sequence, start=1):
            if letter not in LETTERS:
                raise ValueError(
                    f"residue {place} is {letter!r}, not one of the amino acids {LETTERS}"
                )
        return sequence

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The pairs of residues, from 0, that can be neighbours on the lattice, one bond apart.

        Neighbours lie on different sublattices, so an odd number of bonds lies between them.
        """
        return _pairs(len(self.sequence))

    def energies(self) -> Floats:
        """The contact energy of each of the `pairs`, in units of RT; all are negative."""
        place = np.array([LETTERS.index(letter) for letter in self.sequence])
        ends = np.array(self.pairs, dtype=np.int64).reshape(-1, 2)
        found: Floats = contact_energies()[place[ends[:, 0]], place[ends[:, 1]]]
        return found


@cache
def _pairs(residues: int) -> tuple[tuple[int, int], ...]:
    return tuple((i, j) for i in range(residues) for j in range(i + LEAST, residues, 2))


@cache
def contact_energies() -> Floats:
    """Miyazawa and Jernigan's contact energies e_ij in units of RT, shape (20, 20), symmetric.

    J. Mol. Biol. 256:623-644 (1996), table 3 above the diagonal: entry MIYS960101 of AAindex,
    rows and columns in the order of `LETTERS`. Raises MissingExtra without the package aaindex.
    """
    try:
        from aaindex import aaindex3
    except ImportError:
        raise MissingExtra("aaindex", "life_science") from None
    return np.array([[aaindex3.get(MATRIX, a, b) for b in LETTERS] for a in LETTERS])


def parse_fasta(text: str) -> Peptide:
    """The peptide of a FASTA file with one record: a line `>description`, then the sequence.

    Raises BadInstance naming the line.
    """
    rows = one_record(text, "residues")[1]
    for number, row in enumerate(rows, start=2):
        _letters(row, number)
    sequence = "".join(rows)
    if not SHORTEST <= len(sequence) <= LONGEST:
        raise BadInstance(
            "sequence",
            f"{len(sequence)} residues are not between {SHORTEST} and {LONGEST}",
            "Cut out a fragment",
        )
    return Peptide(sequence=sequence)


def _letters(line: str, number: int) -> None:
    """Refuses a line of a sequence that holds anything but amino acids."""
    if wrong := re.search(rf"[^{LETTERS}]", line):
        letter = wrong[0]
        hints = {"*": "A stop is no residue: remove it", "-": "A gap is no residue: remove it"}
        hint = hints.get(letter, f"Known: {LETTERS}")
        raise BadInstance(
            f"line {number}", f"{letter!r} at column {wrong.start() + 1} is no amino acid", hint
        )


def write_fasta(peptide: Peptide) -> str:
    """The peptide as a FASTA file, which `parse_fasta` reads."""
    return f">peptide of {len(peptide.sequence)} residues\n{peptide.sequence}\n"


def example(size: int, seed: int) -> Peptide:
    """A random sequence of `size` residues, each amino acid as likely as another."""
    rng = np.random.default_rng(seed)
    return Peptide(sequence="".join(LETTERS[k] for k in rng.integers(len(LETTERS), size=size)))
