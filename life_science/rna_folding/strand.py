"""The instance: a strand of RNA, what counts as a stem, and what a loop costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from life_science._sequences import one_record
from usecases.errors import BadInstance
from usecases.records import Record

HAIRPIN = 3
"""The fewest unpaired bases that a strand needs to turn back on itself."""

LONGEST = 400
"""Bases; the reference's time grows with the cube of the length."""

PAIRS = ("AU", "CG", "GC", "GU", "UA", "UG")
"""What pairs with what: Watson–Crick pairs and the wobble of G and U."""


class Strand(Record):
    """A single strand of RNA whose stems are sought."""

    sequence: str = Field(
        min_length=7, max_length=LONGEST, description="bases, 5' end first; T is read as U"
    )
    shortest: Annotated[int, Field(strict=True, ge=2, le=20)] = Field(
        default=3, description="the fewest base pairs that count as a stem"
    )
    loop: Annotated[float, Field(strict=True, ge=0, le=20)] = Field(
        default=5.0, description="kcal/mol charged for the loop that each stem closes"
    )

    @field_validator("sequence")
    @classmethod
    def _bases(cls, sequence: str) -> str:
        letters = sequence.upper().replace("T", "U")
        if (place := misplaced(letters)) is not None:
            raise ValueError(complaint(letters, place))
        return letters

    @property
    def bases(self) -> int:
        """The strand's length."""
        return len(self.sequence)

    def pairs(self, first: int, last: int) -> bool:
        """Whether two bases, counted from 1, may pair: canonical, and far enough apart to turn."""
        fits = self.sequence[first - 1] + self.sequence[last - 1] in PAIRS
        return fits and last - first > HAIRPIN


def misplaced(letters: str) -> int | None:
    """The place, from 0, of the first letter that is no base."""
    return next((k for k, letter in enumerate(letters) if letter not in "ACGU"), None)


def complaint(letters: str, place: int) -> str:
    """What is wrong with the letter at this place, counted from 0."""
    hint = "; an ambiguous base has no energy: write the one that is meant"
    return f"base {place + 1}: {letters[place]!r} is none of A, C, G and U{hint}"


def parse_fasta(text: str) -> Strand:
    """The only record of a FASTA file. Raises BadInstance naming the line."""
    letters = ""
    for number, row in enumerate(one_record(text, "bases")[1], 2):
        letters += row.replace("T", "U")
        if (place := misplaced(letters)) is not None:
            raise BadInstance(f"line {number}", complaint(letters, place))
    return Strand(sequence=letters)
