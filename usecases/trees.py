"""What QAOA cuts on regular trees, exactly and at any depth: where fixed angles come from.

On a graph without short cycles every edge sees the same tree, so one pair of angles serves all of
them, and the tree's cut is what any graph of large girth reaches on average.
Basso, Farhi, Marwaha, Villalonga & Zhou 2022, arXiv:2110.14206, equations 3.4 to 3.8; Wurtz &
Lykov 2021, arXiv:2107.00677, for the angles' use on every regular graph.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from usecases.models import Floats, all_bits, walsh_hadamard

Complex = NDArray[np.complex128]

DEEPEST = 5
"""Layers up to which the angles are found in about a second; the work grows fourfold a layer."""


def cut_fraction(degree: int, gammas: Floats, betas: Floats) -> float:
    """The expected share of edges cut on the infinite tree of this degree.

    The phase of an edge is e^{−iγ Z_i Z_j}, the mixer e^{iβX}.
    """
    p = len(gammas)
    spins = 1.0 - 2.0 * all_bits(2 * p + 1)
    weights = _amplitudes(np.asarray(spins, dtype=np.float64), betas)
    # Γ·(ab): the product of two strings of spins is the exclusive or of their positions
    angles = spins @ np.concatenate([gammas, [0.0], -gammas[::-1]])
    branch = np.ones(len(spins), dtype=np.complex128)
    for _ in range(p):
        branch = _convolved(np.cos(angles), weights * branch) ** (degree - 1)
    ends = weights * branch * spins[:, p]
    correlation = np.sum(ends * _convolved(np.sin(angles), ends))
    return 0.5 + float((0.5j * correlation).real)


def _amplitudes(spins: Floats, betas: Floats) -> Complex:
    """f(a): half the product of the mixers' matrix elements along a path there and back."""
    p = len(betas)
    total = np.full(len(spins), 0.5, dtype=np.complex128)
    for k, beta in enumerate(betas):
        for one, two, sign in ((k, k + 1, 1.0), (2 * p - k, 2 * p - k - 1, -1.0)):
            same = spins[:, one] == spins[:, two]
            total *= np.where(same, math.cos(beta), 1j * sign * math.sin(beta))
    return total


def _convolved(kernel: Floats, values: Complex) -> Complex:
    """Σ_b kernel(a ⊕ b) values(b) for every a."""
    spectrum = walsh_hadamard(kernel.copy())
    real, imaginary = (walsh_hadamard(part.copy()) for part in (values.real, values.imag))
    both = walsh_hadamard(spectrum * real) + 1j * walsh_hadamard(spectrum * imaginary)
    return np.asarray(both / len(kernel), dtype=np.complex128)


@cache
def fixed_angles(degree: int, layers: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(γ, β) that cut most on the tree of this degree, the phase of an edge being e^{−iγ Z Z}.

    Found from a ramp, each depth from the one before; `layers` up to DEEPEST, deeper ones
    by stretching the last.
    """
    from scipy.optimize import minimize

    def uncut(angles: Floats) -> float:
        return 1.0 - cut_fraction(degree, *np.split(angles, 2))

    angles = np.array([0.5 / math.sqrt(max(degree, 1)), math.pi / 8])
    for depth in range(1, min(layers, DEEPEST) + 1):
        start = np.concatenate([stretched(half, depth) for half in np.split(angles, 2)])
        angles = np.asarray(minimize(uncut, start, method="BFGS").x, dtype=np.float64)
    gammas, betas = (stretched(half, layers) for half in np.split(angles, 2))
    return tuple(gammas.tolist()), tuple(betas.tolist())


def stretched(angles: Floats, layers: int) -> Floats:
    """Angles as a function of the layer, read off at more layers (Zhou et al. 2020, App. B)."""
    p = len(angles)
    if p == layers:
        return angles
    if p + 1 == layers:
        ahead, behind = np.append(angles, 0.0), np.append(0.0, angles)
        k = np.arange(layers)
        return np.asarray(k / p * behind + (1 - k / p) * ahead)
    places = (np.arange(layers) + 0.5) / layers
    return np.interp(places, (np.arange(p) + 0.5) / p, angles)
