"""Growing chains residue by residue: every self-avoiding conformation of a peptide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from life_science.protein_folding.lattice import CODES, FIRST, Sites, sites_of, touching
from life_science.protein_folding.peptide import Peptide
from usecases.errors import TooLarge
from usecases.models import Floats

MOST_RESIDUES = 13
"""Up to so many residues all conformations are listed at once."""


def seeds() -> Sites:
    """The chains of four residues that differ under the symmetries of the lattice."""
    return sites_of(np.array([(*FIRST, 1), (*FIRST, 3)]))


def grown(sites: Sites) -> tuple[Sites, NDArray[np.int64]]:
    """All self-avoiding chains of one residue more, and the row that each grew from."""
    rows, k = sites.shape
    ends = (sites[:, -1:] + (1 if k % 2 else -1) * CODES).reshape(-1)
    parents = np.repeat(np.arange(rows), 4)
    free = (sites[parents, k - 2 :: -2] != ends[:, None]).all(axis=1)
    parents = parents[free]
    return np.concatenate([sites[parents], ends[free, None]], axis=1), parents


def conformations(peptide: Peptide) -> tuple[Sites, Floats]:
    """All self-avoiding conformations, shape (rows, N), one of each orbit of the lattice's
    symmetries on the first three turns, and their energies in RT.

    Raises TooLarge beyond 13 residues.
    """
    n = len(peptide.sequence)
    if n > MOST_RESIDUES:
        raise TooLarge(
            f"{n} residues have too many conformations to list",
            f"Up to {MOST_RESIDUES} residues are listed: cut out a fragment",
        )
    sites = seeds()
    while sites.shape[1] < n:
        sites, _ = grown(sites)
    total = np.zeros(len(sites))
    for (i, j), energy in zip(peptide.pairs, peptide.energies().tolist(), strict=True):
        total += energy * touching(sites, i, j)
    return sites, total
