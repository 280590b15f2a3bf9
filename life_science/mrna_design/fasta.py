"""One protein from a FASTA file.

The header may hold `organism=`, `junction=` and `rarest=`. Its other words say nothing about the
design; UniProt's OX= tells whose protein it is, not who is to make it.
"""

from __future__ import annotations

import re
from typing import Any

from life_science._sequences import one_record
from life_science.mrna_design.protein import Protein, complaint, misplaced
from usecases.errors import BadInstance

_KEY = re.compile(r"(?<!\S)(organism|junction|rarest)=(\S*)")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{0,17})?")


def parse_fasta(text: str) -> Protein:
    """The only record of a FASTA file. Raises BadInstance naming the line."""
    header, rows = one_record(text, "residues")
    letters = "".join(rows)
    if (place := misplaced(letters)) is not None:
        raise BadInstance(f"line {_line(rows, place)}", complaint(letters, place))
    return Protein.model_validate({"protein": letters, **_header(header)})


def _line(rows: list[str], place: int) -> int:
    """The number of the line that holds the letter at this place of the sequence."""
    for number, row in enumerate(rows, 2):
        if place < len(row):
            return number
        place -= len(row)
    raise IndexError(place)


def _header(line: str) -> dict[str, Any]:
    """The settings in the header. Raises BadInstance for one given twice, and for no number."""
    found: dict[str, Any] = {}
    for key, value in _KEY.findall(line):
        if key in found:
            raise BadInstance("line 1", f"{key}= is given twice")
        if key != "organism" and not _NUMBER.fullmatch(value):
            raise BadInstance("line 1", f"{key}={value[:40]} is no number", "Write it like 0.5")
        found[key] = value if key == "organism" else float(value)
    return found
