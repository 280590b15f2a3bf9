"""Groups of Pauli terms that one circuit measures, and what its shots say about their sums.

A group's terms commute, so one Clifford turns all of them into strings of Z, read off the bits:
a single turn of each qubit where the terms commute qubit by qubit, a circuit with two-qubit gates
where they commute as a whole (Gokhale et al. 2019, arXiv:1907.13623).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from usecases.models import Bits, Floats
from usecases.programs.circuits import Counts, counted_bits

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import PauliList, SparsePauliOp

Grouping: TypeAlias = Literal["qubit-wise", "commuting"]
"""Which terms one circuit serves: those that commute on each qubit, or as a whole."""

Masks: TypeAlias = NDArray[np.bool_]

Outcomes: TypeAlias = Callable[[Bits, Masks], Floats]
"""What each string of bits (rows) says about each string of Z (rows of the masks)."""

Terms: TypeAlias = tuple[tuple[str, tuple[float, ...]], ...]
"""Pauli labels, each with its coefficient in every observable."""

_EXACT = 1e-6

_ADDED = 4
"""Shots of the maximally mixed state that the variance of a group is estimated with."""


class Symmetry(NamedTuple):
    """An observable whose value the state is known to have; a shot with another is wrong."""

    observable: SparsePauliOp
    value: float


class Check(NamedTuple):
    """A symmetry as the bits of one measured circuit show it."""

    masks: Masks
    coefficients: Floats
    value: float

    def passed(self, bits: Bits) -> NDArray[np.bool_]:
        found = signs(bits, self.masks) @ self.coefficients
        return np.asarray(np.abs(found - self.value) < _EXACT)


class Share(NamedTuple):
    """What one group adds to each observable, the variance of that, and the shots kept."""

    values: Floats
    variances: Floats
    kept: int


@dataclass(frozen=True, eq=False)
class Group:
    """Terms that one measured circuit serves: strings of Z behind the turn into their basis.

    `coefficients` has shape (observables, terms).
    """

    basis: QuantumCircuit
    masks: Masks
    coefficients: Floats
    checks: tuple[Check, ...] = ()

    @property
    def variances(self) -> Floats:
        """The variance of one shot of each sum in the maximally mixed state: Σ c²."""
        return np.asarray((self.coefficients**2).sum(axis=1))

    def kept(self, counts: Counts) -> tuple[Bits, Floats]:
        """The strings that pass the checks, and how often each was seen."""
        bits, times = counted_bits(counts)
        passed = np.ones(len(bits), dtype=bool)
        for check in self.checks:
            passed &= check.passed(bits)
        return bits[passed], np.array(times, dtype=float)[passed]

    def mean(self, counts: Counts, outcomes: Outcomes) -> Share:
        """What the shots that pass the checks say; `outcomes` reads the strings.

        The variance of one shot is estimated as (Σ(t − t̄)² + 4 (Σc² + t̄²)) / n: as if four shots
        more had come from the maximally mixed state, where t has mean 0 and variance Σc². n shots
        that are all alike do not exclude what comes up once in n shots; for one term the four are
        the two successes and two failures of Agresti and Coull 1998 (Am. Stat. 52, 119), which
        keep the interval open by √8/n. They are soon outweighed and do not shift the mean.
        """
        bits, seen = self.kept(counts)
        shots = seen.sum()
        if not shots:
            return Share(np.zeros(len(self.coefficients)), self.variances, 0)
        totals = outcomes(bits, self.masks) @ self.coefficients.T
        means = seen @ totals / shots
        squares = seen @ (totals - means) ** 2 + _ADDED * (self.variances + means**2)
        return Share(means, squares / shots / shots, int(shots))


def signs(bits: Bits, masks: Masks) -> Floats:
    """(−1) to the number of ones that a string of Z sees: the outcomes of perfect readout."""
    return np.asarray(1.0 - 2.0 * (bits.astype(np.int64) @ masks.T.astype(np.int64) & 1))


def measured(circuit: QuantumCircuit, basis: QuantumCircuit, folds: int) -> QuantumCircuit:
    """The circuit W with its qubits turned and measured, run as W (W†W)^folds.

    Barriers keep a compiler from undoing the folds.
    """
    whole = circuit.compose(basis)
    folded = whole.copy()
    for _ in range(folds):
        for part in (whole.inverse(), whole):
            folded.barrier()
            folded.compose(part, inplace=True)
    folded.measure_all()
    return folded


@lru_cache(maxsize=32)
def grouped(
    terms: Terms, grouping: Grouping, symmetries: tuple[tuple[Terms, float], ...]
) -> tuple[Group, ...]:
    """The groups of terms without the identity.

    Each checks the symmetries whose own terms commute with all of it: parities in every group of
    an observable that keeps them, numbers of ones where the group is read without a turn.
    """
    from qiskit.quantum_info import SparsePauliOp

    sizes = {label: np.array(row) for label, row in terms}
    listed = SparsePauliOp(list(sizes), np.ones(len(sizes)))
    found = []
    for group in listed.group_commuting(qubit_wise=grouping == "qubit-wise"):
        paulis = group.paulis
        checked = [
            (own, np.array([row[0] for _, row in of]), value)
            for of, value in symmetries
            if _all_commute(paulis, own := _paulis(of), grouping)
        ]
        found.append(_turned(paulis, sizes, checked, grouping))
    return tuple(found)


def _turned(
    paulis: PauliList,
    sizes: dict[str, Floats],
    checked: Sequence[tuple[PauliList, Floats, float]],
    grouping: Grouping,
) -> Group:
    from qiskit.quantum_info import Clifford, PauliList

    every = PauliList([*paulis, *(p for own, _, _ in checked for p in own)])
    basis = _each_turned(every) if grouping == "qubit-wise" else _together_turned(every)
    turned = every.evolve(Clifford(basis), frame="s")
    if turned.x.any():
        raise ArithmeticError("a group of terms was not made diagonal")
    masks, sign = np.array(turned.z, dtype=bool), 1.0 - turned.phase.astype(float)  # phase 2: −1
    coefficients = np.array([sizes[p.to_label()] for p in paulis]).T
    checks, first = [], len(paulis)
    for own, weights, value in checked:
        these = slice(first, first := first + len(own))
        checks.append(Check(masks[these], weights * sign[these], value))
    kept = slice(len(paulis))
    return Group(basis, masks[kept], coefficients * sign[kept], tuple(checks))


def _paulis(terms: Terms) -> PauliList:
    from qiskit.quantum_info import PauliList

    return PauliList([label for label, _ in terms])


def _all_commute(paulis: PauliList, others: PauliList, grouping: Grouping) -> bool:
    """Whether each of the others commutes with each of the terms, on each qubit if so grouped."""
    apart = (paulis.x[:, None] & others.z[None]) ^ (paulis.z[:, None] & others.x[None])
    if grouping == "qubit-wise":
        return not apart.any()
    return not (apart.sum(axis=2) & 1).any()


def _each_turned(paulis: PauliList) -> QuantumCircuit:
    """X and Y turned into Z, qubit by qubit."""
    from qiskit import QuantumCircuit

    basis = QuantumCircuit(paulis.num_qubits)
    for qubit in range(paulis.num_qubits):
        flipped = paulis.x[:, qubit]
        if flipped.any():
            if paulis.z[flipped, qubit].any():
                basis.sdg(qubit)
            basis.h(qubit)
    return basis


def _together_turned(paulis: PauliList) -> QuantumCircuit:
    """A Clifford that turns commuting strings into strings of Z: the inverse of the circuit that
    makes a state of which independent ones among them are stabilisers."""
    from qiskit import QuantumCircuit
    from qiskit.synthesis import synth_circuit_from_stabilizers

    if not paulis.x.any():
        return QuantumCircuit(paulis.num_qubits)
    labels = [paulis[k].to_label() for k in _independent(np.hstack([paulis.x, paulis.z]))]
    made = synth_circuit_from_stabilizers(labels, allow_underconstrained=True)
    turn: QuantumCircuit = made.inverse()
    return turn


def _independent(rows: Masks) -> list[int]:
    """Rows that span all of them over the field of two elements, the first ones."""
    found: list[int] = []
    pivots: dict[int, int] = {}
    for k, row in enumerate(rows):
        rest = int("".join("1" if bit else "0" for bit in row), 2)
        while rest and rest.bit_length() in pivots:
            rest ^= pivots[rest.bit_length()]
        if rest:
            pivots[rest.bit_length()] = rest
            found.append(k)
    return found
