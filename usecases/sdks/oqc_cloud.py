"""OQC's cloud: a task for each circuit, written in OpenQASM 2, which OQC compiles for its machine.

Each task carries our tag and its number in the submission, and is looked up in OQC's list of tasks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, loaded, plain, sizes  # type: ignore[import-not-found]
from parts import broken, compact, joined  # type: ignore[import-not-found]

URL = "https://cloud.oqc.app"

GATES = ["rx", "rz", "cx"]
"""Of OpenQASM 2's own library; OQC's compiler places them and turns them into its machine's."""


LACKING = "OQC's list finds a task that it shows; it has none here, and may not be the whole list"


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where OQC says no."""
    import requests
    from qcaas_client.client import ConnectionFailureException, ServerException

    try:
        yield
    except ConnectionFailureException as error:
        raise Told("Unreachable", f"OQC says {error.status_code}") from None
    except ServerException as error:
        code = int(error.server_error_code)
        if code in (401, 403):
            raise Told("AuthenticationFailed", f"OQC says {code}") from None
        what = f"OQC says {code}: {str(error)[:300]}"
        if 400 <= code < 500:
            raise Told("Refused" if submitting else "BackendUnavailable", what) from None
        raise Told("Unreachable", what) from None
    except requests.RequestException as error:  # of the line itself, or a reply that is no JSON
        raise Told("Unreachable", type(error).__name__) from None
    except ValueError as error:  # the client's own, before anything is sent
        raise Told("Refused" if submitting else "BackendUnavailable", str(error)[:300]) from None


class Cloud(Adapter):  # type: ignore[misc]
    """One machine of OQC's, by its id."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "CREATED": "queued",
        "SUBMITTED": "queued",
        "RUNNING": "running",
        "COMPLETED": "done",
        "FAILED": "failed",
        "EXPIRED": "failed",
        "CANCELLED": "cancelled",
    }

    def __init__(self, device: str) -> None:
        self.client = _client()
        with told():
            listed = {str(one["id"]): one for one in self.client.get_qpus() or []}
        if device not in listed:
            raise Told("BackendUnavailable", f"OQC lists {', '.join(sorted(listed))} alone")
        self.device, self.known = device, listed[device]
        with told():
            said = self.client.get_features(device)
        self.features: dict[str, Any] = json.loads(said) if isinstance(said, str) else said
        self.sizes: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        emulated = self.features.get("simulator") or "simulator" in self.known["name"].lower()
        return {
            "qubits": self.features.get("qubit_count"),
            "gates": GATES,
            "dynamic": False,
            "most_shots": self.features.get("Maximum Shots"),
            "source": "simulated" if emulated else "hardware",
            "seeded": False,
            "version": f"oqc-qcaas-client {version('oqc-qcaas-client')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        source = "OQC prints no price of a task"
        return {"amount": 0.0, "currency": "GBP", "basis": "unknown", "source": source}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        """One task at a time: each is one request, whose reply names the task."""
        from qiskit import qasm2

        circuits = loaded(work["circuits"])
        ready = [compact(one) for one in _written(circuits, work)]
        taken: list[str] = []
        for number, (circuit, shots) in enumerate(zip(ready, work["shots"], strict=True)):
            named = f"{tag}/{number}/{len(ready)}"
            try:
                with told(submitting=True):
                    taken.append(self._sent(qasm2.dumps(circuit), shots, named))
            except Told as error:
                raise broken(taken, len(ready), error) from None
        job = ";".join(taken)
        self.sizes[job] = sizes(circuits, ready)
        return job

    def _sent(self, program: str, shots: int, tag: str) -> str:
        from qcaas_client.client import CompilerConfig, QPUTask, QuantumResultsFormat

        counted = QuantumResultsFormat().binary_count()
        config = CompilerConfig(repeats=shots, results_format=counted)
        task = QPUTask(program, config, qpu_id=self.device, tag=tag)
        return str(self.client.schedule_tasks(task, qpu_id=self.device)[0].task_id)

    def find(self, tag: str) -> str | None:
        """Tasks of the list under our tag. A list without it cannot tell that nothing was taken."""
        with told():
            listed = self.client.get_tasks_summary(qpu_id=self.device)
        parts: dict[int, str] = {}
        total = 0
        for one in listed:
            name, _, part = str(one.get("tag") or "").partition("/")
            if name == tag:
                number, total = map(int, part.split("/"))
                parts[number] = str(one["task_id"])
        if not parts:
            raise Told("Unresolved", LACKING)
        found: str | None = joined(parts, total)
        return found

    def status(self, job: str) -> tuple[str, str]:
        """Of several tasks, the word of the one that is least far."""
        names = job.split(";")
        with told():
            said = [str(self.client.get_task_status(name, self.device)) for name in names]
        least = self.least(said)
        if self.words.get(said[least]) != "failed":
            return said[least], ""
        with told():
            error = self.client.get_task_errors(names[least], self.device)
        return said[least], f"{error.error_message} ({error.error_code})" if error else ""

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "OQC says"):
            return None
        with told():
            found = [self.client.get_task_results(name, self.device) for name in job.split(";")]
        if not all(found):  # paid, and so asked for again rather than given up
            return None
        # OQC writes a register's first bit first, Qiskit its last.
        tables = [{k[::-1]: n for k, n in plain(one.result["c"]).items()} for one in found]
        result = {"value": tables, "machine": 0.0, "circuits": self.sizes.get(job)}
        return result | {"provenance": {"machine": self.device}}

    def cancel(self, job: str) -> None:
        with told():
            self.client.cancel_task(job.split(";"), self.device)

    def queue(self) -> str:
        with told():
            waits = self.client.get_qpu_execution_estimates([self.device])["qpu_wait_times"]
        waiting = {one["qpu_id"]: f"{one['tasks_in_queue']} tasks" for one in waits}
        return waiting.get(self.device, "")


def _client() -> Any:
    """OQC's client; on errors it would ask its vendor's status page, and asks nobody here."""
    from qcaas_client import client as theirs

    token = os.environ.get("OQC_AUTH_TOKEN")
    if not token:
        raise Told("AuthenticationFailed", "OQC_AUTH_TOKEN is not set")
    theirs.check_status_page = lambda: None
    with told():
        made = theirs.OQCClient(os.environ.get("OQC_URL", URL), authentication_token=token)
    if not made.is_client_initialized:
        raise Told("Unreachable", "OQC does not answer, or lists no active machine")
    return made


def _written(circuits: list[Any], work: dict[str, Any]) -> list[Any]:
    """The circuits in plain gates, whatever pairs of qubits these join."""
    from qiskit.transpiler import generate_preset_pass_manager

    level, seed = work["optimization_level"], work["seed"]
    manager = generate_preset_pass_manager(level, basis_gates=GATES, seed_transpiler=seed)
    found: list[Any] = manager.run(circuits)
    return found
