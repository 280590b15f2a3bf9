"""Azure Quantum's cloud: a job has one circuit, and our tag as its name.

Azure lets the sender choose a job's id; ours follows from our tag and the work, so that Azure's
client may repeat a submission whose reply was lost without making a second job.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import (  # type: ignore[import-not-found]
    Adapter,
    Told,
    loaded,
    plain,
    single,
    sizes,
    transpiled,
)
from azure_prices import charge  # type: ignore[import-not-found]
from measured import compact  # type: ignore[import-not-found]


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where Azure says no."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        status = int(error.status_code or 0)
        what = f"Azure says {status}: {error.reason or ''}"
        if status in (401, 403):
            raise Told("AuthenticationFailed", what) from None
        if status == 429:
            raise Told("Refused" if submitting else "Unreachable", what) from None
        if 400 <= status < 500 and status != 408:
            raise Told("Refused" if submitting else "BackendUnavailable", what) from None
        raise Told("Unreachable", what) from None
    except (AzureError, OSError) as error:  # of the line itself; its words may hold a key
        raise Told("Unreachable", type(error).__name__) from None


class Cloud(Adapter):  # type: ignore[misc]
    """One target of a workspace, asked in QIR and answering with counts."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "Waiting": "queued",
        "Queued": "queued",
        "Executing": "running",
        "Finishing": "running",
        "CancellationRequested": "running",
        "Cancelling": "running",
        "Succeeded": "done",
        "Completed": "done",
        "Failed": "failed",
        "Cancelled": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from azure.quantum.qiskit import AzureQuantumProvider
        from qiskit.providers.exceptions import QiskitBackendNotFoundError

        self.workspace = _workspace()
        with told():
            try:
                provider = AzureQuantumProvider(self.workspace)
                self.backend = provider.get_backend(device, input_data_format="qir.v1")
            except QiskitBackendNotFoundError:
                raise Told("BackendUnavailable", "the workspace has no such target") from None
            about = [status for _, status in self.workspace._get_target_status(device)]
        self.qubits = next((status.num_qubits for status in about), None)
        self.device = device

    def describe(self) -> dict[str, Any]:
        simulated = ".sim." in self.device or self.device.endswith("simulator")
        return {
            "qubits": self.qubits or self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": False,
            "most_shots": None,
            "most_circuits": 1,
            "source": "simulated" if simulated else "hardware",
            "seeded": False,
            "version": f"azure-quantum {version('azure-quantum')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        circuits = transpiled(self.backend, loaded(work["circuits"]), work)
        quote: dict[str, Any] = charge(self.device, circuits, work["shots"])
        return quote

    def submit(self, work: dict[str, Any], tag: str) -> str:
        from azure.quantum.job.base_job import BaseJob

        circuit, shots = single(work)
        ready = compact(transpiled(self.backend, [circuit], work)[0])
        ready.metadata = sizes([circuit], [ready])
        name = _id([tag, work])
        BaseJob.create_job_id = staticmethod(lambda: name)
        with told(submitting=True):
            return str(self.backend.run(ready, shots=shots, job_name=tag).job_id())

    def find(self, tag: str, since: float = 0.0) -> str | None:
        with told():
            listed = self.workspace.list_jobs(name_match=tag)
            return next((str(one.id) for one in listed if one.details.name == tag), None)

    def _job(self, job: str) -> Any:
        with told():
            return self.workspace.get_job(job)

    def status(self, job: str) -> tuple[str, str]:
        details = self._job(job).details
        failure = details.error_data
        return _word(details), str(failure.message or "") if failure else ""

    def collect(self, job: str) -> dict[str, Any] | None:
        from azure.quantum.qiskit import AzureQuantumJob

        if not self.ended(job, "Azure says"):
            return None
        known = self._job(job)
        with told():
            counts = AzureQuantumJob(self.backend, known).result().get_counts()
        return {
            "value": [plain(counts)],
            "machine": _seconds(known.details, "begin_execution", "end_execution"),
            "queued": _seconds(known.details, "creation", "begin_execution"),
            "circuits": json.loads(known.details.metadata["metadata"]),
            "provenance": {"machine": self.device},
        }

    def cancel(self, job: str) -> None:
        with told():
            self.workspace.cancel_job(self._job(job))

    def billed(self, job: str) -> float | None:
        cost = self._job(job).details.cost_estimate
        return None if cost is None else float(cost.estimated_total)


def _workspace() -> Any:
    """The workspace of the connection string; AZURE_QUANTUM_URL leads to another server."""
    from azure.quantum import Workspace

    text = os.environ.get("AZURE_QUANTUM_CONNECTION_STRING")
    if not text:
        raise Told("AuthenticationFailed", "AZURE_QUANTUM_CONNECTION_STRING is not set")
    try:
        workspace = Workspace.from_connection_string(text)
    except ValueError:  # whose words may hold the key
        what = "AZURE_QUANTUM_CONNECTION_STRING is not one of a workspace's access keys"
        raise Told("AuthenticationFailed", what) from None
    url = os.environ.get("AZURE_QUANTUM_URL")
    if url:
        workspace._connection_params.quantum_endpoint = url
        workspace._client = workspace._create_client()
    return workspace


def _id(about: list[Any]) -> str:
    """The id of the work under a tag: always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(about, sort_keys=True)))


def _word(details: Any) -> str:
    """Azure's own word for how far a job is, which its client may have made an enumeration."""
    return str(getattr(details.status, "value", details.status))


def _seconds(details: Any, begin: str, end: str) -> float:
    """Between two times of a job; 0 where they are not told."""
    begun, ended = getattr(details, f"{begin}_time"), getattr(details, f"{end}_time")
    return max((ended - begun).total_seconds(), 0.0) if begun and ended else 0.0
