"""Sampling a binary quadratic model directly: the language of annealers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from usecases.errors import VerificationFailed
from usecases.models import BQM
from usecases.programs.base import Program
from usecases.records import sha256

_reads = TypeAdapter(list[tuple[str, int]])


class Read(NamedTuple):
    """An answer of an annealer, a bit per variable in the model's order, and how often it came."""

    bits: str
    reads: int


@dataclass(frozen=True, eq=False)
class SampleModel(Program[list[Read]]):
    """Draw `reads` low-energy answers of a binary quadratic model."""

    model: BQM
    reads: int
    seed: int

    @property
    def qubits(self) -> int:
        return int(self.model.num_variables)

    def key(self) -> str:
        # Answers are strings in the model's order, so the order is part of the content.
        order = [str(v) for v in self.model.variables]
        linear = [float(self.model.get_linear(v)) for v in self.model.variables]
        quadratic = sorted(
            (*sorted((str(u), str(v))), float(b)) for (u, v), b in self.model.quadratic.items()
        )
        shape = (self.model.vartype.name, order, float(self.model.offset))
        content = (shape, linear, quadratic, self.reads, self.seed)
        return sha256(repr(("anneal", content)))

    def read(self, raw: Any) -> list[Read]:
        """Raises VerificationFailed unless the counts sum to the reads."""
        try:
            found = [Read(*pair) for pair in _reads.validate_python(raw)]
        except ValidationError:
            raise VerificationFailed("the annealer's result is malformed") from None
        if sum(r.reads for r in found) != self.reads:
            raise VerificationFailed(f"the counts do not sum to the {self.reads} reads asked for")
        if any(len(r.bits) != self.qubits or set(r.bits) - {"0", "1"} for r in found):
            raise VerificationFailed(f"an answer is not a string of {self.qubits} bits")
        return found
