"""From bits to outcomes: what a string of zeros and ones says in each model language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
        return _levels(model, bits, seen)
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


def _levels(model: Spectrum, bits: Bits, counts: list[int]) -> list[Outcome[Any]]:
    from usecases.fermions import determinant_energy, determinant_spin

    h = model.hamiltonian
    each = bits.reshape(-1, 2 * h.orbitals)
    alpha, beta = each[:, : h.orbitals].sum(axis=1), each[:, h.orbitals :].sum(axis=1)
    columns = determinant_energy(h, each), determinant_spin(each), alpha, beta
    made = zip(*(column.astype(float).tolist() for column in columns), strict=True)
    known = dict(zip(map(bytes, each), (Level(*values) for values in made), strict=True))
    found = []
    for row, count in zip(bits.reshape(len(bits), -1, 2 * h.orbitals), counts, strict=True):
        distinct = (known[string] for string in sorted(set(map(bytes, row))))
        levels = Levels(tuple(sorted(distinct, key=lambda level: level.energy)))
        found.append(Outcome(levels, levels.energy, count))
    return found


def from_counts(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings in Qiskit's order: the last character is variable 0."""
    return outcomes(model, *counted_bits(counts))


def from_strings(model: Model, counts: Mapping[str, int]) -> list[Outcome[Any]]:
    """Outcomes from counted strings whose first character is variable 0."""
    return from_counts(model, {key[::-1]: count for key, count in counts.items()})
