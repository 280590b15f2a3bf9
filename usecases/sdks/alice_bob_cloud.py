"""Alice & Bob's cloud: a job has one circuit, written in QIR by their own package.

A job has no field for our tag, so a submission whose reply was lost cannot be looked up. Such a
job waits for a circuit that never comes: a job is made first, and its circuit is handed in after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, plain, single, sizes, transpiled  # type: ignore[import-not-found]
from measured import compact  # type: ignore[import-not-found]

URL = "https://api-gcp.alice-bob.com/"


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where they say no."""
    import requests
    from qiskit_alice_bob_provider.remote.api.client import AliceBobApiException

    try:
        yield
    except AliceBobApiException as error:
        status = int(error.status_code)
        what = f"Alice & Bob say {status}: {error}"
        if status in (401, 403):
            raise Told("AuthenticationFailed", f"Alice & Bob say {status}") from None
        if 400 <= status < 500 and status not in (408, 429):
            raise Told("Refused" if submitting else "BackendUnavailable", what) from None
        raise Told("Unreachable", what) from None
    except requests.RequestException as error:  # of the line itself
        raise Told("Unreachable", type(error).__name__) from None


class Cloud(Adapter):  # type: ignore[misc]
    """One target of their interface."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "CREATED": "queued",
        "FETCHING_INPUT": "queued",
        "INPUT_READY": "queued",
        "COMPILING": "queued",
        "COMPILED": "queued",
        "TRANSPILING": "queued",
        "TRANSPILED": "queued",
        "EXECUTING": "running",
        "SUCCEEDED": "done",
        "COMPILATION_FAILED": "failed",
        "TRANSPILATION_FAILED": "failed",
        "EXECUTION_FAILED": "failed",
        "TIMED_OUT": "failed",
        "CANCELLED": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from qiskit.providers.exceptions import QiskitBackendNotFoundError
        from qiskit_alice_bob_provider import AliceBobRemoteProvider
        from qiskit_alice_bob_provider.remote import provider as theirs

        key = os.environ.get("ALICE_BOB_API_KEY")
        if not key:
            raise Told("AuthenticationFailed", "ALICE_BOB_API_KEY is not set")
        theirs.get_provider_status = lambda: theirs.ProviderStatus.LATEST  # asks nobody
        url = os.environ.get("ALICE_BOB_URL", URL)
        with told():
            # A repeated submission would be a second job, so each request is made once.
            provider = AliceBobRemoteProvider(key, url=url, retries=1)
        try:
            self.backend = provider.get_backend(device, verbose=False)
        except QiskitBackendNotFoundError:
            raise Told("BackendUnavailable", "Alice & Bob list no such target") from None
        self.client = provider.client
        self.sizes: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": False,
            "most_shots": None,
            "most_circuits": 1,
            "source": "simulated" if self.backend.name.startswith("EMU") else "hardware",
            "seeded": False,
            "version": f"qiskit-alice-bob-provider {version('qiskit-alice-bob-provider')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        source = "Alice & Bob print no price of a job"
        return {"amount": 0.0, "currency": "EUR", "basis": "unknown", "source": source}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuit, shots = single(work)
        ready = compact(transpiled(self.backend, [circuit], work)[0])
        with told(submitting=True):
            name = self.backend.run(ready, shots=shots).job_id()
        job = f"{name}/{ready.num_clbits}"
        self.sizes[job] = sizes([circuit], [ready])
        return job

    def status(self, job: str) -> tuple[str, str]:
        from qiskit_alice_bob_provider.remote.api import jobs

        with told():
            said = jobs.get_job(self.client, _name(job))
        reasons = [str(error.get("content", error)) for error in said.get("errors") or []]
        return str(said["events"][-1]["type"]), "; ".join(reasons)

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "Alice & Bob say"):
            return None
        counts, seconds = self._result(_name(job), int(job.rpartition("/")[2]))
        told_by = {"machine": self.backend.name}
        result = {"value": [counts], "machine": seconds, "circuits": self.sizes.get(job)}
        return result | {"provenance": told_by}

    def _result(self, name: str, bits: int) -> tuple[dict[str, int], float]:
        """Counts of an ended job, by their own reader, and seconds of the machine's time."""
        from qiskit import QuantumCircuit
        from qiskit_alice_bob_provider.remote.api import jobs
        from qiskit_alice_bob_provider.remote.job import AliceBobRemoteJob

        shape = QuantumCircuit(bits, bits)
        with told():
            ended = AliceBobRemoteJob(self.backend, self.client, name, shape, verbose=False)
            counts = plain(ended.result().get_counts())
            metrics = jobs.get_job_metrics(self.client, name)
        took = metrics.get("qpu_duration_ns") or metrics.get("simulation_duration_ns") or 0
        return counts, took * 1e-9

    def cancel(self, job: str) -> None:
        from qiskit_alice_bob_provider.remote.api import jobs

        with told():
            jobs.cancel_job(self.client, _name(job))


def _name(job: str) -> str:
    """Their own id of a job; ours ends with how many bits its circuit has."""
    return job.rpartition("/")[0]
