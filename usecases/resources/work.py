"""Quantum work in the units of an error-corrected machine: logical qubits and costly gates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import NonNegativeInt, PositiveInt

from usecases.records import Record

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Gives: TypeAlias = Literal["a candidate", "a measurement", "the answer"]

FREE = ("h", "s", "sdg", "x", "y", "z", "cx")
"""Clifford gates, which lattice surgery does without magic states."""


class Work(Record):
    """One circuit, counted. Clifford gates are free; rotations are synthesised later.

    `rotation_depth` counts the rotations on the longest path.
    """

    title: str
    """What the circuit does, in a phrase."""
    qubits: PositiveInt
    toffoli: NonNegativeInt = 0
    t: NonNegativeInt = 0
    rotations: NonNegativeInt = 0
    rotation_depth: NonNegativeInt = 0
    measurements: NonNegativeInt = 0
    gives: Gives
    """Of one execution: an answer that may be optimal, one of the many terms that make up an
    energy, or the answer itself.
    """


def counted(circuit: QuantumCircuit, title: str, gives: Gives) -> Work:
    """A circuit of one shot, in Clifford gates, T gates and rotations about Z.

    A rotation by a multiple of π/4 is T and Clifford gates; any other has to be synthesised.
    """
    from qiskit import transpile

    plain = transpile(circuit, basis_gates=[*FREE, "t", "tdg", "rz"], optimization_level=1)
    turns = [i.operation for i in plain.data if i.operation.name == "rz"]
    odd = sum(not _rotates(turn) and _eighths(turn) % 2 for turn in turns)
    counts = plain.count_ops()
    return Work(
        title=title,
        qubits=plain.num_qubits,
        t=counts.get("t", 0) + counts.get("tdg", 0) + odd,
        rotations=sum(map(_rotates, turns)),
        rotation_depth=plain.depth(lambda i: _rotates(i.operation)),
        measurements=counts.get("measure", 0),
        gives=gives,
    )


def _eighths(turn: Any) -> int:
    """The multiple of π/4 that is nearest to a rotation."""
    return round(4 * float(turn.params[0]) / math.pi)


def _rotates(gate: Any) -> bool:
    """Whether a gate has to be synthesised."""
    if gate.name != "rz":
        return False
    return abs(float(gate.params[0]) - _eighths(gate) * math.pi / 4) > 1e-9
