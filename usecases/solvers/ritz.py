"""States of a small subspace, from matrices that were computed or measured.

An error of a matrix element moves an eigenvalue to first order by z†(δH − E δS)z / z†Sz; the
elements are measured independently of one another, each together with its mirror image.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from usecases.contracts import Energy, Level, Levels, Outcome
from usecases.models import Floats

DEGENERATE = 1e-6
"""Hartree below which energies count as equal, and their states are told apart by spin."""

DEPENDENT = 1e-6
"""States of a subspace that add less than this to the others' span, by norm squared, add none."""


class Matrix(NamedTuple):
    """A symmetric matrix and the standard error of each element."""

    values: Floats
    errors: Floats


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
    the same number, but for errors of measurement.
    """
    sizes, axes = np.linalg.eigh(overlap.values)
    kept = sizes > DEPENDENT
    basis = axes[:, kept] / np.sqrt(sizes[kept])
    energies, mixes = np.linalg.eigh(basis.T @ energy.values @ basis)
    vectors = basis @ mixes
    turned, spins = by_spin(energies, vectors.T @ spin @ vectors)
    vectors, energies = vectors @ turned, (turned**2).T @ energies
    moved = [np.outer(v, v) for v in vectors.T]
    errors = [
        np.hypot(error_of(m, energy.errors), e * error_of(m, overlap.errors))
        for m, e in zip(moved, energies, strict=True)
    ]
    return States(energies, np.array(errors), spins, vectors)


def error_of(weights: Floats, errors: Floats) -> float:
    """The standard error of Σ weights · elements; `weights` is symmetric."""
    once = np.triu(2.0 * weights, 1) + np.diag(np.diagonal(weights))
    return float(np.sqrt(((once * errors) ** 2).sum()))


def by_spin(energies: Floats, spin: Floats) -> tuple[Floats, Floats]:
    """The rotation that gives degenerate states a spin each, and their ⟨S²⟩, not negative.

    `energies` ascend; `spin` is S² among the states. Columns of the rotation are the new states.
    """
    turned = np.eye(len(energies))
    bounds = np.flatnonzero(np.diff(energies) > DEGENERATE) + 1
    for group in np.split(np.arange(len(energies)), bounds):
        turned[np.ix_(group, group)] = np.linalg.eigh(spin[np.ix_(group, group)])[1]
    return turned, np.maximum(np.diagonal(turned.T @ spin @ turned), 0.0)


__all__ = ["DEGENERATE", "Matrix", "States", "by_spin", "error_of", "ritz"]
