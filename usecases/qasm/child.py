"""The child that parses a user's circuit: little memory and time, no files, no secrets.

It reads the text from its standard input and writes plain JSON: qubits, registers of bits, and
operations [name, parameters, qubits, bits], all gates expanded into Qiskit's standard ones and
loops unrolled. A branch is ["if", [bits, value], [operations], [operations]].
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from usecases.qasm.limits import MEMORY, OPERATIONS, SECONDS

_WARM = {
    2: 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg c[1]; x q[0]; measure q -> c;',
    3: 'OPENQASM 3.0; include "stdgates.inc"; qubit q; bit c; if (c) { inv @ x q; }',
}


class _Refused(Exception):
    """What the circuit holds that is not taken."""


def main() -> None:
    """Parse what stands on standard input, under limits, as the version that is asked for."""
    version = int(sys.argv[1])
    _limit("RLIMIT_AS", MEMORY)
    _limit("RLIMIT_CPU", SECONDS)
    _limit("RLIMIT_CORE", 0)
    _described(_loaded(_WARM[version], version))  # imports what parsing needs
    text = sys.stdin.buffer.read().decode()
    _limit("RLIMIT_FSIZE", 0)
    _limit("RLIMIT_NOFILE", 0)  # from here on no file can be opened, whatever the text says
    try:
        answer = json.dumps(_described(_loaded(text, version)), allow_nan=False)
    except MemoryError:
        answer = json.dumps({"error": "parsing it takes too much memory"})
    except BaseException as error:  # the parser's own words, in one line; it may also panic
        words = " ".join(str(error).split())[:300] or type(error).__name__
        answer = json.dumps({"error": words})
    sys.stdout.write(answer)


def _limit(name: str, value: int) -> None:
    with suppress(ImportError, ValueError, OSError, AttributeError):  # none of them on Windows
        import resource

        resource.setrlimit(getattr(resource, name), (value, value))


def _loaded(text: str, version: int) -> Any:
    from qiskit import qasm2, qasm3

    if version == 3:
        return qasm3.loads(text)
    return qasm2.loads(
        text,
        include_path=(),
        custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
        custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
    )


def _described(circuit: Any) -> dict[str, Any]:
    place = {bit: k for k, bit in enumerate((*circuit.qubits,))}
    bits = {bit: k for k, bit in enumerate(circuit.clbits)}
    flat = _Flat()
    if not circuit.qubits:
        raise _Refused("it declares no qubit")
    operations = flat.of(circuit, place, bits)
    return {
        "qubits": circuit.num_qubits,
        "bits": circuit.num_clbits,
        "registers": [[r.name, [bits[b] for b in r]] for r in circuit.cregs],
        "operations": operations,
    }


class _Flat:
    """Expands gates and loops, and counts what comes of it."""

    def __init__(self) -> None:
        from qiskit.circuit.library import get_standard_gate_name_mapping

        self._known = get_standard_gate_name_mapping()
        self._count = 0

    def of(self, circuit: Any, qubits: Mapping[Any, int], bits: Mapping[Any, int]) -> list[Any]:
        """The circuit's operations on these places."""
        found: list[Any] = []
        for item in circuit.data:
            self._count += 1
            if self._count > OPERATIONS:
                raise _Refused(f"it expands to more than {OPERATIONS:,} operations")
            found += self._one(item, qubits, bits)
        return found

    def _one(self, item: Any, qubits: Mapping[Any, int], bits: Mapping[Any, int]) -> list[Any]:
        operation = item.operation
        at, into = [qubits[q] for q in item.qubits], [bits[b] for b in item.clbits]
        if operation.name == "if_else":
            return [self._branch(operation, at, into, bits)]
        if operation.name == "for_loop":
            return self._loop(operation, at, into)
        known = self._known.get(operation.name)
        if known is not None and operation.base_class is known.base_class:
            unit = [operation.unit] if operation.name == "delay" else []
            return [[operation.name, [*_finite(operation), *unit], at, into]]
        if operation.name == "barrier":
            return [["barrier", [], at, []]]
        inner = getattr(operation, "definition", None)
        if inner is None:
            raise _Refused(f"{operation.name!r} is not taken here")
        return self.of(inner, dict(zip(inner.qubits, at, strict=True)), {})

    def _branch(self, operation: Any, at: list[int], into: list[int], bits: Any) -> list[Any]:
        if not isinstance(operation.condition, tuple):
            raise _Refused("a condition compares one bit or register with a number")
        tested, value = operation.condition
        read = [bits[tested]] if tested in bits else [bits[bit] for bit in tested]
        blocks = [self._within(block, at, into) for block in operation.blocks]
        return ["if", [read, int(value)], *blocks, *([[]] if len(blocks) == 1 else [])]

    def _loop(self, operation: Any, at: Sequence[int], into: Sequence[int]) -> list[Any]:
        values, name, body = operation.params
        found: list[Any] = []
        for value in values:
            self._count += 1
            if self._count > OPERATIONS:
                raise _Refused(f"it expands to more than {OPERATIONS:,} operations")
            bound = body if name is None else body.assign_parameters({name: value}, strict=False)
            found += self._within(bound, at, into)
        return found

    def _within(self, block: Any, at: Sequence[int], into: Sequence[int]) -> list[Any]:
        places = dict(zip(block.qubits, at, strict=True))
        return self.of(block, places, dict(zip(block.clbits, into, strict=True)))


def _finite(operation: Any) -> list[float]:
    found = [float(parameter) for parameter in operation.params]
    if not all(map(math.isfinite, found)):
        raise _Refused(f"an angle of {operation.name!r} is no finite number")
    return found


if __name__ == "__main__":
    main()
