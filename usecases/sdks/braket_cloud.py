"""Amazon Braket's cloud: a task for each circuit, tagged so that a lost reply can be looked up.

AWS takes an idempotency token with each task; ours follows from our tag and the work, so that a
task that is sent twice is created once.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from adapter import Adapter, Told, loaded, sizes  # type: ignore[import-not-found]
from braket_errors import told  # type: ignore[import-not-found]
from braket_prices import charge, least  # type: ignore[import-not-found]
from parts import broken, joined  # type: ignore[import-not-found]

OURS, PART, SIZES = "usecases", "usecases-part", "usecases-sizes"
"""Names of the tags on a task."""


class Cloud(Adapter):  # type: ignore[misc]
    """A simulator or quantum computer of Braket. Braket routes circuits for it itself."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "CREATED": "queued",
        "QUEUED": "queued",
        "RUNNING": "running",
        "COMPLETED": "done",
        "FAILED": "failed",
        "CANCELLING": "running",
        "CANCELLED": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from qiskit_braket_provider import BraketProvider
        from qiskit_braket_provider.exception import QiskitBraketException

        try:
            with told():
                self.backend = BraketProvider().get_backend(device)
        except (QiskitBraketException, ValueError) as error:
            raise Told("BackendUnavailable", f"AWS lists no such machine: {error}") from None
        self.device = self.backend._device
        self.hardware = str(self.device.type).endswith("QPU")
        self.client = self.device.aws_session.braket_client
        self.token = ""
        events = self.client.meta.events
        events.register("provide-client-params.braket.CreateQuantumTask", self._tokened)

    def _tokened(self, params: dict[str, Any], **_: Any) -> None:
        params["clientToken"] = hashlib.sha256(self.token.encode()).hexdigest()

    def describe(self) -> dict[str, Any]:
        from importlib.metadata import version

        most = self.device.properties.service.shotsRange[1]
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.get_gateset() or ()),
            "dynamic": False,
            "most_shots": most,
            "source": "hardware" if self.hardware else "simulated",
            "seeded": False,
            "version": f"amazon-braket-sdk {version('amazon-braket-sdk')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        with told():
            if self.hardware:
                return dict(charge(self.device.arn, self.device.aws_session.region, work["shots"]))
            return dict(least(self.device.arn, self.device.aws_session.region, len(work["shots"])))

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuits = loaded(work["circuits"])
        ready, tasks = self._compiled(circuits, work)
        taken: list[str] = []
        for number, task in enumerate(tasks):
            self.token = json.dumps([tag, number, work])
            about = json.dumps(sizes([circuits[number]], [ready[number]]))
            tags = {OURS: tag, PART: f"{number}/{len(tasks)}", SIZES: about}
            try:
                with told(submitting=True):
                    shots = work["shots"][number]
                    taken.append(self.device.run(task, shots=shots, tags=tags).id)
            except Told as error:
                raise broken(taken, len(tasks), error) from None
        return ";".join(taken)

    def _compiled(self, circuits: list[Any], work: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """Circuits in the machine's gates, and as Braket's own; it routes for computers itself."""
        from qiskit.transpiler import generate_preset_pass_manager
        from qiskit_braket_provider import to_braket

        level, seed = work["optimization_level"], work["seed"]
        gates = {"target": self.backend.target}
        if self.hardware:
            gates = {"basis_gates": sorted(self.backend.get_gateset())}
        manager = generate_preset_pass_manager(level, seed_transpiler=seed, **gates)
        ready = manager.run(circuits)
        return ready, to_braket(ready, **gates)

    def find(self, tag: str) -> str | None:
        """All tasks under the tag. Where only some were taken, a person has to decide."""
        filters = [{"name": "deviceArn", "operator": "EQUAL", "values": [self.device.arn]}]
        parts: dict[int, str] = {}
        total = 0
        with told():
            pages = self.client.get_paginator("search_quantum_tasks").paginate(filters=filters)
            for task in (one for page in pages for one in page["quantumTasks"]):
                if task.get("tags", {}).get(OURS) == tag:
                    number, total = map(int, task["tags"][PART].split("/"))
                    parts[number] = task["quantumTaskArn"]
        found: str | None = joined(parts, total)
        return found

    def _tasks(self, job: str) -> list[dict[str, Any]]:
        with told():
            return [self.client.get_quantum_task(quantumTaskArn=arn) for arn in job.split(";")]

    def status(self, job: str) -> tuple[str, str]:
        """Of several tasks, the word of the one that is least far."""
        order = ["FAILED", "CANCELLED", "CANCELLING", "CREATED", "QUEUED", "RUNNING", "COMPLETED"]
        tasks = self._tasks(job)
        known = [t for t in tasks if t["status"] in order]
        strange = [t for t in tasks if t["status"] not in order]
        first = [*strange, *sorted(known, key=lambda t: order.index(t["status"]))][0]
        return str(first["status"]), str(first.get("failureReason", ""))

    def collect(self, job: str) -> dict[str, Any] | None:
        from braket.aws import AwsQuantumTask

        if not self.ended(job, "AWS says"):
            return None
        tasks = self._tasks(job)
        session = self.device.aws_session
        with told():
            found = [AwsQuantumTask(arn, session).result() for arn in job.split(";")]
        spent = [_seconds(task, result) for task, result in zip(tasks, found, strict=True)]
        total = sum((t["endedAt"] - t["createdAt"] for t in tasks), timedelta())
        machine = sum(second for second, _ in spent)
        told_by = {words for _, words in spent}
        return {
            "value": [
                {key[::-1]: int(n) for key, n in result.measurement_counts.items()}
                for result in found
            ],
            "machine": machine,
            "queued": max(total.total_seconds() - machine, 0.0),
            "circuits": max(
                (
                    json.loads(task["tags"][SIZES])
                    for task in tasks
                    if SIZES in task.get("tags", {})
                ),
                key=lambda size: size["compiled_two_qubit_gates"],
                default=None,
            ),
            "provenance": {"machine_time": "; ".join(sorted(told_by)), **self.provenance()},
        }

    def billed(self, job: str) -> float | None:
        """Of a quantum computer, by the price list; simulators' billed time is not told."""
        done = [t["shots"] for t in self._tasks(job) if t["status"] == "COMPLETED"]
        if not self.hardware:
            return None
        price = charge(self.device.arn, self.device.aws_session.region, done)
        return None if price["basis"] == "unknown" else float(price["amount"])

    def cancel(self, job: str) -> None:
        from braket.aws import AwsQuantumTask

        with told():
            for arn in job.split(";"):
                AwsQuantumTask(arn, self.device.aws_session).cancel()

    def queue(self) -> str:
        """Of tasks that are no part of a hybrid job."""
        with told():
            tasks = self.device.queue_depth().quantum_tasks or {}
        depth = {str(kind.value): size for kind, size in tasks.items()}
        return f"{depth['Normal']} tasks" if "Normal" in depth else ""

    def provenance(self) -> dict[str, str]:
        when = getattr(self.device.properties.service, "updatedAt", None)
        return {"calibrated": str(when)} if when and self.hardware else {}


def _seconds(task: dict[str, Any], result: Any) -> tuple[float, str]:
    """What a task took on the machine, and what that time is."""
    about = getattr(result.additional_metadata, "simulatorMetadata", None)
    if about is not None:
        return about.executionDuration / 1000, "as the simulator tells"
    return (task["endedAt"] - task["createdAt"]).total_seconds(), "from creation to end"
