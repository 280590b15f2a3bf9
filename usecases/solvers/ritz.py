"""States of a small subspace: Rayleigh and Ritz, the equation of motion, spins and errors.

A subspace is known by matrices that were computed or measured. An error of a matrix element
moves an eigenvalue to first order by z†(δH − E δS)z / z†Sz; the elements are measured
independently of one another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from usecases.contracts import Level, Levels
from usecases.models import Floats

DEGENERATE = 1e-6
"""Hartree below which energies count as equal, and their states are told apart by spin."""

_SPIN_STEP = 1e-3


class Measured(NamedTuple):
    """A symmetric matrix and the standard error of each element."""

    values: Floats
    errors: Floats


def ritz(
    energy: Measured, overlap: Measured, spin: Floats, cutoff: float
) -> tuple[Floats, Floats, Floats]:
    """Energies, their standard errors and ⟨S²⟩ of the states of a subspace, ascending.

    Directions whose overlap eigenvalue is below `cutoff` are left out: dividing by it would
    blow up every error.
    """
    sizes, axes = np.linalg.eigh(overlap.values)
    kept = sizes > cutoff
    basis = axes[:, kept] / np.sqrt(sizes[kept])
    energies, mixes = np.linalg.eigh(basis.T @ energy.values @ basis)
    vectors = basis @ mixes
    turned, squares = by_spin(energies, vectors.T @ spin @ vectors)
    vectors, energies = vectors @ turned, (turned**2).T @ energies
    return energies, _errors(vectors, energies, energy.errors, overlap.errors), squares


def _errors(vectors: Floats, energies: Floats, energy: Floats, overlap: Floats) -> Floats:
    """First-order standard errors; an element and its mirror image are one measurement."""
    upper = np.triu(np.ones_like(energy)) + np.triu(np.ones_like(energy), 1)
    found = []
    for vector, value in zip(vectors.T, energies, strict=True):
        variance = energy**2 + (value * overlap) ** 2
        found.append(np.sqrt(((upper * np.outer(vector, vector)) ** 2 * variance).sum()))
    return np.array(found)


def by_spin(energies: Floats, spin: Floats) -> tuple[Floats, Floats]:
    """The rotation that gives degenerate states a spin each, and their ⟨S²⟩.

    `energies` ascend; `spin` is S² among the states. Columns of the rotation are the new states.
    """
    turned = np.eye(len(energies))
    bounds = np.flatnonzero(np.diff(energies) > DEGENERATE) + 1
    for group in np.split(np.arange(len(energies)), bounds):
        _, mixes = np.linalg.eigh(spin[np.ix_(group, group)])
        turned[np.ix_(group, group)] = mixes
    return turned, np.diagonal(turned.T @ spin @ turned).copy()


__all__ = ["DEGENERATE", "Measured", "by_spin", "ritz"]
