"""Alice & Bob's cloud: a job for each circuit, written in QIR by their own package.

A job has no field for our tag, so a submission whose reply was lost cannot be looked up. Such a
job waits for a circuit that never comes: a job is made first, and its circuit is handed in after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, loaded, plain, sizes, transpiled  # type: ignore[import-not-found]
from parts import broken, compact  # type: ignore[import-not-found]

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
            "source": "simulated" if self.backend.name.startswith("EMU") else "hardware",
            "seeded": False,
            "version": f"qiskit-alice-bob-provider {version('qiskit-alice-bob-provider')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        source = "Alice & Bob print no price of a job"
        return {"amount": 0.0, "currency": "EUR", "basis": "unknown", "source": source}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuits = loaded(work["circuits"])
        ready = [compact(one) for one in transpiled(self.backend, circuits, work)]
        taken: list[str] = []
        for circuit, shots in zip(ready, work["shots"], strict=True):
            try:
                with told(submitting=True):
                    taken.append(self.backend.run(circuit, shots=shots).job_id())
            except Told as error:
                raise broken(taken, len(ready), error) from None
        job = ";".join(f"{name}/{one.num_clbits}" for name, one in zip(taken, ready, strict=True))
        self.sizes[job] = sizes(circuits, ready)
        return job

    def _jobs(self, job: str) -> list[tuple[dict[str, Any], int]]:
        """What is said of each part, and how many bits its circuit has."""
        from qiskit_alice_bob_provider.remote.api import jobs

        parts = [part.rsplit("/", maxsplit=1) for part in job.split(";")]
        with told():
            return [(jobs.get_job(self.client, name), int(bits)) for name, bits in parts]

    def status(self, job: str) -> tuple[str, str]:
        """Of several jobs, the word of the one that is least far."""
        said = [one for one, _ in self._jobs(job)]
        words = [str(one["events"][-1]["type"]) for one in said]
        place = self.least(words)
        least = said[place]
        reasons = [str(error.get("content", error)) for error in least.get("errors") or []]
        return words[place], "; ".join(reasons)

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "Alice & Bob say"):
            return None
        tables, seconds = [], 0.0
        for said, bits in self._jobs(job):
            counts, took = self._result(said, bits)
            tables.append(counts)
            seconds += took
        told_by = {"machine": self.backend.name}
        result = {"value": tables, "machine": seconds, "circuits": self.sizes.get(job)}
        return result | {"provenance": told_by}

    def _result(self, said: dict[str, Any], bits: int) -> tuple[dict[str, int], float]:
        """Counts of an ended job, by their own reader, and seconds of the machine's time."""
        from qiskit import QuantumCircuit
        from qiskit_alice_bob_provider.remote.api import jobs
        from qiskit_alice_bob_provider.remote.job import AliceBobRemoteJob

        shape = QuantumCircuit(bits, bits)
        with told():
            ended = AliceBobRemoteJob(self.backend, self.client, said["id"], shape, verbose=False)
            counts = plain(ended.result().get_counts())
            metrics = jobs.get_job_metrics(self.client, said["id"])
        took = metrics.get("qpu_duration_ns") or metrics.get("simulation_duration_ns") or 0
        return counts, took * 1e-9

    def cancel(self, job: str) -> None:
        from qiskit_alice_bob_provider.remote.api import jobs

        with told():
            for part in job.split(";"):
                jobs.cancel_job(self.client, part.rsplit("/", maxsplit=1)[0])
