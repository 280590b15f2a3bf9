"""Coupled cluster with single and double excitations, by PySCF: energies and amplitudes.

Purvis and Bartlett 1982, J. Chem. Phys. 76, 1910.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from usecases.errors import Unsolvable
from usecases.jastrow import Amplitudes
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import spins
from usecases.solvers.mean_field import determinant, mean_field

_WAYS = ((0.0, 1.0, True), (0.3, 1.0, True), (0.3, 1.0, False), (0.0, 0.3, False))
"""Shift of the empty levels, hartree; share of a step that is taken; whether steps are
extrapolated. Tried in turn: the later ones are slower and surer."""


def coupled_cluster(h: FermionicHamiltonian) -> Any:
    """PySCF's converged solution over `mean_field`.

    Raises Unsolvable when it does not converge, as happens where bonds are nearly broken.
    """
    cluster = _converged(mean_field(h))
    if cluster is None:
        raise Unsolvable(
            "coupled cluster does not converge: one determinant describes these electrons badly",
            "Try selected_ci or exact, which do not start from one",
        )
    return cluster


def amplitudes(h: FermionicHamiltonian) -> Amplitudes | None:
    """The amplitudes over the Hamiltonian's lowest determinant, where an ansatz starts.

    None where they do not converge, or one spin leaves nothing to excite. Raises MissingExtra.
    """
    if not 0 < h.beta <= h.alpha < h.orbitals:
        return None
    cluster = _converged(determinant(h))
    return Amplitudes(cluster.t1, cluster.t2) if cluster else None


def triples(h: FermionicHamiltonian, cluster: Any) -> float:
    """What triple excitations add to `coupled_cluster` by perturbation theory, hartree.

    Raghavachari et al. 1989, Chem. Phys. Lett. 157, 479.
    """
    from pyscf import lib

    alpha, beta = spins(h)
    # Three electrons have to find three places; PySCF divides by those of each spin.
    if alpha == h.orbitals and min(beta, h.orbitals - beta) < 3:
        return 0.0
    if alpha == h.orbitals:
        raise Unsolvable(
            "PySCF knows no triples where one spin fills every orbital",
            "Take a larger basis, or ccsd",
        )
    with lib.with_omp_threads(1):
        return float(cluster.ccsd_t())


def _converged(field: Any) -> Any | None:
    """PySCF's solution over a mean field by the first way that ends; None when none does."""
    from pyscf import cc, lib

    for shift, share, extrapolated in _WAYS:
        cluster = cc.CCSD(field)
        cluster.conv_tol, cluster.conv_tol_normt, cluster.max_cycle = 1e-9, 1e-7, 300
        cluster.level_shift, cluster.iterative_damping, cluster.diis = shift, share, extrapolated
        cluster.incore_complete = True  # no files of its own
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(), lib.with_omp_threads(1):
                warnings.simplefilter("ignore")  # steps that diverge end in numbers that are none
                cluster.kernel()
        except (np.linalg.LinAlgError, AttributeError, ValueError):
            continue  # what PySCF raises where its extrapolation is singular or diverges
        if cluster.converged:
            return cluster
    return None
