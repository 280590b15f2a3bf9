"""Amazon Braket's cloud: a task has one circuit and our tag, by which it can be looked up.

AWS takes an idempotency token with each task; ours follows from our tag and the work, so that a
task that is sent twice is created once.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from adapter import Adapter, Told, single, sizes  # type: ignore[import-not-found]
from braket_errors import told  # type: ignore[import-not-found]
from braket_prices import charge, least  # type: ignore[import-not-found]

OURS, SIZES = "usecases", "usecases-sizes"
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
        self.backend = _opened(device)
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
            "most_circuits": 1,
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
        circuit, shots = single(work)
        ready, task = self._compiled(circuit, work)
        self.token = json.dumps([tag, work])
        tags = {OURS: tag, SIZES: json.dumps(sizes([circuit], [ready]))}
        with told(submitting=True):
            return str(self.device.run(task, shots=shots, tags=tags).id)

    def _compiled(self, circuit: Any, work: dict[str, Any]) -> tuple[Any, Any]:
        """The circuit in the machine's gates, and as Braket's; it routes for computers itself."""
        from qiskit.transpiler import generate_preset_pass_manager
        from qiskit_braket_provider import to_braket

        level, seed = work["optimization_level"], work["seed"]
        gates = {"target": self.backend.target}
        if self.hardware:
            gates = {"basis_gates": sorted(self.backend.get_gateset())}
        manager = generate_preset_pass_manager(level, seed_transpiler=seed, **gates)
        ready = manager.run(circuit)
        return ready, to_braket(ready, **gates)

    def find(self, tag: str, since: float = 0.0) -> str | None:
        """Among the machine's tasks since then: AWS filters them by no tag."""
        begun = datetime.fromtimestamp(since, UTC).isoformat()
        filters = [
            {"name": "deviceArn", "operator": "EQUAL", "values": [self.device.arn]},
            {"name": "createdAt", "operator": "GTE", "values": [begun]},
        ]
        with told():
            pages = self.client.get_paginator("search_quantum_tasks").paginate(filters=filters)
            for task in (one for page in pages for one in page["quantumTasks"]):
                if task.get("tags", {}).get(OURS) == tag:
                    return str(task["quantumTaskArn"])
        return None

    def _task(self, job: str) -> dict[str, Any]:
        with told():
            found: dict[str, Any] = self.client.get_quantum_task(quantumTaskArn=job)
        return found

    def status(self, job: str) -> tuple[str, str]:
        task = self._task(job)
        return str(task["status"]), str(task.get("failureReason", ""))

    def collect(self, job: str) -> dict[str, Any] | None:
        from braket.aws import AwsQuantumTask

        if not self.ended(job, "AWS says"):
            return None
        task = self._task(job)
        with told():
            found = AwsQuantumTask(job, self.device.aws_session).result()
        machine, told_by = _seconds(task, found)
        whole = (task["endedAt"] - task["createdAt"]).total_seconds()
        about = task.get("tags", {}).get(SIZES)
        return {
            "value": [{key[::-1]: int(n) for key, n in found.measurement_counts.items()}],
            "machine": machine,
            "queued": max(whole - machine, 0.0),
            "circuits": json.loads(about) if about else None,
            "provenance": {"machine_time": told_by, **self.provenance()},
        }

    def billed(self, job: str) -> float | None:
        """Of a quantum computer, by the price list; simulators' billed time is not told."""
        if not self.hardware:
            return None
        task = self._task(job)
        done = [task["shots"]] if task["status"] == "COMPLETED" else []
        price = charge(self.device.arn, self.device.aws_session.region, done)
        return None if price["basis"] == "unknown" else float(price["amount"])

    def cancel(self, job: str) -> None:
        from braket.aws import AwsQuantumTask

        with told():
            AwsQuantumTask(job, self.device.aws_session).cancel()

    def queue(self) -> str:
        """Of tasks that are no part of a hybrid job."""
        with told():
            tasks = self.device.queue_depth().quantum_tasks or {}
        depth = {str(kind.value): size for kind, size in tasks.items()}
        return f"{depth['Normal']} tasks" if "Normal" in depth else ""

    def provenance(self) -> dict[str, str]:
        when = getattr(self.device.properties.service, "updatedAt", None)
        return {"calibrated": str(when)} if when and self.hardware else {}


def _opened(device: str) -> Any:
    """The machine of this name. The client passes over regions that refuse to list theirs."""
    from braket.aws import AwsSession
    from qiskit.providers.exceptions import QiskitBackendNotFoundError
    from qiskit_braket_provider import BraketProvider
    from qiskit_braket_provider.exception import QiskitBraketException

    with told():
        try:
            return BraketProvider().get_backend(device)
        except QiskitBackendNotFoundError:
            AwsSession().search_devices(names=[device])  # says why, where credentials are wrong
            raise Told("BackendUnavailable", "AWS lists no such machine") from None
        except (QiskitBraketException, ValueError) as error:
            raise Told("BackendUnavailable", f"AWS lists no such machine: {error}") from None


def _seconds(task: dict[str, Any], result: Any) -> tuple[float, str]:
    """What a task took on the machine, and what that time is."""
    about = getattr(result.additional_metadata, "simulatorMetadata", None)
    if about is not None:
        return about.executionDuration / 1000, "as the simulator tells"
    return (task["endedAt"] - task["createdAt"]).total_seconds(), "from creation to end"
