"""Coupled cluster with singles and doubles, by PySCF, for the amplitudes that an ansatz starts at.

Purvis and Bartlett 1982, J. Chem. Phys. 76, 1910.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from usecases.errors import MissingExtra
from usecases.jastrow import Amplitudes
from usecases.models import FermionicHamiltonian

_MOST_CYCLES = 100
_WAYS = ((0.0, True), (0.3, True), (0.3, False))
"""Shifts of the empty levels, hartree, and whether cycles are extrapolated, tried in turn."""


def amplitudes(h: FermionicHamiltonian) -> Amplitudes | None:
    """The converged amplitudes of the Hamiltonian's lowest determinant; None without any.

    Raises MissingExtra without PySCF.
    """
    if not 0 < h.beta <= h.alpha < h.orbitals:
        return None
    try:
        from pyscf import cc, lib
    except ImportError:
        raise MissingExtra("pyscf", "chemistry") from None
    closed = h.alpha == h.beta
    for shift, extrapolated in _WAYS:
        found = (cc.CCSD if closed else cc.UCCSD)(_mean_field(h, closed))
        found.max_cycle, found.level_shift, found.diis = _MOST_CYCLES, shift, extrapolated
        found.incore_complete = True  # no files of its own
        try:
            with np.errstate(all="ignore"), lib.with_omp_threads(1):  # a divergence is no news
                found.kernel()
        except (np.linalg.LinAlgError, AttributeError, ValueError):
            continue  # what PySCF raises where its extrapolation is singular or diverges
        if found.converged:
            return Amplitudes(found.t1, found.t2)
    return None


def _mean_field(h: FermionicHamiltonian, closed: bool) -> Any:
    """A mean field that is the Hamiltonian's lowest determinant, as PySCF wants it."""
    from pyscf import ao2mo, gto, scf

    m = h.orbitals
    molecule = gto.M(verbose=0)
    molecule.nelectron, molecule.spin = h.alpha + h.beta, h.alpha - h.beta
    molecule.incore_anyway = True
    field = (scf.RHF if closed else scf.UHF)(molecule)
    field.get_hcore = lambda *_: h.one_body
    field.get_ovlp = lambda *_: np.eye(m)
    field._eri = ao2mo.restore(8, np.asarray(h.two_body), m)
    filled = [(np.arange(m) < n).astype(float) for n in (h.alpha, h.beta)]
    field.mo_coeff = np.eye(m) if closed else np.array([np.eye(m)] * 2)
    field.mo_occ = filled[0] + filled[1] if closed else np.array(filled)
    fock = field.get_fock(dm=field.make_rdm1(field.mo_coeff, field.mo_occ))
    field.mo_energy = np.diagonal(fock, axis1=-2, axis2=-1)
    field.converged = True
    return field
