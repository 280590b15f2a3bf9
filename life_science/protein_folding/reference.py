"""What classical computing proves: branch and bound over all self-avoiding chains."""

from __future__ import annotations

import numpy as np

from life_science.protein_folding.lattice import Sites, touching
from life_science.protein_folding.peptide import Peptide
from life_science.protein_folding.walks import grown, seeds
from usecases.models import Floats
from usecases.records import Reference

BEAM = 4000
"""Chains of each length that the search for a first good conformation keeps."""

BLOCK = 1 << 14
"""Chains that are grown together."""

MOST_CHAINS = 20_000_000
"""Chains that are grown before a proof is given up: it takes some ten seconds."""

ROUNDING = 1e-9

TOLERANCE = 1e-5
"""More than a linear program's value can be off; the energies are multiples of 0.01."""


class Search:
    """Chains grow in depth-first order; one that cannot come below the lowest is dropped.

    A residue has four neighbours on the lattice, two of which are bonds, or one at an end of the
    chain: it has two or three contacts at most. The best choice of contacts within these limits,
    whatever the shape, bounds what residues to come can add.
    """

    def __init__(self, peptide: Peptide) -> None:
        self.residues = n = len(peptide.sequence)
        self.pairs = peptide.pairs
        self.energies = peptide.energies()
        self.rest = [self._choice(k) for k in range(n + 1)]
        self.lowest, self.chains = 0.0, 0

    def _choice(self, grown_to: int) -> float:
        """The least sum of contacts with residues from `grown_to` on, two or three a residue."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        chosen = [at for at, (_, j) in enumerate(self.pairs) if j >= grown_to]
        if not chosen:
            return 0.0
        ends = np.array([self.pairs[at] for at in chosen])
        touches = (ends[:, :, None] == np.arange(self.residues)).any(axis=1).T.astype(float)
        limits = np.full(self.residues, 2.0)
        limits[[0, -1]] = 3.0
        found = milp(
            self.energies[chosen],
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(touches, -np.inf, limits),
        )
        if found.x is None:  # the sum of all is a bound whatever the solver says
            return float(self.energies[chosen].sum())
        return float(self.energies[chosen] @ found.x) - TOLERANCE

    def longer(self, sites: Sites, energy: Floats) -> tuple[Sites, Floats]:
        """The chains with one residue more that may still come below the lowest."""
        k = sites.shape[1]
        chains, parents = grown(sites)
        self.chains += len(chains)
        total = energy[parents]
        for (i, j), contact in zip(self.pairs, self.energies.tolist(), strict=True):
            if j == k:
                total += contact * touching(chains, i, j)
        kept = total + self.rest[k + 1] < self.lowest - ROUNDING
        return chains[kept], total[kept]

    def beam(self) -> None:
        """A good conformation: of each length, the chains of lowest energy grow on."""
        sites, energy = seeds(), np.zeros(2)
        while len(sites) and sites.shape[1] < self.residues:
            sites, energy = self.longer(sites, energy)
            best = np.argsort(energy, kind="stable")[:BEAM]
            sites, energy = sites[best], energy[best]
        self.lowest = min(self.lowest, float(energy.min(initial=0.0)))

    def proven(self) -> bool:
        """Whether all chains were grown or dropped; the lowest is the optimum then."""
        stack = [(seeds(), np.zeros(2))]
        while stack and self.chains < MOST_CHAINS:
            sites, energy = stack.pop()
            if len(sites) > BLOCK:
                stack.append((sites[BLOCK:], energy[BLOCK:]))
            sites, energy = self.longer(sites[:BLOCK], energy[:BLOCK])
            if len(sites) and sites.shape[1] == self.residues:
                self.lowest = float(energy.min())
            elif len(sites):
                stack.append((sites, energy))
        return not stack


def reference(peptide: Peptide) -> Reference:
    """The lowest contact energy of any conformation in RT; best known where the proof is long."""
    search = Search(peptide)
    search.beam()
    proven = search.proven()
    done = f"{search.chains} partial chains"
    if proven:
        told = f"over all self-avoiding chains (numpy {np.__version__}; {done} grown"
    else:
        told = (
            f"given up after {done} (numpy {np.__version__}; no conformation lies below"
            f" {search.rest[0]:.2f}"
        )
    return Reference(
        value=search.lowest,
        kind="optimal" if proven else "best_known",
        method=f"branch and bound {told}; first shape by a beam search of width {BEAM})",
    )
