"""What alternating states are, by plain arithmetic on whole states: slow, and hard to get wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from usecases.models import Floats, Ising, all_bits

Angles = Sequence[float]

KINDS = ("integer", "real", "even integer", "even real")
"""Costs of few equidistant levels or of any, unchanged or not when all bits are flipped."""


def cost_table(kind: str, n: int, rng: np.random.Generator) -> Floats:
    """A random cost of each of the 2^n strings."""
    if kind.endswith("integer"):
        table = rng.integers(-4, 5, 1 << n).astype(np.float64)
    else:
        table = rng.uniform(-4.0, 4.0, 1 << n)
    if kind.startswith("even"):
        half = table[: len(table) // 2]
        table = np.concatenate([half, half[::-1]]) if n else table
    return np.asarray(table)


def random_angles(layers: int, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Angles of either sign, β past a whole turn of the mixer."""
    return rng.uniform(-2.0, 2.0, layers).tolist(), rng.uniform(-4.0, 4.0, layers).tolist()


def uniform_state(table: Floats, gammas: Angles, betas: Angles) -> np.ndarray[Any, Any]:
    """The state under the X mixer, one qubit at a time."""
    n = len(table).bit_length() - 1
    psi = np.full(1 << n, 2.0 ** (-n / 2), dtype=np.complex128)
    for gamma, beta in zip(gammas, betas, strict=True):
        psi = psi * np.exp(-1j * gamma * table)
        for qubit in range(n):
            psi = psi.reshape(-1, 2, 1 << qubit)
            psi = math.cos(beta) * psi + 1j * math.sin(beta) * psi[:, ::-1]
        psi = psi.reshape(-1)
    return psi


def differences(
    energy: Callable[[list[float], list[float]], float],
    gammas: Angles,
    betas: Angles,
    step: float = 5e-4,
) -> Floats:
    """Derivatives by the γ, then by the β, from four values each; wrong by about step⁴."""
    here = np.array([*gammas, *betas])
    found = np.zeros(len(here))
    for k in range(len(here)):
        for places, weight in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            moved = here.copy()
            moved[k] += places * step
            first, second = np.split(moved, 2)
            found[k] += weight * energy(first.tolist(), second.tolist()) / (12 * step)
    return found


def random_ising(n: int, rng: np.random.Generator, degree: int = 2) -> Ising:
    """A cost of terms of up to `degree` spins, a constant among them."""
    terms = {
        tuple(np.flatnonzero(row).tolist()): float(rng.normal())
        for row in all_bits(n)
        if row.sum() <= degree and rng.random() < 0.7
    }
    return Ising(tuple(f"v{i}" for i in range(n)), terms)
