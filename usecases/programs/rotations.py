"""Exponentials of commuting Pauli strings as circuits in the gates h, s, sdg, cx and rz."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from usecases.paulis import Paulis, set_bits

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterExpression

    Angle: TypeAlias = ParameterExpression

Strings: TypeAlias = dict[int, float]
"""Coefficients c of i c P for strings P with the same x, by their z."""


def rotate(circuit: QuantumCircuit, generator: Paulis, angle: Angle) -> None:
    """exp (angle · generator), exactly up to a phase.

    The generator's strings commute, have imaginary coefficients and flip the same qubits; if
    they flip any, each has an odd number of Ys, as in a real generator.
    """
    masks = zip(generator.z.tolist(), generator.coefficients.imag.tolist(), strict=True)
    strings, flipped = dict(masks), int(generator.x[0]) if len(generator.x) else 0
    if not flipped:
        _look(circuit, strings, angle)
    elif flipped.bit_count() == 2 and _crossed(strings, flipped):
        _swing(circuit, strings, flipped, angle)
    else:
        pivot, turns = min(
            (_pivoted(strings, flipped, pivot) for pivot in set_bits(flipped)),
            key=lambda found: _steps(list(found[1])),
        )
        _turn(circuit, turns, flipped ^ 1 << pivot, pivot, angle)


def _look(circuit: QuantumCircuit, strings: Strings, angle: Angle) -> None:
    """Rotations about strings of Z; the empty one is a phase of the whole state."""
    for z, coefficient in strings.items():
        if z:
            *others, last = set_bits(z)
            _gather(circuit, others, last)
            circuit.rz(-2.0 * coefficient * angle, last)
            _gather(circuit, others, last)


def _crossed(strings: Strings, flipped: int) -> bool:
    """Whether the strings are X on one qubit, Y on the other, and the reverse."""
    return len(strings) == 2 and min(strings) ^ max(strings) == flipped


def _swing(circuit: QuantumCircuit, strings: Strings, flipped: int, angle: Angle) -> None:
    """XY and YX on two qubits with the same Zs elsewhere: one CX makes them two single Ys."""
    (p, q), tail = set_bits(flipped), set_bits(min(strings) & ~flipped)
    turns = {p if z >> p & 1 else q: c for z, c in strings.items()}
    circuit.h(p)
    _gather(circuit, tail, p)
    circuit.cx(p, q)
    # Beneath these gates Y on q is X on p and Y on q; Y on p is minus Y on p and X on q.
    for qubit, sign in ((p, -1.0), (q, 1.0)):
        circuit.sdg(qubit)
        circuit.h(qubit)
        circuit.rz(-2.0 * sign * turns[qubit] * angle, qubit)
        circuit.h(qubit)
        circuit.s(qubit)
    circuit.cx(p, q)
    _gather(circuit, tail, p)
    circuit.h(p)


def _pivoted(strings: Strings, flipped: int, pivot: int) -> tuple[int, Strings]:
    """The strings once CXs from the pivot have left it alone flipped: it has a Y in all of them.

    P = i^|x∧z| X^x Z^z becomes i^(|x∧z| − 1) times Y on the pivot and Z where z has a bit.
    """
    return pivot, {
        z & ~(1 << pivot): c if (z & flipped).bit_count() % 4 == 1 else -c
        for z, c in strings.items()
    }


def _turn(circuit: QuantumCircuit, turns: Strings, others: int, pivot: int, angle: Angle) -> None:
    """Rotations about Y on the pivot and Zs elsewhere, one after the other along a Gray code.

    For 8 strings 14 CX and 2 for each qubit that has a Z in all (compare Yordanov,
    Arvidsson-Shukur, Barnes 2020, arXiv:2005.14475).
    """
    for other in set_bits(others):
        circuit.cx(pivot, other)
    circuit.sdg(pivot)
    circuit.h(pivot)
    here = 0
    for mask in _walk(list(turns)):
        _gather(circuit, set_bits(here ^ mask), pivot)
        circuit.rz(-2.0 * turns[mask] * angle, pivot)
        here = mask
    _gather(circuit, set_bits(here), pivot)
    circuit.h(pivot)
    circuit.s(pivot)
    for other in reversed(set_bits(others)):
        circuit.cx(pivot, other)


def _walk(masks: list[int]) -> list[int]:
    """Masks that are a coset over GF(2), in an order in which few bits change between two.

    A Gray code over a basis of their differences whose lightest member changes most often.
    """
    order = [min(masks, key=int.bit_count)]
    for step in sorted((mask ^ order[0] for mask in masks), key=int.bit_count):
        if order[0] ^ step not in order:
            order += [mask ^ step for mask in reversed(order)]
    return order


def _steps(masks: list[int]) -> int:
    """How many CX the walk takes, from nothing and back to it."""
    order = [0, *_walk(masks), 0]
    return sum((a ^ b).bit_count() for a, b in pairwise(order))


def _gather(circuit: QuantumCircuit, sources: list[int], target: int) -> None:
    for source in sources:
        circuit.cx(source, target)
