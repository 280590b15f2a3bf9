"""The lowest eigenvalues of a large symmetric matrix that is given by its action.

Davidson's method (1975), or dense algebra when the matrix is small. Several states are followed
and the lowest that is still open is improved, so that one of another symmetry that ends below the
state that led at first is not missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from usecases.errors import UsecasesError
from usecases.models import Floats

_DENSE = 300
_ROOM = 8
"""Vectors that are kept for each state before the basis starts anew."""
_MOST = 600


def lowest(
    apply: Callable[[Floats], Floats], diagonal: Floats, limits: Sequence[float]
) -> tuple[Floats, Floats]:
    """As many lowest eigenvalues as limits, as far as there are, and their vectors as rows.

    The limits are on the norms of the residuals; an eigenvalue's error is of their second order.
    Raises UsecasesError when they are not met in 600 steps.
    """
    count = len(limits)
    if len(diagonal) <= _DENSE:
        values, columns = np.linalg.eigh(applied(apply, np.eye(len(diagonal))))
        return values[:count], columns[:, :count].T
    basis = _start(diagonal, count)
    images = applied(apply, basis)
    for _ in range(_MOST):
        values, mixes = np.linalg.eigh(basis @ images.T)
        chosen = mixes[:, :count].T
        vectors = chosen @ basis
        residuals = chosen @ images - values[:count, None] * vectors
        still_open = np.linalg.norm(residuals, axis=1) > limits
        if not still_open.any():
            return values[:count], vectors
        if len(basis) >= _ROOM * count:
            kept = mixes[:, : 2 * count].T
            basis, images = kept @ basis, kept @ images
        root = int(np.argmax(still_open))
        gap = values[root] - diagonal
        step = residuals[root] / np.where(np.abs(gap) < 1e-3, -1e-3, gap)
        fresh = _outside(step[None], basis)
        basis = np.concatenate([basis, fresh])
        images = np.concatenate([images, applied(apply, fresh)])
    raise UsecasesError(f"the lowest {count} states did not converge in {_MOST} steps")


def applied(apply: Callable[[Floats], Floats], rows: Floats) -> Floats:
    """The matrix times each row."""
    return np.array([apply(row) for row in rows])


def _start(diagonal: Floats, count: int) -> Floats:
    """The lowest determinants, and vectors with a share of every other one.

    The latter have a part in every symmetry, so that no state is out of reach.
    """
    first = np.argsort(diagonal, kind="stable")[: 2 * count]
    units = np.zeros((len(first), len(diagonal)))
    units[np.arange(len(first)), first] = 1.0
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


__all__ = ["applied", "lowest"]
