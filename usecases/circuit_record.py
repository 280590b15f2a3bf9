"""The record of circuits that somebody brought: what was run, where, and what was counted."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import NonNegativeInt, PositiveInt

from usecases.metrics import wilson
from usecases.records import (
    Call,
    Circuits,
    Interval,
    Record,
    RunRecord,
    Source,
    Timing,
    sha256,
    without_secrets,
)

CIRCUIT = "circuit"
"""What stands in a run's request where others have a use case."""


class Tally(Record):
    """One circuit as OpenQASM text, and how often each string was measured.

    The last character of a string is bit 0, as Qiskit writes it; `registers` are named from bit 0
    on. `intervals` hold each string's share with 95 % confidence (Wilson).
    """

    text: str
    sha256: str
    registers: tuple[tuple[str, PositiveInt], ...]
    shots: PositiveInt
    counts: dict[str, PositiveInt]
    intervals: dict[str, Interval]

    @classmethod
    def of(cls, text: str, registers: Any, counts: dict[str, int]) -> Tally:
        """The tally of checked counts, the most frequent string first."""
        shots = sum(counts.values())
        seen = sorted(((k, n) for k, n in counts.items() if n), key=lambda kn: (-kn[1], kn[0]))
        return cls(
            text=text,
            sha256=sha256(text),
            registers=registers,
            shots=shots,
            counts=dict(seen),
            intervals={key: wilson(count, shots) for key, count in seen},
        )


class CircuitRecord(Record):
    """Everything that a run of circuits asked, did and counted."""

    id: str
    name: str
    backend: str
    backend_settings: dict[str, Any]
    seed: NonNegativeInt
    qubits: PositiveInt
    tallies: tuple[Tally, ...]
    calls: tuple[Call, ...]
    timing: Timing
    circuits: Circuits | None
    versions: dict[str, str]
    provenance: dict[str, Any]
    source: Source
    digest: str = ""

    @property
    def summary(self) -> dict[str, Any]:
        """What a list of runs shows of it."""
        shown = {"usecase": CIRCUIT, "instance": self.name, "algorithm": "sample"}
        return shown | {"backend": self.backend, "objective": None, "gap": None, "feasible": None}

    def sealed(self) -> CircuitRecord:
        """The record without secrets and with the hash of its own content."""
        safe = without_secrets(self)
        return safe.model_copy(update={"digest": safe.content_hash()})

    def content_hash(self) -> str:
        """SHA-256 of everything in the record but the digest itself."""
        return sha256(self.model_copy(update={"digest": ""}).model_dump_json())


AnyRecord: TypeAlias = RunRecord | CircuitRecord
"""The record of a run of either kind."""
