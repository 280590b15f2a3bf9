"""Work cut to what a vendor takes: circuits without idle bits, and one id for several jobs."""

from __future__ import annotations

from typing import Any

from adapter import Told  # type: ignore[import-not-found]


def joined(parts: dict[int, str], total: int) -> str | None:
    """The ids of all parts by number as one; None where there is none.

    Raises Told("Unresolved") where some of the `total` are missing: sending all again would pay
    twice for the others, so that a person has to decide.
    """
    if len(parts) < total:
        some = ", ".join(parts[k] for k in sorted(parts))
        raise Told("Unresolved", f"only {len(parts)} of {total} parts were taken: {some}")
    return ";".join(parts[k] for k in sorted(parts)) or None


def broken(taken: list[str], total: int, error: Told) -> Told:
    """The error of a part's submission: a refusal is none where earlier parts were taken."""
    if not taken:
        return error
    return Told("Unreachable", f"{len(taken)} of {total} parts were taken; then: {error.what}")


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
