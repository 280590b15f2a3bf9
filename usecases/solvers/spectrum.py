"""The lowest states of electrons by full configuration interaction, with their spins.

Many roots at once: a block Davidson method (Davidson 1975; Liu 1978), or densely when the space
is small. A few more states are followed than were asked for, so that none is missed and
degenerate ones are complete.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from usecases.contracts import Level, Levels
from usecases.errors import UsecasesError
from usecases.models import Floats, Spectrum
from usecases.solvers.fci import Space, check_size
from usecases.solvers.ritz import by_spin

_DENSE = 300
_MORE = 4
"""States that are followed beyond those that are asked for."""
_ROOM = 8
"""Vectors that are kept for each state before the basis starts anew."""
_CONVERGED = 1e-6
_MOST = 300


def levels(model: Spectrum) -> Levels:
    """The lowest states of any spin with these electrons, energies to 1e-9 hartree.

    Raises TooLarge above a million determinants.
    """
    h = model.hamiltonian
    check_size(h.orbitals, h.alpha, h.beta)
    space = Space(h, h.alpha, h.beta, penalty=0.0)
    size = space.shape[0] * space.shape[1]
    count = min(model.states + _MORE, size)
    if size <= _DENSE:
        energies, vectors = np.linalg.eigh(_applied(space.apply, np.eye(size)))
        energies, vectors = energies[:count], vectors[:, :count].T
    else:
        energies, vectors = _davidson(space.apply, space.diagonal(), count)
    spin = vectors @ _applied(space.spin_applied, vectors).T
    turned, squares = by_spin(energies, spin)
    energies = (turned**2).T @ energies
    found = zip(energies[: model.states].tolist(), squares.tolist(), strict=False)
    return Levels(tuple(Level(e + h.constant, s, h.alpha, h.beta) for e, s in found))


def _applied(apply: Callable[[Floats], Floats], rows: Floats) -> Floats:
    return np.array([apply(row) for row in rows])


def _davidson(
    apply: Callable[[Floats], Floats], diagonal: Floats, count: int
) -> tuple[Floats, Floats]:
    """The lowest eigenvalues and vectors, as rows, of a symmetric matrix given by its action."""
    basis = _start(diagonal, count)
    images = _applied(apply, basis)
    for _ in range(_MOST):
        values, mixes = np.linalg.eigh(basis @ images.T)
        chosen = mixes[:, :count].T
        vectors, residuals = (
            chosen @ basis,
            chosen @ images - values[:count, None] * (chosen @ basis),
        )
        open_ones = np.flatnonzero(np.linalg.norm(residuals, axis=1) > _CONVERGED)
        if not len(open_ones):
            return values[:count], vectors
        if len(basis) + len(open_ones) > _ROOM * count:
            kept = mixes[:, : 2 * count].T
            basis, images = kept @ basis, kept @ images
        gaps = values[open_ones, None] - diagonal
        steps = residuals[open_ones] / np.where(np.abs(gaps) < 1e-3, -1e-3, gaps)
        fresh = _outside(steps, basis)
        basis = np.concatenate([basis, fresh])
        images = np.concatenate([images, _applied(apply, fresh)])
    raise UsecasesError(f"the lowest {count} states did not converge in {_MOST} steps")


def _start(diagonal: Floats, count: int) -> Floats:
    """The lowest determinants, and vectors with a share of every other one.

    The latter have a part in every symmetry, so that no state is out of reach.
    """
    lowest = np.argsort(diagonal, kind="stable")[: 2 * count]
    units = np.zeros((len(lowest), len(diagonal)))
    units[np.arange(len(lowest)), lowest] = 1.0
    shares = np.random.default_rng(0).normal(size=(count, len(diagonal)))
    return np.concatenate([units, _outside(shares / (1.0 + diagonal - diagonal.min()) ** 2, units)])


def _outside(rows: Floats, basis: Floats) -> Floats:
    """Orthonormal rows that span what the given ones add to an orthonormal basis."""
    for _ in range(2):
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows - (rows @ basis.T) @ basis
        _, sizes, rows = np.linalg.svd(rows, full_matrices=False)
        rows = rows[sizes > 1e-10]
    return np.asarray(rows)


__all__ = ["levels"]
