"""OQC's cloud: a task has one circuit, in OpenQASM 2, which OQC compiles for its machine.

A task carries our tag, by which it is looked up in OQC's list of tasks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, plain, single, sizes  # type: ignore[import-not-found]
from measured import compact  # type: ignore[import-not-found]

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
            "most_circuits": 1,
            "source": "simulated" if emulated else "hardware",
            "seeded": False,
            "version": f"oqc-qcaas-client {version('oqc-qcaas-client')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        source = "OQC prints no price of a task"
        return {"amount": 0.0, "currency": "GBP", "basis": "unknown", "source": source}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        from qcaas_client.client import CompilerConfig, QPUTask, QuantumResultsFormat
        from qiskit import qasm2

        circuit, shots = single(work)
        ready = compact(_written(circuit, work))
        counted = QuantumResultsFormat().binary_count()
        config = CompilerConfig(repeats=shots, results_format=counted)
        task = QPUTask(qasm2.dumps(ready), config, qpu_id=self.device, tag=tag)
        with told(submitting=True):
            job = str(self.client.schedule_tasks(task, qpu_id=self.device)[0].task_id)
        self.sizes[job] = sizes([circuit], [ready])
        return job

    def find(self, tag: str, since: float = 0.0) -> str | None:
        """The task under our tag. A list without it cannot tell that nothing was taken."""
        with told():
            listed = self.client.get_tasks_summary(qpu_id=self.device)
        for one in listed:
            if one.get("tag") == tag:
                return str(one["task_id"])
        raise Told("Unresolved", LACKING)

    def status(self, job: str) -> tuple[str, str]:
        with told():
            word = str(self.client.get_task_status(job, self.device))
        if self.words.get(word) != "failed":
            return word, ""
        with told():
            error = self.client.get_task_errors(job, self.device)
        return word, f"{error.error_message} ({error.error_code})" if error else ""

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "OQC says"):
            return None
        with told():
            found = self.client.get_task_results(job, self.device)
        if not found:  # paid, and so asked for again rather than given up
            return None
        # OQC writes a register's first bit first, Qiskit its last.
        counts = {key[::-1]: n for key, n in plain(found.result["c"]).items()}
        result = {"value": [counts], "machine": 0.0, "circuits": self.sizes.get(job)}
        return result | {"provenance": {"machine": self.device}}

    def cancel(self, job: str) -> None:
        with told():
            self.client.cancel_task([job], self.device)

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


def _written(circuit: Any, work: dict[str, Any]) -> Any:
    """The circuit in plain gates, whatever pairs of qubits these join."""
    from qiskit.transpiler import generate_preset_pass_manager

    level, seed = work["optimization_level"], work["seed"]
    manager = generate_preset_pass_manager(level, basis_gates=GATES, seed_transpiler=seed)
    return manager.run(circuit)
