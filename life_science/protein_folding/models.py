"""The models: turns with claimed contacts, and turns alone with the walk's energy computed."""

from __future__ import annotations

import numpy as np

from life_science.protein_folding.lattice import collisions, sites_of, touching, turns_of
from life_science.protein_folding.network import attraction, build, prices
from life_science.protein_folding.peptide import Peptide
from usecases.models import Bits, CostNetwork, Evaluated, Floats

LOCAL = 10
"""Residues up to which collisions beside claimed contacts are all that have to be penalised."""


def claims(peptide: Peptide, multiple: float) -> CostNetwork | Evaluated:
    """Turns and claimed contacts, with penalties as a multiple of those that suffice.

    Beyond ten residues a chain can gain by meeting itself where no contact is claimed. There
    the walk is traced as well, and each pair of residues on one site costs what a turn back does.
    """
    network = build(peptide, multiple)
    if len(peptide.sequence) <= LOCAL:
        return network
    price = prices(peptide, multiple).back
    width = len(network.variables) - len(peptide.pairs)

    def evaluate(bits: Bits) -> Floats:
        met = collisions(sites_of(turns_of(bits[:, :width])))
        return network.energies(bits) + price * met

    return Evaluated(network, evaluate)


def turns(peptide: Peptide) -> Evaluated:
    """Turns alone, and the energy of the walk that they describe.

    A walk that meets itself has no contacts; it costs the strongest contact for each pair of
    residues on one site, so more than any conformation.
    """
    pairs, energies = peptide.pairs, peptide.energies().tolist()
    price = max((-e for e in energies), default=1.0)

    def evaluate(bits: Bits) -> Floats:
        sites = sites_of(turns_of(bits))
        met = collisions(sites)
        energy = np.zeros(len(bits))
        for (i, j), contact in zip(pairs, energies, strict=True):
            energy += contact * touching(sites, i, j)
        return np.where(met > 0, price * met, energy)

    return Evaluated(attraction(peptide), evaluate)
