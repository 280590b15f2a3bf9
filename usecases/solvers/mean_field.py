"""Hartree–Fock over a Hamiltonian's own orbitals, by PySCF.

Roothaan 1951, Rev. Mod. Phys. 23, 69 (closed shells) and 1960, 32, 179 (open shells).
"""

from __future__ import annotations

from importlib import util
from typing import Any

import numpy as np

from usecases.errors import MissingExtra, Unsolvable
from usecases.models import FermionicHamiltonian
from usecases.solvers.fci import spins


def mean_field(h: FermionicHamiltonian) -> Any:
    """PySCF's converged restricted Hartree–Fock solution, ROHF where spins are unpaired.

    It starts from the determinant that fills the lowest orbitals. Of a multiplet, the member
    with all unpaired spins up is computed: all have the same energy.
    Raises MissingExtra without PySCF, Unsolvable when it does not converge.
    """
    alpha, beta = spins(h)
    field = _field(h, alpha, beta, separate=False)
    from pyscf import lib

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


def determinant(h: FermionicHamiltonian) -> Any:
    """The Hamiltonian's lowest determinant as PySCF's solution, its orbitals left as they are.

    Raises MissingExtra without PySCF.
    """
    m, closed = h.orbitals, h.alpha == h.beta
    field = _field(h, h.alpha, h.beta, separate=True)
    filled = [(np.arange(m) < n).astype(float) for n in (h.alpha, h.beta)]
    field.mo_coeff = np.eye(m) if closed else np.array([np.eye(m)] * 2)
    field.mo_occ = filled[0] + filled[1] if closed else np.array(filled)
    fock = field.get_fock(dm=field.make_rdm1(field.mo_coeff, field.mo_occ))
    field.mo_energy = np.diagonal(fock, axis1=-2, axis2=-1)
    field.converged = True
    return field


def _field(h: FermionicHamiltonian, alpha: int, beta: int, *, separate: bool) -> Any:
    """PySCF's problem from integrals; open shells with orbitals that are `separate` by spin or not.

    Restricted open shells not through scf.ROHF: of one electron it makes a solver that overlooks
    the constant.
    """
    if util.find_spec("pyscf") is None:
        raise MissingExtra("pyscf", "life_science")
    from pyscf import ao2mo, gto, scf

    shell = gto.M(verbose=0)
    shell.nelectron, shell.spin, shell.nao = alpha + beta, alpha - beta, h.orbitals
    shell.incore_anyway = True
    opened = scf.uhf.UHF if separate else scf.rohf.ROHF
    field = opened(shell) if alpha - beta else scf.hf.RHF(shell)
    field.get_hcore = lambda *_: h.one_body
    field.get_ovlp = lambda *_: np.eye(h.orbitals)
    field.energy_nuc = lambda *_: h.constant
    field._eri = ao2mo.restore(8, np.asarray(h.two_body), h.orbitals)
    return field
