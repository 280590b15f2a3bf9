"""What a vendor's twins and clouds share: a name, how work travels, and what fits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from pydantic import Field, TypeAdapter, model_validator

from usecases.contracts import Backend, JobResult
from usecases.errors import BackendUnavailable, TooLarge
from usecases.programs import Program, SampleCircuits, SampleModel
from usecases.secrets import cleaned
from usecases.vendors.answers import checked
from usecases.vendors.catalogue import Vendor, vendor
from usecases.vendors.process import process

_result = TypeAdapter(JobResult)

DYNAMIC = {"if_else", "while_loop", "for_loop", "switch_case", "reset"}
"""Operations that many machines lack."""


class Door(Backend):
    """What twins and clouds share: a name, how circuits are compiled, and what fits."""

    vendor: str = Field(max_length=40, pattern=r"^[a-z_]+$")
    device: str = Field(max_length=80, pattern=r"^[A-Za-z0-9_.:/-]+$")
    optimization_level: int = Field(default=1, ge=0, le=3)
    """Of the transpiler."""

    @property
    def named(self) -> tuple[str, ...]:  # type: ignore[override]
        """An annealer has no transpiler, hence no such setting."""
        gates = self.known.work == "circuits"
        return ("vendor", "device", *(() if gates else ("optimization_level",)))

    @model_validator(mode="after")
    def _settable(self) -> Self:
        if "optimization_level" in self.named and self.optimization_level != 1:
            raise ValueError("an annealer has no transpiler: leave out optimization_level")
        return self

    @property
    def name(self) -> str:
        """As it is typed after -b."""
        return f"{self.vendor}/{self.device}"

    @property
    def runs(self) -> tuple[type[Program[Any]], ...]:  # type: ignore[override]
        return (SampleCircuits,) if self.known.work == "circuits" else (SampleModel,)

    @property
    def known(self) -> Vendor:
        return vendor(self.vendor)

    def holds(self) -> int | None:
        most: int | None = self.described.get("qubits")
        return most

    def check(self, program: Program[Any]) -> None:
        """Raises BackendUnavailable for features that the machine lacks, TooLarge for shots."""
        if not isinstance(program, SampleCircuits):
            return
        most = self.described.get("most_shots")
        if most is not None and max(program.each, default=0) > most:
            raise TooLarge(f"{self.name} takes at most {most} shots", f"Give --shots {most}")
        for circuit in program.circuits:
            if feature := self._lacks(circuit):
                raise BackendUnavailable(
                    f"{self.name} cannot do {feature}",
                    "Nothing was sent. Leave it out, or take a machine that has it, e.g. -b aer",
                )

    def _lacks(self, circuit: Any) -> str:
        """The first feature of a circuit that the machine lacks; nothing if it has all."""
        used, gates = set(circuit.count_ops()), self.described.get("gates")
        if "delay" in used and gates and "delay" not in gates:
            return "a delay"
        if self.described.get("dynamic"):
            return ""
        midway = "a measurement before the end" if measures_midway(circuit) else ""
        return min(DYNAMIC & used, default=midway)

    @property
    def seeded(self) -> bool:
        return bool(self.described.get("seeded"))

    @property
    def described(self) -> Mapping[str, Any]:
        """What the machine says of itself; asked once."""
        return described(self.vendor, self.device)

    def ask(self, verb: str, *arguments: Any) -> Any:
        """The vendor's answer; raises what it tells."""
        return answered(self.vendor, self.device, verb, *arguments)

    def work(self, program: Program[Any]) -> dict[str, Any]:
        """The program as it travels: text and numbers."""
        if isinstance(program, SampleModel):
            return {
                "variables": [str(v) for v in program.model.variables],
                "linear": [float(b) for b in program.model.linear.values()],
                "quadratic": [
                    [str(u), str(v), float(b)] for (u, v), b in program.model.quadratic.items()
                ],
                "vartype": program.model.vartype.name,
                "offset": float(program.model.offset),
                "reads": program.reads,
                "seed": program.seed,
            }
        if not isinstance(program, SampleCircuits):
            raise BackendUnavailable(f"{self.name} cannot run {type(program).__name__} programs")
        return {
            "circuits": list(program.texts),
            "shots": list(program.each),
            "seed": program.seed,
            "optimization_level": self.optimization_level,
        }

    def result(self, found: dict[str, Any]) -> JobResult:
        """What came through the door, with the machine and its SDK named in the provenance."""
        told = {"sdk": str(self.described.get("version", "")), **(found.get("provenance") or {})}
        return _result.validate_python(found | {"provenance": {k: v for k, v in told.items() if v}})


@cache
def described(vendor: str, device: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = answered(vendor, device, "describe")
    return found


def answered(vendor: str, device: str, verb: str, *arguments: Any) -> Any:
    """A machine's answer: of the right kind, and without the secrets that it repeats."""
    found = process(vendor).ask(device, {}, verb, *arguments)
    return checked(f"{vendor}/{device}", verb, cleaned(found))


def measures_midway(circuit: Any) -> bool:
    """Whether a qubit is used again after it was measured."""
    measured: set[Any] = set()
    for item in circuit.data:
        if item.operation.name == "measure":
            measured.update(item.qubits)
        elif item.operation.name != "barrier" and measured & set(item.qubits):
            return True
    return False
