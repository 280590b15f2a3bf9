"""IonQ's cloud: a job's circuits have equal shots, and our tag is its name.

Its client is used without its habits: it repeats a submission whose reply was lost, so that a job
may be paid five times; it reads a file .env, which may hold other people's keys; and a machine that
does not answer it is taken for one of four qubits.
"""

from __future__ import annotations

import functools
import os
from typing import Any

from adapter import (  # type: ignore[import-not-found]
    Adapter,
    Told,
    loaded,
    plain,
    sizes,
    transpiled,
)
from ionq_replies import read, told, whole, written  # type: ignore[import-not-found]

URL = "https://api.ionq.co/v0.4"
OURS, SIZES = "usecases", "usecases_sizes"
"""Names in a job's metadata."""

REPEATED = ("submit_job", "retrieve_job", "get_results", "cancel_job", "get_calibration_data")
"""What the client asks again and again, some of it without end, until IonQ answers."""

PAGES = 50
"""Pages of jobs that are looked through for a tag before that is given up."""


class Cloud(Adapter):  # type: ignore[misc]
    """One machine, all of whose qubits are connected."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "submitted": "queued",
        "ready": "queued",
        "started": "running",
        "completed": "done",
        "failed": "failed",
        "canceled": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from qiskit_ionq import IonQProvider, helpers

        key = os.environ.get("IONQ_API_KEY")
        if not key:
            raise Told("AuthenticationFailed", "IONQ_API_KEY is not set")
        helpers.dotenv_values = dict
        provider = IonQProvider(key, url=os.environ.get("IONQ_API_URL", URL))
        client = provider.backends.ionq_simulator.client
        self.hardware = device != "simulator"
        with told():
            self.known = self._asked(client, "backends", device)
        if "qubits" not in self.known:
            raise Told("BackendUnavailable", "IonQ does not say how many qubits this machine has")
        name = f"ionq_{device}" if self.hardware else device
        self.backend = provider.get_backend(name)
        self.client = self.backend.client
        for name in REPEATED:
            once = getattr(type(self.client), name).__wrapped__
            setattr(self.client, name, functools.partial(once, self.client))
        self.device = device

    @staticmethod
    def _asked(client: Any, *path: str, **params: Any) -> dict[str, Any]:
        """A reading request that the client has no method for."""
        from qiskit_ionq.exceptions import IonQAPIError

        reply = client.get_with_retry(
            client.make_path(*path), params=params, headers=client.api_headers
        )
        IonQAPIError.raise_for_status(reply)
        found: dict[str, Any] = reply.json()
        return found

    def describe(self) -> dict[str, Any]:
        from importlib.metadata import version

        return {
            "qubits": int(self.known["qubits"]),
            "gates": sorted(self.backend.operation_names),
            "dynamic": False,
            "most_shots": None,
            "equal_shots": True,
            "source": "hardware" if self.hardware else "simulated",
            "seeded": not self.hardware,
            "version": f"qiskit-ionq {version('qiskit-ionq')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        """What IonQ's own interface quotes for each circuit, added up."""
        circuits = transpiled(self.backend, loaded(work["circuits"]), work)
        amount, seconds, unit = 0.0, 0.0, "USD"
        for circuit, shots in zip(circuits, work["shots"], strict=True):
            two = circuit.num_nonlocal_gates()
            ones = sum(len(i.qubits) == 1 and i.operation.name != "measure" for i in circuit.data)
            with told():
                said = self.client.estimate_job(
                    backend=self.device,
                    oneq_gates=ones,
                    twoq_gates=two,
                    qubits=circuit.num_qubits,
                    shots=shots,
                )
            if said.cost is None:
                return {"amount": 0.0, "currency": "USD", "basis": "unknown", "source": "IonQ"}
            amount += said.cost
            seconds += said.exec_time or 0.0
            unit = str(said.cost_unit or unit).upper()
        quote = {"amount": amount, "currency": unit, "basis": "vendor quote"}
        return quote | {"source": f"IonQ, {said.estimated_at}", "machine_seconds": seconds}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuits = loaded(work["circuits"])
        ready = transpiled(self.backend, circuits, work)
        with told(submitting=True):
            job = self.backend.run(
                ready if len(ready) > 1 else ready[0],
                shots=work["shots"][0],
                name=tag,
                sampler_seed=work["seed"] % (1 << 32),
                extra_metadata={OURS: tag, SIZES: written(sizes(circuits, ready))},
            )
        return str(job.job_id())

    def find(self, tag: str, since: float = 0.0) -> str | None:
        """The job with our tag in its metadata."""
        query: dict[str, Any] = {"limit": 100}
        for _ in range(PAGES):
            with told():
                page = self._asked(self.client, "jobs", **query)
            for job in page.get("jobs", []):
                if (job.get("metadata") or {}).get(OURS) == tag:
                    return str(job["id"])
            if not page.get("next"):
                return None
            query = {"limit": 100, "next": page["next"]}
        raise Told("Unresolved", f"it is not among the {PAGES * 100} latest jobs")

    def _job(self, job: str) -> dict[str, Any]:
        with told():
            found: dict[str, Any] = self.client.retrieve_job(job)
        return found

    def status(self, job: str) -> tuple[str, str]:
        known = self._job(job)
        failure = known.get("failure") or {}
        return str(known["status"]), str(failure.get("error", ""))

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "IonQ says"):
            return None
        known = self._job(job)
        with told():
            result = self.backend.retrieve_job(job).result(wait=0)
        shots = int(known["metadata"]["shots"])
        chances = [circuit.data.to_dict()["probabilities"] for circuit in result.results]
        tables = [whole(plain(result.get_counts(k)), c, shots) for k, c in enumerate(chances)]
        seconds = float(known.get("execution_duration_ms") or 0.0) / 1000
        about = read(known["metadata"][SIZES])
        how = "IonQ returns probabilities; its client " + (
            "makes counts of them" if self.hardware else "draws these counts from them"
        )
        told_by = {"counts": how, **self.provenance()}
        return {"value": tables, "machine": seconds, "circuits": about, "provenance": told_by}

    def cancel(self, job: str) -> None:
        with told():
            self.client.cancel_job(job)

    def queue(self) -> str:
        """As IonQ told when the machine was opened, in milliseconds."""
        wait, status = self.known.get("average_queue_time"), self.known.get("status", "available")
        if status != "available":
            return f"closed: {status}"
        return "" if wait is None else f"{float(wait) / 1000:.0f} s on average"

    def provenance(self) -> dict[str, str]:
        with told():
            latest = self.backend.calibration() if self.hardware else None
        return {"calibration": latest.id, "calibrated": str(latest.date)} if latest else {}
