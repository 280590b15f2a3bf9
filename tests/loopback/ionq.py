"""IonQ's API: probabilities are computed by Qiskit."""

from __future__ import annotations

import re
from typing import Any

from tests.loopback.server import Loopback, Reply

QUBITS = 11
OPEN = {"status": "available", "average_queue_time": 90_000}


class IonQ:
    """The state behind the server: jobs by id, and children of those with several circuits."""

    def __init__(self, waits: int = 1) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.waits, self.lost_replies = waits, 0
        """`lost_replies` many submissions are accepted and answered with an error."""
        self.loop = Loopback(
            [
                ("POST", r"/jobs$", self.create),
                ("GET", r"/jobs/estimate\?", self.estimate),
                ("GET", r"/jobs/(j\d+)/results/probabilities", self.probabilities),
                ("GET", r"/jobs/(j\d+)$", self.get),
                ("GET", r"/jobs\?", self.listed),
                ("PUT", r"/jobs/(j\d+)/status/cancel", self.cancel),
                ("GET", r"/backends/(simulator|qpu.forte-1)/characterizations", self.calibrations),
                ("GET", r"/backends/(simulator|qpu.forte-1)$", self.backend),
            ]
        )

    def backend(self, match: re.Match[str], body: Any) -> Reply:
        return 200, {"backend": match.group(1), "qubits": QUBITS, **OPEN}

    def calibrations(self, match: re.Match[str], body: Any) -> Reply:
        known = {"id": "c-1", "date": "2026-01-01T00:00:00Z", "qubits": QUBITS}
        return 200, {"characterizations": [known]}

    def estimate(self, match: re.Match[str], body: Any) -> Reply:
        quote = {"estimated_cost": 1.25, "cost_unit": "usd", "estimated_execution_time": 2}
        return 200, quote | {"estimated_at": "2026-01-01T00:00:00+00:00"}

    def create(self, match: re.Match[str], body: Any) -> Reply:
        name = f"j{len(self.jobs) + 1}"
        self.jobs[name] = {**body, "left": self.waits, "status": "ready"}
        if self.lost_replies:
            self.lost_replies -= 1
            return 503, {"message": "lost"}
        return 200, {"id": name, "status": "submitted"}

    def shown(self, name: str) -> dict[str, Any]:
        job = self.jobs[name]
        circuits = job["input"].get("circuits", [])
        return {
            "id": name,
            "status": job["status"],
            "type": job["type"],
            "name": job["name"],
            "metadata": job["metadata"],
            "stats": {"qubits": job["input"]["qubits"]},
            "execution_duration_ms": 1500,
            "child_job_ids": [f"{name}c{k}" for k in range(len(circuits))] or None,
            "results": {"probabilities": {"url": f"/v0.4/jobs/{name}/results/probabilities"}},
        }

    def get(self, match: re.Match[str], body: Any) -> Reply:
        job = self.jobs[match.group(1)]
        if job["status"] == "ready":
            job["status"] = "ready" if job["left"] > 0 else "completed"
            job["left"] -= 1
        return 200, self.shown(match.group(1))

    def listed(self, match: re.Match[str], body: Any) -> Reply:
        return 200, {"jobs": [self.shown(name) for name in reversed(self.jobs)], "next": None}

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        self.jobs[match.group(1)]["status"] = "canceled"
        return 200, {"id": match.group(1), "status": "canceled"}

    def probabilities(self, match: re.Match[str], body: Any) -> Reply:
        name, asked = match.group(1), self.jobs[match.group(1)]["input"]
        if "circuits" not in asked:
            return 200, chances(asked["circuit"], asked["qubits"])
        each = enumerate(asked["circuits"])
        return 200, {f"{name}c{k}": chances(c["circuit"], asked["qubits"]) for k, c in each}


ALIASES = {"si": "sdg", "ti": "tdg", "v": "sx", "vi": "sxdg", "xx": "rxx", "yy": "ryy", "zz": "rzz"}
"""IonQ's names of gates → Qiskit's, where they differ."""


def chances(circuit: list[dict[str, Any]], qubits: int) -> dict[str, float]:
    """Probability of each outcome that can be, qubit 0 the least bit of its number."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import get_standard_gate_name_mapping
    from qiskit.quantum_info import Statevector

    known = get_standard_gate_name_mapping()
    made = QuantumCircuit(qubits)
    for item in circuit:
        angle = [item["rotation"]] if "rotation" in item else []
        name = "p" if item["gate"] == "z" and angle else item["gate"]
        gate = type(known[ALIASES.get(name, name)])(*angle)
        controls = item.get("controls", [])
        made.append(gate.control(len(controls)) if controls else gate, controls + item["targets"])
    found = Statevector(made).probabilities()
    return {str(k): float(p) for k, p in enumerate(found) if p > 1e-12}
