"""Random strands of a given number of stems."""

from __future__ import annotations

import numpy as np

from life_science.rna_folding.stems import candidates
from life_science.rna_folding.strand import LONGEST, Strand
from usecases.errors import BadInstance

MOST = 300


def example(size: int, seed: int) -> Strand:
    """A random strand, as long as it may be with at most `size` stems that lower the energy."""
    if not 1 <= size <= MOST:
        raise BadInstance("size", f"{size} stems are not between 1 and {MOST}")
    rng = np.random.default_rng(seed)
    loop = round(float(rng.uniform(0.0, 4.0)), 1)
    shortest = int(rng.integers(2, 4))
    letters = "".join(rng.choice(list("ACGU"), LONGEST).tolist())
    fits, above = 7, LONGEST
    while fits < above:  # stems only become more when bases are added
        length = (fits + above + 1) // 2
        strand = Strand(sequence=letters[:length], shortest=shortest, loop=loop)
        fits, above = (length, above) if len(candidates(strand)) <= size else (fits, length - 1)
    return Strand(sequence=letters[:fits], shortest=shortest, loop=loop)
