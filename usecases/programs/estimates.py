"""Expectation values from shots: groups of terms, shots divided among them, honest errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from usecases.errors import UsageError
from usecases.models import Floats
from usecases.programs.base import Lowered, Program
from usecases.programs.circuits import (
    Counts,
    Estimated,
    Expectation,
    SampleCircuits,
    checked_estimates,
)
from usecases.programs.measuring import (
    Group,
    Grouping,
    Share,
    Symmetry,
    Terms,
    grouped,
    measured,
    signs,
)
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

LEAST = 10
"""Shots of a group, at least: no variance is known from fewer."""


@dataclass(frozen=True, eq=False)
class Estimate(Program[list[Estimated]]):
    """Expectation values with standard errors; with `shots` None exact, and the errors 0.

    `shots` is the number of the whole estimate. All observables are read off the same shots.
    Shots that break a symmetry are discarded; it must be one of the state and the observables.
    With `folds` each measured circuit is undone and done again so many times: the same work
    with more of a machine's noise.
    """

    circuit: QuantumCircuit
    observables: tuple[SparsePauliOp, ...]
    shots: int | None
    seed: int
    grouping: Grouping = "qubit-wise"
    symmetries: tuple[Symmetry, ...] = ()
    folds: int = 0

    @property
    def qubits(self) -> int:
        return int(self.circuit.num_qubits)

    def key(self) -> str:
        exact = Expectation(self.circuit, self.observables)
        symmetries = tuple((_terms([s.observable]), s.value) for s in self.symmetries)
        how = (self.shots, self.seed, self.grouping, symmetries, self.folds)
        return sha256(repr(("estimate", exact.key(), how)))

    def read(self, raw: Any) -> list[Estimated]:
        return checked_estimates(raw, len(self.observables))

    def lower(self) -> Lowered[list[Estimated]]:
        if self.shots is None:
            return Lowered(Expectation(self.circuit, self.observables), list)
        return Lowered(self.sampled, self.of_counts, self.tells)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The terms by measured circuit; without any but constants, one group of none."""
        terms = tuple(t for t in _terms(self.observables) if set(t[0]) - {"I"})
        known = tuple((_terms([s.observable]), s.value) for s in self.symmetries)
        if not terms:  # one circuit still runs, so that every machine is asked alike
            none = np.zeros((0, self.qubits), dtype=bool), np.zeros((len(self.observables), 0))
            return (Group(self.circuit.copy_empty_like(), *none),)
        return grouped(terms, self.grouping, known)

    @cached_property
    def sampled(self) -> SampleCircuits:
        """The measured circuits. Raises UsageError when there are more of them than shots."""
        circuits = tuple(measured(self.circuit, g.basis, self.folds) for g in self.groups)
        return SampleCircuits(circuits, divided(self.shots or 0, self.groups), self.seed)

    def of_counts(self, tables: list[Counts]) -> list[Estimated]:
        """Values and standard errors. Raises UsageError when no shot of a group is kept."""
        pairs = zip(self.groups, tables, strict=True)
        return self.total([group.mean(counts, signs) for group, counts in pairs])

    def total(self, shares: Sequence[Share]) -> list[Estimated]:
        """The groups' shares and the constants together; groups have no shots in common."""
        if not all(share.kept for share in shares):
            raise UsageError(
                "no shot of a measured circuit has the electrons that the state should have",
                "Take more shots, a less noisy machine or a shorter ansatz, or leave out verified",
            )
        values = self.constants + sum(share.values for share in shares)
        errors = np.sqrt(sum(share.variances for share in shares))
        return [Estimated(float(v), float(e)) for v, e in zip(values, errors, strict=True)]

    def tells(self, tables: list[Counts]) -> dict[str, str]:
        """The share of shots that broke a symmetry, where any was checked."""
        if not self.symmetries:
            return {}
        pairs = zip(self.groups, tables, strict=True)
        kept = sum(int(group.kept(counts)[1].sum()) for group, counts in pairs)
        shots = sum(sum(counts.values()) for counts in tables)
        return {"estimate.discarded": f"{1 - kept / shots:.3g}"}

    @cached_property
    def constants(self) -> Floats:
        """The identity's share of each observable, which needs no shots."""
        rows = [row for label, row in _terms(self.observables) if not set(label) - {"I"}]
        return np.array(rows[0] if rows else (0.0,) * len(self.observables))


def divided(shots: int, groups: Sequence[Group]) -> tuple[int, ...]:
    """The shots of each group, in proportion to the standard deviation of its sum.

    So the variance of the whole is least (Wecker, Hastings, Troyer 2015, arXiv:1507.08969;
    Rubin, Babbush, McClean 2018, arXiv:1801.03524). What is not known before is taken
    from the maximally mixed state: √(Σ c²) over the terms of the first observable, beside which
    the others are read. Raises UsageError when there is not a shot for each group.
    """
    if shots < len(groups):
        raise UsageError(
            f"{shots} shots are too few for {len(groups)} circuits that are measured",
            f"Give at least --shots {LEAST * len(groups)}",
        )
    least = min(LEAST, shots // len(groups))
    weights = np.sqrt([group.variances[0] for group in groups])
    weights = weights if weights.any() else np.ones(len(groups))
    wished = (shots - least * len(groups)) * weights / weights.sum()
    given = np.floor(wished).astype(int)
    rest = shots - least * len(groups) - int(given.sum())
    given[np.argsort(given - wished, kind="stable")[:rest]] += 1
    return tuple((least + given).tolist())


def _terms(observables: Sequence[SparsePauliOp]) -> Terms:
    """All labels in the order in which they appear, with their coefficients in each observable."""
    found: dict[str, list[float]] = {}
    for k, observable in enumerate(observables):
        for label, coefficient in observable.to_list():
            found.setdefault(label, [0.0] * len(observables))[k] += float(coefficient.real)
    return tuple((label, tuple(row)) for label, row in found.items())
