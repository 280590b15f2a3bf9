"""Pauli-correlation encoding: a variable is the sign of a correlation of a few qubits.

Sciorilli, Borges, Patti, García-Martín, Camilo, Anandkumar & Aolita 2025, Nature Communications
16:476, arXiv:2401.09421. The strings X…X, Y…Y and Z…Z on k of n qubits are 3 (n over k), and
three settings measure them all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, islice
from typing import TYPE_CHECKING

import numpy as np

from usecases.models import Floats
from usecases.programs import Counts

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

LETTERS = "XYZ"


@dataclass(frozen=True)
class Encoding:
    """So many variables in correlations of `order` qubits each."""

    variables: int
    order: int

    @cached_property
    def qubits(self) -> int:
        """The fewest that have a correlation for each variable."""
        n = max(self.order, 2)
        while 3 * math.comb(n, self.order) < self.variables:
            n += 1
        return n

    @cached_property
    def places(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The letter and the qubits of each variable's correlation."""
        every = ((a, q) for q in combinations(range(self.qubits), self.order) for a in LETTERS)
        return tuple(islice(every, self.variables))

    @cached_property
    def observables(self) -> tuple[SparsePauliOp, ...]:
        from qiskit.quantum_info import SparsePauliOp

        return tuple(
            SparsePauliOp.from_sparse_list(
                [(letter * self.order, list(where), 1.0)], num_qubits=self.qubits
            )
            for letter, where in self.places
        )

    def settings(self, circuit: QuantumCircuit) -> tuple[QuantumCircuit, ...]:
        """The circuit with all qubits measured along X, along Y and along Z."""
        return tuple(_along(circuit, letter) for letter in LETTERS)

    def correlations(self, tables: list[Counts]) -> Floats:
        """The mean products over the counts of the three settings, shape (variables,)."""
        spins, shares = {}, {}
        for letter, counts in zip(LETTERS, tables, strict=True):
            rows = [[1.0 - 2.0 * int(c) for c in reversed(key)] for key in counts]
            seen = np.array(list(counts.values()), dtype=np.float64)
            spins[letter], shares[letter] = np.array(rows), seen / seen.sum()
        found = [shares[a] @ spins[a][:, list(q)].prod(axis=1) for a, q in self.places]
        return np.array(found, dtype=np.float64)


def _along(circuit: QuantumCircuit, letter: str) -> QuantumCircuit:
    measured = circuit.copy()
    every = range(circuit.num_qubits)
    if letter == "Y":
        measured.sdg(every)
    if letter in "XY":
        measured.h(every)
    measured.measure_all()
    return measured


@lru_cache(maxsize=8)
def brickwork(qubits: int, layers: int) -> QuantumCircuit:
    """Layers of free rotations about X, Y and Z in turn, each followed by XX on neighbours.

    The pairs alternate like bricks; every gate has a parameter of its own.
    """
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    angles = iter(ParameterVector("theta", layers * (2 * qubits)))
    circuit = QuantumCircuit(qubits)
    for layer in range(layers):
        turn = (circuit.rx, circuit.ry, circuit.rz)[layer % 3]
        for qubit in range(qubits):
            turn(next(angles), qubit)
        for qubit in range(layer % 2 if qubits > 2 else 0, qubits - 1, 2):
            circuit.rxx(next(angles), qubit, qubit + 1)
    return circuit
