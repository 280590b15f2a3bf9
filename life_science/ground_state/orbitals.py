"""From a Hartree–Fock solution to the orbitals that are correlated, with PySCF.

Each choice fills the lowest columns of an orthonormal matrix first, and orders the active ones
so that the leading determinant fills the first of them.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np

from life_science.ground_state.active import (
    MOST_ORBITALS,
    ActiveSpace,
    AtomicOrbitals,
    FrozenCore,
    NaturalOrbitals,
)
from life_science.ground_state.molecule import Molecule, core
from usecases.errors import BadInstance, TooLarge
from usecases.models import Floats


class _Choice(NamedTuple):
    """Orbitals in columns, frozen ones first, and how many electrons and orbitals are active."""

    columns: Floats
    electrons: int
    orbitals: int


def active_space(molecule: Molecule, field: Any) -> Any:
    """PySCF's description of the correlated orbitals: all of them without `active`.

    Raises BadInstance when they are not in the basis, TooLarge beyond 32 of them.
    """
    from pyscf import mcscf

    columns, electrons, orbitals = _chosen(molecule.active, molecule, field)
    frozen = (molecule.total_electrons - electrons) // 2
    functions = columns.shape[1]
    if frozen + orbitals > functions:
        raise BadInstance(
            "active.orbitals",
            f"{frozen} frozen and {orbitals} active orbitals where the basis has {functions}",
            f"At most {functions - frozen} can be active: take fewer, or a larger basis",
        )
    check_size(orbitals)
    alpha = (electrons + molecule.multiplicity - 1) // 2
    space = mcscf.CASCI(field, orbitals, (alpha, electrons - alpha))
    space.mo_coeff = columns
    return space


def check_size(orbitals: int) -> None:
    """Raises TooLarge for more orbitals than integrals are kept for."""
    if orbitals > MOST_ORBITALS:
        raise TooLarge(
            f"{orbitals} orbitals need {2 * orbitals} qubits",
            f"The largest size is {MOST_ORBITALS} orbitals: choose an active space, "
            "for example active=6e,6o",
        )


@singledispatch
def _chosen(active: Any, molecule: Molecule, field: Any) -> _Choice:
    raise TypeError(f"{active!r} is no choice of orbitals")


@_chosen.register
def _all(active: None, molecule: Molecule, field: Any) -> _Choice:
    return _Choice(field.mo_coeff, molecule.total_electrons, field.mo_coeff.shape[1])


@_chosen.register
def _by_energy(active: ActiveSpace, molecule: Molecule, field: Any) -> _Choice:
    return _Choice(field.mo_coeff, active.electrons, active.orbitals)


@_chosen.register
def _without_core(active: FrozenCore, molecule: Molecule, field: Any) -> _Choice:
    frozen = core(molecule.atoms)
    return _Choice(field.mo_coeff, molecule.electrons, field.mo_coeff.shape[1] - frozen)


@_chosen.register
def _natural(active: NaturalOrbitals, molecule: Molecule, field: Any) -> _Choice:
    """Open shells: the density of both spins, from unrestricted perturbation theory over ROHF."""
    from pyscf import mcscf, mp

    perturbed = mp.MP2(field)
    perturbed.kernel()
    columns = mcscf.addons.make_natural_orbitals(perturbed)[1]
    return _Choice(columns, active.electrons, active.orbitals)


@_chosen.register
def _atomic(active: AtomicOrbitals, molecule: Molecule, field: Any) -> _Choice:
    """Open shells: singly filled orbitals are active whatever they overlap with."""
    from pyscf.mcscf.avas import AVAS

    _check_labels(active, field.mol)
    option = 2 if molecule.multiplicity == 1 else 3
    found = AVAS(field, list(active.labels), active.threshold, openshell_option=option)
    orbitals, electrons, columns = found.kernel()
    if not 0 < electrons < 2 * orbitals:
        raise BadInstance(
            "active.labels",
            f"{electrons} electrons in {orbitals} orbitals leave nothing to correlate",
            "Name more atomic orbitals, or lower the threshold",
        )
    frozen = (molecule.total_electrons - int(electrons)) // 2
    columns[:, frozen : frozen + orbitals] = _fullest_first(
        columns[:, frozen : frozen + orbitals], field
    )
    return _Choice(columns, int(electrons), int(orbitals))


def _check_labels(active: AtomicOrbitals, built: Any) -> None:
    """Whether each label is an orbital that its atom has in the minimal basis AVAS refers to."""
    free = built.copy()
    free.basis = "minao"
    free.build(False, False)
    known = sorted({" ".join(label.split()[1:])[:5].rstrip("xyz") for label in free.ao_labels()})
    for label in active.labels:
        if not len(free.search_ao_label(label)):
            mine = [k for k in known if k.split()[0] == label.split()[0]]
            raise BadInstance(
                "active.labels",
                f"{label!r} is no orbital of the free atom",
                f"Known: {', '.join(mine)}",
            )


def _fullest_first(columns: Floats, field: Any) -> Floats:
    """The columns by how many electrons Hartree–Fock has in them; equal ones keep their order."""
    density, overlap = field.make_rdm1(), field.get_ovlp()
    total = density if density.ndim == 2 else density.sum(axis=0)
    held = np.einsum("xp,xy,yp->p", columns, overlap @ total @ overlap, columns)
    return columns[:, np.argsort(-np.round(held, 6), kind="stable")]
