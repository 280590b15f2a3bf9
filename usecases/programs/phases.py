"""The phases of a cost as a circuit, terms of any degree with few two-qubit gates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from usecases.models import Polynomial

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Angle: TypeAlias = Any
"""A number, or a free parameter of the circuit."""


def apply_phases(circuit: QuantumCircuit, cost: Polynomial, gamma: Angle) -> None:
    """Apply e^{−iγC} up to a global phase.

    Terms that share their highest qubit are visited in Gray-code order, so that neighbouring
    parities differ by one CX: a dense cost on n qubits takes 2^n − 2 of them instead of n 2^n.
    """
    by_target: dict[int, dict[int, float]] = {}
    for indices, coefficient in cost.terms.items():
        if indices and coefficient:
            *others, target = sorted(indices)
            by_target.setdefault(target, {})[sum(1 << i for i in others)] = coefficient
    for target, terms in sorted(by_target.items()):
        held = 0
        for parity in _gray_ordered(terms):
            _entangle(circuit, held ^ parity, target, parity, held, 2.0 * gamma * terms[parity])
            held = parity if parity.bit_count() != 1 or held else 0
        _toggle(circuit, held, target)


def _entangle(
    circuit: QuantumCircuit, change: int, target: int, parity: int, held: int, angle: Angle
) -> None:
    """Bring the target to the wanted parity and rotate; a lone pair is one RZZ."""
    if not held and parity.bit_count() == 1:
        circuit.rzz(angle, parity.bit_length() - 1, target)
        return
    _toggle(circuit, change, target)
    circuit.rz(angle, target)


def _toggle(circuit: QuantumCircuit, mask: int, target: int) -> None:
    for control in _bits(mask):
        circuit.cx(control, target)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _gray_ordered(masks: dict[int, float]) -> list[int]:
    """The masks in the order a reflected Gray code meets them."""

    def rank(gray: int) -> int:
        value = 0
        while gray:
            value ^= gray
            gray >>= 1
        return value

    return sorted(masks, key=rank)
