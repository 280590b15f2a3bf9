"""Spool: a shared folder as a queue, in front of a simulator; a stand-in for a cloud machine."""

import json
import uuid
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from usecases.contracts import JobResult, Quote, RemoteBackend
from usecases.programs import SampleCircuits
from usecases.records import Circuits


class Spool(RemoteBackend):
    """Jobs are files in `folder`, whose machine.json sets the queue's length and the price."""

    runs: ClassVar[tuple[type[SampleCircuits], ...]] = (SampleCircuits,)

    lag: ClassVar[float] = 0.0

    folder: str = Field(default="spool", min_length=1)

    def submit(self, program: SampleCircuits, tag: str) -> str:
        job = uuid.uuid4().hex
        work = {"tag": tag, "circuits": program.texts, "shots": program.each, "polls": 0}
        self._write(job, work | {"seed": program.seed})
        return job

    def collect(self, job: str) -> JobResult | None:
        work = json.loads(self._path(job).read_text())
        if work["polls"] < self._machine().get("polls", 1):
            self._write(job, work | {"polls": work["polls"] + 1})
            return None
        counts, size = _simulated(work)
        return JobResult(counts, 0.0, circuits=size, provenance={"machine": self.folder})

    def find(self, tag: str, since: float = 0.0) -> str | None:
        for path in Path(self.folder).glob("*.job"):
            if json.loads(path.read_text())["tag"] == tag:
                return path.stem
        return None

    def estimate(self, program: SampleCircuits) -> Quote:
        cost = self._machine().get("price", 0.0) * sum(program.each)
        basis = "dated table" if cost else "free"
        known = not self._machine().get("secretive")
        return Quote.of(program, cost, "EUR", basis=basis if known else "unknown")

    def cancel(self, job: str) -> None:
        self._path(job).unlink(missing_ok=True)

    def _machine(self) -> dict[str, float]:
        path = Path(self.folder) / "machine.json"
        return dict(json.loads(path.read_text())) if path.is_file() else {}

    def _path(self, job: str) -> Path:
        return Path(self.folder) / f"{job}.job"

    def _write(self, job: str, work: dict[str, object]) -> None:
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        fresh = self._path(job).with_suffix(".new")
        fresh.write_text(json.dumps(work))
        fresh.replace(self._path(job))


def _simulated(work: dict[str, Any]) -> tuple[list[dict[str, int]], Circuits]:
    from qiskit import qasm3
    from qiskit_aer import AerSimulator

    from usecases.machine import sizes

    circuits = [qasm3.loads(text) for text in work["circuits"]]
    tables = [
        AerSimulator().run(c, shots=shots, seed_simulator=work["seed"] + k).result().get_counts()
        for k, (c, shots) in enumerate(zip(circuits, work["shots"], strict=True))
    ]
    counts = [{key.replace(" ", ""): n for key, n in table.items()} for table in tables]
    return counts, sizes(circuits, circuits)


backend = Spool
