"""From bits to outcomes: what a string of zeros and ones says in each model language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from usecases.contracts import Energy, Outcome
from usecases.models import (
    Bits,
    FermionicHamiltonian,
    Model,
    energies,
    variables,
)
from usecases.programs.circuits import counted_bits


def outcomes(model: Model, bits: Bits, counts: list[int] | None = None) -> list[Outcome[Any]]:
    """One outcome for each row of `bits`; a fermionic row is a determinant of spin orbitals."""
    seen = counts or [1] * len(bits)
    if isinstance(model, FermionicHamiltonian):
        return _determinants(model, bits, seen)
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


def from_counts(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings in Qiskit's order: the last character is variable 0."""
    return outcomes(model, *counted_bits(counts))


def from_strings(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings whose first character is variable 0."""
    return from_counts(model, {key[::-1]: count for key, count in counts.items()})
