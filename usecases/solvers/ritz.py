"""States of a small subspace, from matrices that were computed or measured.

An error of a matrix element moves an eigenvalue to first order by z†(δH − E δS)z / z†Sz. Errors
of elements that are read off the same shots depend on one another; standard errors are added as
if all pointed the same way, so that the sum is never too small.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from usecases.contracts import Energy, Level, Levels, Outcome
from usecases.errors import UsageError
from usecases.models import Floats

DEGENERATE = 1e-6
"""Hartree below which energies count as equal, and their states are told apart by spin."""

DEPENDENT = 1e-6
"""States of a subspace that add less than this to the others' span, by norm squared, add none."""

SURE = 3.0
"""Standard errors by which a direction must stand out from nothing."""


class Matrix(NamedTuple):
    """A symmetric matrix and the standard error of each element."""

    values: Floats
    errors: Floats

    def error_along(self, vectors: Floats) -> Floats:
        """The standard error of vᵀAv for each column v, or more: by whatever errors depend."""
        sizes = np.abs(vectors)
        return np.asarray(np.einsum("ik,ij,jk->k", sizes, self.errors, sizes))


class States(NamedTuple):
    """Energies, their standard errors and ⟨S²⟩, ascending; a column of `vectors` for each."""

    energies: Floats
    errors: Floats
    spins: Floats
    vectors: Floats

    def levels(self, count: int, electrons: Energy) -> tuple[Level, ...]:
        """The lowest `count` of them, with the electrons that were measured."""
        rows = zip(self.energies, self.spins, self.errors, strict=True)
        alpha, beta = electrons.alpha, electrons.beta
        found = [Level(float(e), float(s), alpha, beta, float(d)) for e, s, d in rows]
        return tuple(found[:count])

    def outcome(self, count: int, electrons: Energy) -> list[Outcome[Levels]]:
        """The same as one outcome."""
        levels = Levels(self.levels(count, electrons))
        return [Outcome(levels, levels.energy, stderr=levels.stderr)]


def ritz(energy: Matrix, overlap: Matrix, spin: Floats) -> States:
    """The states of lowest energy in a subspace: Rayleigh and Ritz.

    The matrices stand between the vectors that span it. No energy is below the exact one of
    the same number, but for errors of measurement. Errors of the overlap weigh by the energy:
    count energies from one nearby. Raises UsageError when errors leave nothing of the overlap.
    """
    basis = directions(overlap, DEPENDENT)
    energies, mixes = np.linalg.eigh(basis.T @ energy.values @ basis)
    vectors = basis @ mixes
    turned, spins = by_spin(energies, vectors.T @ spin @ vectors)
    vectors, energies = vectors @ turned, (turned**2).T @ energies
    errors = energy.error_along(vectors) + np.abs(energies) * overlap.error_along(vectors)
    return States(energies, errors, spins, vectors)


def directions(matrix: Matrix, least: float) -> Floats:
    """Orthogonal columns v, scaled to vᵀAv = 1, in which A is known to be more than nothing.

    Errors move no eigenvalue by more than their norm (Weyl 1912), so those below three standard
    errors of it, or below `least`, are left out: in a direction that has none, noise makes one.
    Raises UsageError when none is left.
    """
    sizes, axes = np.linalg.eigh(matrix.values)
    known = sizes > max(least, SURE * float(np.linalg.norm(matrix.errors)))
    if len(sizes) and not known.any():
        raise UsageError(
            "the subspace's matrices are not known well enough to tell its states apart",
            "Take more shots",
        )
    return np.asarray(axes[:, known] / np.sqrt(sizes[known]))


def by_spin(energies: Floats, spin: Floats) -> tuple[Floats, Floats]:
    """The rotation that gives degenerate states a spin each, and their ⟨S²⟩, not negative.

    `energies` ascend; `spin` is S² among the states. Columns of the rotation are the new states.
    """
    turned = np.eye(len(energies))
    bounds = np.flatnonzero(np.diff(energies) > DEGENERATE) + 1
    for group in np.split(np.arange(len(energies)), bounds):
        turned[np.ix_(group, group)] = np.linalg.eigh(spin[np.ix_(group, group)])[1]
    return turned, np.maximum(np.diagonal(turned.T @ spin @ turned), 0.0)


__all__ = ["DEGENERATE", "SURE", "Matrix", "States", "by_spin", "directions", "ritz"]
