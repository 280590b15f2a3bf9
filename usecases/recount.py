"""Check a record of circuits: its circuits are read again, its shots counted again."""

from __future__ import annotations

from usecases import registry
from usecases.circuit_record import CircuitRecord, Tally
from usecases.errors import BadInstance, VerificationFailed
from usecases.qasm.parse import parse


def recounted(record: CircuitRecord) -> list[str]:
    """What was checked, a line each; raises VerificationFailed at the first contradiction.

    What a machine counted follows from nothing, so that here no value can be computed again but
    shares and their intervals.
    """
    machine = registry.backend(record.backend, record.backend_settings)
    if machine.source != record.source:
        raise VerificationFailed(f"run {record.id}: {record.backend} is not {record.source}")
    for k, tally in enumerate(record.tallies, start=1):
        _check(tally, record.qubits, f"run {record.id}, circuit {k}")
    shots = sum(tally.shots for tally in record.tallies)
    return [
        "record unchanged",
        f"{len(record.tallies)} circuits read again",
        f"{shots} shots counted again, each share with its interval",
    ]


def _check(tally: Tally, qubits: int, where: str) -> None:
    """A tally follows from its circuit and its counts."""
    if tally != Tally.of(tally.text, tally.registers, tally.counts):
        raise VerificationFailed(f"{where}: hash, shots or shares do not follow from the counts")
    width = sum(size for _, size in tally.registers)
    if any(len(key) != width or set(key) - {"0", "1"} for key in tally.counts):
        raise VerificationFailed(f"{where}: a key is not a string of {width} bits")
    try:
        circuit = parse(tally.text)
    except BadInstance as error:
        raise VerificationFailed(f"{where} cannot be read ({error})") from None
    declared = tuple((register.name, register.size) for register in circuit.cregs)
    if declared != tally.registers or circuit.num_qubits > qubits:
        raise VerificationFailed(f"{where}: its registers are not those of its counts")
