"""A vendor's machine as a backend: a twin that answers here, or a machine of a cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import PrivateAttr, ValidationError

from usecases.contracts import JobResult, RemoteBackend
from usecases.programs import Program, SampleCircuits, SampleModel, Split
from usecases.quotes import Quote, Status, size
from usecases.records import Source
from usecases.vendors.answers import unlike
from usecases.vendors.catalogue import vendor
from usecases.vendors.door import Door


class Twin(Door):
    """A vendor's own emulator of its machines: offline, free, and never shown as hardware."""

    source: ClassVar[Source] = "simulated"

    _results: dict[str, JobResult] = PrivateAttr(default_factory=dict)

    def submit(self, program: Any, tag: str) -> str:
        self._results[tag] = self.result(self.ask("run", self.work(program)))
        return tag

    def collect(self, job: str) -> JobResult | None:
        return self._results.pop(job)


class Cloud(Door, RemoteBackend):
    """A machine that is reached over the network; work waits and may be billed."""

    _model: SampleModel | None = PrivateAttr(default=None)

    def check(self, program: Program[Any]) -> None:
        super().check(program)
        if isinstance(program, SampleModel):
            self._model = program

    @property
    def source(self) -> Source:  # type: ignore[override]
        said: Source = self.described["source"]
        return said

    def split(self, program: Program[Any]) -> Split[Any]:
        if not isinstance(program, SampleCircuits):
            return Split.none(program)
        said = self.described
        return program.split(said.get("most_circuits"), equal=bool(said.get("equal_shots")))

    def submit(self, program: Any, tag: str) -> str:
        return str(self.ask("submit", self.work(program), tag))

    def collect(self, job: str) -> JobResult | None:
        """An annealer's answer is read with the model that was asked for, or asked for again."""
        found = self.ask("collect", job, *([self.work(self._model)] if self._model else []))
        return None if found is None else self.result(found)

    def find(self, tag: str, since: float = 0.0) -> str | None:
        found: str | None = self.ask("find", tag, since)
        return found

    def estimate(self, program: Any) -> Quote:
        circuits, shots = size(program)
        said = self.ask("estimate", self.work(program))
        try:
            return Quote.model_validate({"circuits": circuits, "shots": shots, **said})
        except ValidationError as error:
            raise unlike(self.name, "estimate", error) from None

    def cancel(self, job: str) -> None:
        self.ask("cancel", job)

    def status(self, job: str) -> Status:
        said = self.ask("said", job)
        return Status.mapped(said["words"], said["word"], said["reason"])

    def billed(self, job: str) -> float | None:
        found: float | None = self.ask("billed", job)
        return found

    def provenance(self) -> Mapping[str, str]:
        found: dict[str, str] = self.ask("provenance")
        return found


def kind(name: str) -> type[Door]:
    """The kind of backend that VENDOR/DEVICE is. Raises UnknownName for the vendor."""
    of, _, device = name.partition("/")
    return Twin if vendor(of).is_twin(device) else Cloud
