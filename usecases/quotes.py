"""What a machine elsewhere says of a job: what it would cost, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

from pydantic import Field, NonNegativeFloat, NonNegativeInt

from usecases.programs import Program, SampleCircuits, SampleModel
from usecases.records import Record

Basis: TypeAlias = Literal["vendor quote", "dated table", "unknown", "free"]

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled", "unknown"]


class Quote(Record):
    """What a job is expected to cost, how that is known, and what it asks of the machine.

    An "unknown" price is never submitted; its amount says nothing.
    """

    amount: NonNegativeFloat
    currency: str = Field(min_length=1)
    """An ISO code, or the vendor's own unit of credits, such as HQC."""
    basis: Basis
    source: str = ""
    """The date of the table, or the vendor's id of the quote."""
    circuits: NonNegativeInt = 0
    shots: NonNegativeInt = 0
    """Of all circuits together."""
    machine_seconds: NonNegativeFloat | None = None
    """What the machine itself is expected to take; None where that is not known."""
    wait: NonNegativeFloat | None = None
    """Expected seconds in the queue; None where that is not known."""

    @classmethod
    def of(cls, program: Program[Any], amount: float, currency: str, **known: Any) -> Self:
        """The quote of a program, whose circuits and shots are counted here."""
        circuits, shots = size(program)
        return cls(amount=amount, currency=currency, circuits=circuits, shots=shots, **known)

    @classmethod
    def free(cls, program: Program[Any]) -> Self:
        """Work that costs nothing: a simulator's, or an offline twin's."""
        return cls.of(program, 0.0, "EUR", basis="free")


def size(program: Program[Any]) -> tuple[int, int]:
    """How many circuits, or models, and how many shots of all of them a program asks for."""
    if isinstance(program, SampleCircuits):
        return len(program.circuits), sum(program.each)
    if isinstance(program, SampleModel):
        return 1, program.reads
    return 1, 0


@dataclass(frozen=True)
class Status:
    """How far a job is; `word` is the machine's own, `reason` what it says of a failure."""

    state: State
    word: str = ""
    reason: str = ""

    @classmethod
    def mapped(cls, words: Mapping[str, State], word: str, reason: str = "") -> Status:
        """The machine's word translated; one that is not in the table is "unknown" and kept."""
        return cls(words.get(word, "unknown"), word, reason)

    def __str__(self) -> str:
        said = f"{self.state} ({self.word})" if self.word not in ("", self.state) else self.state
        return f"{said}: {self.reason}" if self.reason else said
