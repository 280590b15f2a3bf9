"""Circuits cut to the bits that are measured."""

from __future__ import annotations

from typing import Any


def compact(circuit: Any) -> Any:
    """The circuit with one register of the bits that are measured into, in their order.

    For vendors whose language has no word for a bit that nothing is measured into.
    """
    from qiskit import QuantumCircuit

    used = {bit for item in circuit.data for bit in item.clbits}
    place = {bit: k for k, bit in enumerate(bit for bit in circuit.clbits if bit in used)}
    found = QuantumCircuit(circuit.num_qubits, len(place))
    index = {qubit: k for k, qubit in enumerate(circuit.qubits)}
    for item in circuit.data:
        qubits, bits = [index[q] for q in item.qubits], [place[b] for b in item.clbits]
        found.append(item.operation, qubits, bits)
    return found
