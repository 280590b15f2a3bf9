"""Hartree–Fock over a Hamiltonian's own orbitals, and coupled cluster upon it, by PySCF.

Roothaan 1951, Rev. Mod. Phys. 23, 69 (closed shells) and 1960, 32, 179 (open shells).
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib import util
from typing import Any

import numpy as np

from usecases.errors import MissingExtra, Unsolvable
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import spins

_STEPS = ((1.0, True), (0.3, False))
"""How much of a step is taken, and whether steps are extrapolated; the second is slow and sure."""


def mean_field(h: FermionicHamiltonian) -> Any:
    """PySCF's converged restricted Hartree–Fock solution, ROHF where spins are unpaired.

    It starts from the determinant that fills the lowest orbitals. Of a multiplet, the member
    with all unpaired spins up is computed: all have the same energy.
    Raises MissingExtra without PySCF, Unsolvable when it does not converge.
    """
    if util.find_spec("pyscf") is None:
        raise MissingExtra("pyscf", "life_science")
    from pyscf import ao2mo, gto, lib, scf

    alpha, beta = spins(h)
    shell = gto.M(verbose=0)
    shell.nelectron, shell.spin, shell.nao = alpha + beta, alpha - beta, h.orbitals
    shell.incore_anyway = True
    # Not scf.ROHF: of one electron it makes a solver that overlooks the constant.
    field = scf.rohf.ROHF(shell) if alpha - beta else scf.hf.RHF(shell)
    field.get_hcore = lambda *_: h.one_body
    field.get_ovlp = lambda *_: np.eye(h.orbitals)
    field.energy_nuc = lambda *_: h.constant
    field._eri = ao2mo.restore(8, h.two_body, h.orbitals)
    field.conv_tol, field.max_cycle = 1e-12, 200
    filled = np.arange(h.orbitals)
    start = np.array([np.diag((filled < n).astype(float)) for n in (alpha, beta)])
    with lib.with_omp_threads(1):
        field.kernel(start if alpha - beta else start.sum(axis=0))
        if not field.converged:
            field = field.newton()
            field.kernel()
    if not field.converged:
        raise Unsolvable(
            "Hartree–Fock does not converge in these orbitals, nor do second-order steps",
            "Try another active space, or an algorithm that does not start from it: exact",
        )
    return field


def coupled_cluster(h: FermionicHamiltonian) -> Any:
    """PySCF's converged coupled cluster with single and double excitations, over `mean_field`.

    Purvis and Bartlett 1982, J. Chem. Phys. 76, 1910. Raises Unsolvable when it does not
    converge, as happens where bonds are nearly broken.
    """
    from pyscf import cc, lib

    field = mean_field(h)
    for damping, extrapolated in _STEPS:
        cluster = cc.CCSD(field)
        cluster.conv_tol, cluster.conv_tol_normt, cluster.max_cycle = 1e-9, 1e-7, 300
        cluster.iterative_damping, cluster.diis = damping, extrapolated
        with lib.with_omp_threads(1), warnings.catch_warnings(), suppress(np.linalg.LinAlgError):
            warnings.simplefilter("ignore")  # steps that diverge end in numbers that are none
            cluster.kernel()
        if cluster.converged:
            return cluster
    raise Unsolvable(
        "coupled cluster does not converge: one determinant describes these electrons badly",
        "Try selected_ci or exact, which do not start from one",
    )


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
