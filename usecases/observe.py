"""From bits to outcomes: what a string of zeros and ones says in each model language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from usecases.contracts import Energy, Level, Levels, Outcome
from usecases.models import (
    Bits,
    FermionicHamiltonian,
    Model,
    Spectrum,
    energies,
    variables,
)
from usecases.programs.circuits import counted_bits


def outcomes(model: Model, bits: Bits, counts: list[int] | None = None) -> list[Outcome[Any]]:
    """One outcome for each row of `bits`.

    A fermionic row is a determinant of spin orbitals; a row of a spectrum is one determinant
    after another, and those that it repeats are one level.
    """
    seen = counts or [1] * len(bits)
    if isinstance(model, FermionicHamiltonian):
        return _determinants(model, bits, seen)
    if isinstance(model, Spectrum):
        return [_levels(model.hamiltonian, row, c) for row, c in zip(bits, seen, strict=True)]
    names = variables(model)
    values = energies(model, bits)
    rows = zip(bits.tolist(), values.tolist(), seen, strict=True)
    return [Outcome(dict(zip(names, row, strict=True)), e, c) for row, e, c in rows]


def _determinants(model: FermionicHamiltonian, bits: Bits, counts: list[int]) -> list[Outcome[Any]]:
    from usecases.fermions import determinant_energy

    m = model.orbitals
    alpha, beta = bits[:, :m].sum(axis=1), bits[:, m:].sum(axis=1)
    rows = zip(determinant_energy(model, bits).tolist(), alpha, beta, counts, strict=True)
    return [Outcome(Energy(e, float(a), float(b)), e, c) for e, a, b, c in rows]


def _levels(h: FermionicHamiltonian, row: Bits, count: int) -> Outcome[Any]:
    from usecases.fermions import determinant_energy, determinant_spin

    bits = np.unique(row.reshape(-1, 2 * h.orbitals), axis=0)
    alpha, beta = bits[:, : h.orbitals].sum(axis=1), bits[:, h.orbitals :].sum(axis=1)
    values = determinant_energy(h, bits), determinant_spin(bits), alpha, beta
    rows = sorted(zip(*(v.tolist() for v in values), strict=True))
    levels = Levels(tuple(Level(e, s, float(a), float(b)) for e, s, a, b in rows))
    return Outcome(levels, levels.energy, count)


def from_counts(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings in Qiskit's order: the last character is variable 0."""
    return outcomes(model, *counted_bits(counts))


def from_strings(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings whose first character is variable 0."""
    return from_counts(model, {key[::-1]: count for key, count in counts.items()})
