"""IonQ's cloud: several circuits are one job, named after our tag.

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
    chunks,
    loaded,
    plain,
    sizes,
    transpiled,
)
from ionq_replies import largest, told, whole  # type: ignore[import-not-found]
from parts import broken, joined  # type: ignore[import-not-found]

URL = "https://api.ionq.co/v0.4"
OURS, PART, SIZES = "usecases", "usecases_part", "usecases_sizes"
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
        groups = list(chunks(list(zip(circuits, ready, strict=True)), work["shots"], None))
        taken: list[str] = []
        for number, (pairs, shots) in enumerate(groups):
            written, some = map(list, zip(*pairs, strict=True))
            about = sizes(written, some)
            ours = {OURS: tag, PART: f"{number}/{len(groups)}"}
            ours[SIZES] = " ".join(f"{k}={v}" for k, v in about.items())
            try:
                with told(submitting=True):
                    job = self.backend.run(
                        some if len(some) > 1 else some[0],
                        shots=shots,
                        name=tag,
                        sampler_seed=(work["seed"] + number) % (1 << 32),
                        extra_metadata=ours,
                    )
            except Told as error:
                raise broken(taken, len(groups), error) from None
            taken.append(job.job_id())
        return ";".join(taken)

    def find(self, tag: str) -> str | None:
        """All jobs with our tag in their metadata. Where some are missing, a person decides."""
        parts: dict[int, str] = {}
        total, query = 0, {"limit": 100}
        for _ in range(PAGES):
            with told():
                page = self._asked(self.client, "jobs", **query)
            for job in page.get("jobs", []):
                about = job.get("metadata") or {}
                if about.get(OURS) == tag:
                    number, total = map(int, about[PART].split("/"))
                    parts[number] = job["id"]
            if not page.get("next"):
                break
            query = {"limit": 100, "next": page["next"]}
        else:
            raise Told("Unresolved", f"it is not among the {PAGES * 100} latest jobs")
        found: str | None = joined(parts, total)
        return found

    def _jobs(self, job: str) -> list[dict[str, Any]]:
        with told():
            return [self.client.retrieve_job(one) for one in job.split(";")]

    def status(self, job: str) -> tuple[str, str]:
        """Of several jobs, the word of the one that is least far."""
        order = ["failed", "canceled", "submitted", "ready", "started", "completed"]
        jobs = self._jobs(job)
        first = min(jobs, key=lambda j: order.index(j["status"]) if j["status"] in order else -1)
        failure = first.get("failure") or {}
        return str(first["status"]), str(failure.get("error", ""))

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "IonQ says"):
            return None
        tables: list[dict[str, int]] = []
        found = self._jobs(job)
        for one in found:
            with told():
                done = self.backend.retrieve_job(one["id"])
                result = done.result(wait=0)
            shots = int(one["metadata"]["shots"])
            for k, circuit in enumerate(result.results):
                chances = circuit.data.to_dict()["probabilities"]
                tables.append(whole(plain(result.get_counts(k)), chances, shots))
        seconds = sum(float(one.get("execution_duration_ms") or 0.0) / 1000 for one in found)
        about = largest(one["metadata"][SIZES] for one in found)
        how = "IonQ returns probabilities; its client " + (
            "makes counts of them" if self.hardware else "draws these counts from them"
        )
        told_by = {"counts": how, **self.provenance()}
        return {"value": tables, "machine": seconds, "circuits": about, "provenance": told_by}

    def cancel(self, job: str) -> None:
        with told():
            for one in job.split(";"):
                self.client.cancel_job(one)

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
