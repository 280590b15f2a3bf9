"""A user's circuit, scanned here, parsed in a child, and rebuilt here from plain data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from usecases.errors import BadInstance, TooLarge, UsecasesError
from usecases.qasm.limits import BITS, BYTES, OPERATIONS, QUBITS, SECONDS
from usecases.qasm.scan import scan
from usecases.records import Record

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_KEPT = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TEMP", "VIRTUAL_ENV")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


BUSY = 15
"""How many times as long as its processor time the child may take, on a machine with much to do."""


class Described(Record):
    """A circuit as the child describes it."""

    qubits: int = Field(ge=1, le=QUBITS)
    bits: int = Field(ge=0, le=BITS)
    registers: list[tuple[str, list[int]]] = Field(max_length=BITS)
    operations: list[list[Any]] = Field(max_length=OPERATIONS)


def read(path: Path) -> str:
    """The text of a file that is not too large.

    Raises BadInstance when it cannot be read or is no text, TooLarge beyond the limit.
    """
    try:
        # A pipe that nobody writes to would be waited for for ever: only regular files are opened.
        if path.exists() and not path.is_file():
            raise BadInstance("file", "is no regular file", file=path.name)
        with path.open("rb") as file:
            raw = file.read(BYTES + 1)
    except OSError as error:
        raise BadInstance("file", error.strerror or "cannot be read", file=path.name) from None
    if len(raw) > BYTES:
        raise TooLarge(f"{path.name} has more than {BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInstance("file", "is no UTF-8 text", file=path.name) from None


@lru_cache(maxsize=16)
def parse(text: str) -> QuantumCircuit:
    """The circuit of an OpenQASM 2 or 3 text, in Qiskit's standard gates; not to be changed.

    Raises BadInstance for what is wrong or not taken, TooLarge beyond the limits.
    """
    described = _described(text, scan(text))
    try:
        return _built(described)
    except (ValueError, TypeError, KeyError, IndexError):
        raise BadInstance("circuit", "was parsed into something that is no circuit") from None


def _described(text: str, version: int) -> Described:
    command = [sys.executable, "-P", "-B", "-c", "from usecases.qasm.child import main; main()"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [*command, str(version)],
            input=text.encode(),
            capture_output=True,
            timeout=BUSY * SECONDS,
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLarge(
            f"parsing the circuit takes more than {BUSY * SECONDS} s",
            "Try again when this machine has less to do, or take a smaller circuit",
        ) from None
    if done.returncode > 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise UsecasesError(f"the parser of circuits does not start ({' '.join(words)[:200]})")
    if done.returncode:  # ended by a signal: its limits
        raise TooLarge(
            "parsing the circuit takes more memory or time than is given to it",
            "Take a smaller circuit, or write it in OpenQASM 2, which is read more quickly",
        )
    return _checked(done.stdout)


def environment() -> dict[str, str]:
    """What the child sees: nothing that could be a secret, and one thread."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    ours = str(Path(__file__).parents[2])  # the child runs this very code
    path = os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH", ""))))
    return kept | {"PYTHONPATH": path} | dict.fromkeys(_THREADS, "1")


def _checked(raw: bytes) -> Described:
    answer = json.loads(raw)
    if "error" in answer:
        raise BadInstance("circuit", str(answer["error"]))
    try:
        return Described.model_validate(answer)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInstance(".".join(map(str, first["loc"])), first["msg"]) from None


def _built(described: Described) -> QuantumCircuit:
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(described.qubits)
    for name, sizes in _registers(described):
        _add_bits(circuit, name, sizes)
    _fill(circuit, described.operations)
    return circuit


def _registers(described: Described) -> list[tuple[str, int]]:
    """Registers by name and size in the order of their bits; a bit outside is one of its own."""
    starts = {bits[0]: (name, bits) for name, bits in described.registers if bits}
    found, at = list[tuple[str, int]](), 0
    while at < described.bits:
        name, bits = starts.get(at, (f"bit{at}", [at]))
        if bits != list(range(at, at + len(bits))):
            raise BadInstance("circuit", "its registers share bits, which is not taken")
        found.append((name, len(bits)))
        at += len(bits)
    return found


def _add_bits(circuit: QuantumCircuit, name: str, size: int) -> None:
    from qiskit import ClassicalRegister

    circuit.add_register(ClassicalRegister(size, name))


def _fill(circuit: QuantumCircuit, operations: list[list[Any]]) -> None:
    from qiskit.circuit import Barrier, Delay
    from qiskit.circuit.library import get_standard_gate_name_mapping

    known = get_standard_gate_name_mapping()
    for name, *rest in operations:
        if name == "if":
            _branch(circuit, *rest)
            continue
        parameters, qubits, bits = rest
        if name == "barrier":
            gate = Barrier(len(qubits))
        elif name == "delay":
            gate = Delay(float(parameters[0]), str(parameters[1]))
        else:
            gate = known[name].base_class(*map(float, parameters))
        circuit.append(gate, qubits, bits)


def _branch(
    circuit: QuantumCircuit, condition: list[Any], then: list[Any], other: list[Any]
) -> None:
    """One bit, or a register, compared with a number."""
    places, value = condition
    tested: Any = circuit.clbits[places[0]]
    if len(places) > 1:
        bits = [circuit.clbits[k] for k in places]
        tested = next((r for r in circuit.cregs if [*r] == bits), None)
    with circuit.if_test((tested, value)) as alternative:
        _fill(circuit, then)
    if other:
        with alternative:
            _fill(circuit, other)
