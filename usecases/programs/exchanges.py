"""Circuits that keep the rules of groups: uniform starts, and exchanges of two members."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

Rows = tuple[tuple[int, ...], ...]


def dicke(circuit: QuantumCircuit, qubits: Sequence[int], count: int) -> None:
    """The uniform superposition of all strings of these qubits with `count` ones.

    Bärtschi & Eidenbenz 2019, arXiv:1904.07358, lemmas 2 and 3.
    """
    n = len(qubits)
    for qubit in qubits[n - count :]:
        circuit.x(qubit)
    for size in range(n, 1, -1):
        if count:
            _split(circuit, qubits[:size], min(count, size - 1))


def _split(circuit: QuantumCircuit, qubits: Sequence[int], count: int) -> None:
    """Share the ones between the last qubit and the others, in the ratio of their numbers."""
    n, last = len(qubits), qubits[-1]
    for ones in range(1, count + 1):
        angle = 2.0 * math.acos(math.sqrt(ones / n))
        target = qubits[n - ones - 1]
        circuit.cx(target, last)
        circuit.ry(angle / 2, target)
        _controlled_x(circuit, qubits, ones, target)
        circuit.ry(-angle / 2, target)
        _controlled_x(circuit, qubits, ones, target)
        circuit.cx(target, last)


def _controlled_x(circuit: QuantumCircuit, qubits: Sequence[int], ones: int, target: int) -> None:
    """X on the target if the last qubit is 1 and, past the first, the one after the target."""
    if ones == 1:
        circuit.cx(qubits[-1], target)
    else:
        circuit.ccx(qubits[-1], qubits[len(qubits) - ones], target)


def permuted(circuit: QuantumCircuit, rows: Rows) -> None:
    """The uniform superposition of all permutations in a square of qubits.

    Row by row: the next row is a uniform choice among the columns so far, and whichever row
    held the chosen column moves to the new one. The row itself is the coin, so that no further
    qubit is needed.
    """
    circuit.x(rows[0][0])
    for size in range(2, len(rows) + 1):
        row, new = rows[size - 1], size - 1
        dicke(circuit, row[:size], 1)
        for column in range(new):
            for other in rows[:new]:
                circuit.cswap(row[column], other[column], other[new])


def exchange(circuit: QuantumCircuit, one: int, two: int, beta: Any) -> None:
    """e^{iβ(XX+YY)/2}: two qubits that differ are exchanged."""
    circuit.rxx(-1.0 * beta, one, two)
    circuit.ryy(-1.0 * beta, one, two)


def exchange_columns(circuit: QuantumCircuit, rows: Rows, i: int, j: int, beta: Any) -> None:
    """e^{iβS}, where S exchanges two columns of a permutation.

    Only the two rows that stand in these columns matter, so that S is a sum over pairs of rows
    of which one at a time is not zero (Hadfield et al. 2019, arXiv:1709.03489, section 4.2).
    """
    from usecases.models import Ising
    from usecases.programs.phases import apply_phases

    # Z_a (1 + Z_b)(1 − Z_c)(1 − Z_d)/8: the turned qubit, where the other three fit
    chosen = {(0,): 1.0, (0, 1): 1.0, (0, 2): -1.0, (0, 3): -1.0, (0, 1, 2): -1.0}
    chosen |= {(0, 1, 3): -1.0, (0, 2, 3): 1.0, (0, 1, 2, 3): 1.0}
    for u, v in combinations(rows, 2):
        here = [u[i], v[j], u[j], v[i]]
        terms: dict[tuple[int, ...], float] = {}
        for places, sign in chosen.items():
            terms[tuple(sorted(here[k] for k in places))] = sign / 8
        for other in here[1:]:
            circuit.cx(here[0], other)
        circuit.h(here[0])
        names = tuple(map(str, range(circuit.num_qubits)))
        apply_phases(circuit, Ising(names, terms), -1.0 * beta)
        circuit.h(here[0])
        for other in here[1:]:
            circuit.cx(here[0], other)
