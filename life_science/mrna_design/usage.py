"""How often an organism uses each codon, from the tables of python_codon_tables (CC0).

The tables are those of the Kazusa codon usage database (Nakamura, Gojobori and Ikemura 2000,
Nucleic Acids Res. 28:292). A frequency is the share of a residue's codons in the organism's genes,
to two decimals. Only tables that lie in the package are read; nothing is downloaded.
"""

from __future__ import annotations

import math
from difflib import get_close_matches
from functools import cache
from typing import Any

from usecases.errors import MissingExtra

Rated = tuple[str, float]
"""A codon in the letters of DNA, and the logarithm of its relative adaptiveness, at most 0."""

STOP = "*"


@cache
def organisms() -> tuple[str, ...]:
    """The names of the tables: organism and TaxID, as in "h_sapiens_9606"."""
    return tuple(sorted(_tables().available_codon_tables_names))


def organism(name: str) -> str:
    """The table of this name, with or without its TaxID, or of this TaxID.

    Raises ValueError with the nearest names when there is none.
    """
    named = {alias: full for full in organisms() for alias in (*full.rsplit("_", 1), full)}
    key = name.strip().lower().replace(" ", "_").replace(".", "")
    if key in named:
        return named[key]
    near = dict.fromkeys(named[k] for k in get_close_matches(key, named, n=3, cutoff=0.5))
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(organisms())}"
    raise ValueError(f"there is no codon table of {name!r}; {hint}")


@cache
def code(table: str) -> dict[str, str]:
    """The residue of each codon, the letters of DNA; a stop is "*"."""
    return {codon: residue for residue, row in _usage(table).items() for codon in row}


@cache
def rated(table: str, residue: str, rarest: float = 0.0) -> tuple[Rated, ...]:
    """A residue's codons, the most used first, each with ln w.

    w is a codon's frequency over that of the residue's most frequent codon, the relative
    adaptiveness of Sharp and Li (1987). Codons with w below `rarest`, and those that the table
    has never seen, are left out.
    """
    row = _usage(table)[residue]
    most = max(row.values())
    offered = sorted((-f, codon) for codon, f in row.items() if f > 0 and f / most >= rarest)
    return tuple((codon, math.log(-f / most)) for f, codon in offered)


@cache
def _usage(table: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = _tables().get_codons_table(table)
    return found


def _tables() -> Any:
    try:
        import python_codon_tables
    except ImportError:
        raise MissingExtra("python_codon_tables", "life_science") from None
    return python_codon_tables
