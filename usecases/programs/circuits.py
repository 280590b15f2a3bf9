"""Circuits: sampling them and exact expectation values, the language of every gate machine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from pydantic import TypeAdapter, ValidationError

from usecases.errors import VerificationFailed
from usecases.models import Bits
from usecases.programs.base import Program, Split
from usecases.records import sha256

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

Counts: TypeAlias = dict[str, int]
"""How often each bit string was seen; Qiskit's order, the last character is bit 0."""

_counts = TypeAdapter(Counts)
_estimates = TypeAdapter(list[tuple[float, float]])


class Estimated(NamedTuple):
    """A value and its standard error, which is 0 when it was computed exactly."""

    value: float
    stderr: float


@dataclass(frozen=True, eq=False)
class SampleCircuits(Program[list[Counts]]):
    """Run each circuit and count the strings it measures.

    `shots` is how often each circuit is run, or one number for each.
    """

    circuits: tuple[QuantumCircuit, ...]
    shots: int | tuple[int, ...]
    seed: int

    @property
    def each(self) -> tuple[int, ...]:
        """The shots of each circuit. Raises ValueError when there is not one number for each."""
        if isinstance(self.shots, int):
            return (self.shots,) * len(self.circuits)
        if len(self.shots) != len(self.circuits):
            raise ValueError(f"{len(self.shots)} shots for {len(self.circuits)} circuits")
        return self.shots

    @property
    def qubits(self) -> int:
        return max((c.num_qubits for c in self.circuits), default=0)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The circuits as OpenQASM 3, in which they are stored and travel."""
        from qiskit import qasm3

        return tuple(qasm3.dumps(c) for c in self.circuits)

    def split(self, most: int | None, *, equal: bool = False) -> Split[list[Counts]]:
        """Neighbours, at most so many and of one number of shots if `equal`, with own seeds."""
        begins = [0]
        for k, (before, shots) in enumerate(pairwise(self.each), start=1):
            if k - begins[-1] == most or (equal and shots != before):
                begins.append(k)
        if len(begins) == 1:
            return Split.none(self)
        parts = tuple(
            SampleCircuits(
                self.circuits[begin:end], self.each[begin:end], (self.seed + number) % 2**31
            )
            for number, (begin, end) in enumerate(pairwise([*begins, len(self.circuits)]))
        )
        return Split(parts, lambda found: [one for some in found for one in some])

    def key(self) -> str:
        return sha256(repr(("sample", self.texts, self.shots, self.seed)))

    def read(self, raw: Any) -> list[Counts]:
        """Raises VerificationFailed unless each table sums to its shots and has the width.

        A machine may leave out bits into which nothing is measured: they are 0.
        """
        if not isinstance(raw, list | tuple) or len(raw) != len(self.circuits):
            raise VerificationFailed(f"not one result for each of {len(self.circuits)} circuits")
        asked = zip(raw, self.each, self.circuits, strict=True)
        return [checked_counts(_filled(r, c), shots, c.num_clbits) for r, shots, c in asked]


@dataclass(frozen=True, eq=False)
class Expectation(Program[list[Estimated]]):
    """Exact expectation values of observables in the state a circuit prepares.

    Only a simulator can give them.
    """

    circuit: QuantumCircuit
    observables: tuple[SparsePauliOp, ...]

    @property
    def qubits(self) -> int:
        return int(self.circuit.num_qubits)

    def key(self) -> str:
        from qiskit import qasm3

        terms = tuple(tuple(o.to_list()) for o in self.observables)
        return sha256(repr(("expectation", qasm3.dumps(self.circuit), terms)))

    def read(self, raw: Any) -> list[Estimated]:
        return checked_estimates(raw, len(self.observables))


def _filled(raw: Any, circuit: QuantumCircuit) -> Any:
    """A table whose keys have a character for every classical bit."""
    width = circuit.num_clbits
    if not isinstance(raw, Mapping) or all(len(str(key)) == width for key in raw):
        return raw
    used = sorted({circuit.find_bit(b).index for item in circuit.data for b in item.clbits})
    if any(len(str(key)) != len(used) for key in raw):
        return raw
    filled = {}
    for key, count in raw.items():
        bits = dict(zip(used, reversed(str(key)), strict=True))
        filled["".join(bits.get(k, "0") for k in reversed(range(width)))] = count
    return filled


def counted_bits(counts: Mapping[str, int]) -> tuple[Bits, list[int]]:
    """The strings as rows, column i for bit i, in the order of their keys; and how often each."""
    keys = sorted(counts)
    rows = np.array([[int(c) for c in reversed(key)] for key in keys], dtype=np.int8)
    return rows.reshape(len(keys), -1), [counts[key] for key in keys]


def checked_counts(raw: Any, shots: int, width: int) -> Counts:
    """The counts of one circuit; raises VerificationFailed unless sum and width are right."""
    counts: Counts = _validated(_counts, raw)
    if sum(counts.values()) != shots or min(counts.values(), default=0) < 0:
        raise VerificationFailed(
            f"the counts sum to {sum(counts.values())} where {shots} shots were asked for"
        )
    if any(len(key) != width or set(key) - {"0", "1"} for key in counts):
        raise VerificationFailed(f"a result is not a string of {width} bits")
    return counts


def checked_estimates(raw: Any, number: int) -> list[Estimated]:
    """Values with their errors; raises VerificationFailed unless they are `number` finite pairs."""
    found = [Estimated(*pair) for pair in _validated(_estimates, raw)]
    if len(found) != number:
        raise VerificationFailed(f"{len(found)} values came back where {number} were asked for")
    if not all(math.isfinite(value) and error >= 0 for value, error in found):
        raise VerificationFailed("a value is not finite, or its standard error is negative")
    return found


def _validated(adapter: TypeAdapter[Any], raw: Any) -> Any:
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its top"
        raise VerificationFailed(f"the machine's result is malformed at {where}") from None
