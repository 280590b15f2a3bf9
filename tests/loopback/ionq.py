"""IonQ's API: a small simulator of its gates answers with probabilities, as the service does."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tests.loopback.server import Loopback, Reply

QUBITS = 11


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
        return 200, {"backend": match.group(1), "qubits": QUBITS, "status": "available"}

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


ROOT = 1 / np.sqrt(2)
FIXED = {
    "x": np.array([[0, 1], [1, 0]]),
    "cnot": np.array([[0, 1], [1, 0]]),
    "h": ROOT * np.array([[1, 1], [1, -1]]),
    "v": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "vi": np.array([[1 - 1j, 1 + 1j], [1 + 1j, 1 - 1j]]) / 2,
    "z": np.diag([1, -1]),
    "s": np.diag([1, 1j]),
}


def matrix(gate: dict[str, Any]) -> Any:
    """A gate's action on its target."""
    if gate["gate"] in FIXED:
        return FIXED[gate["gate"]]
    half = gate["rotation"] / 2
    if gate["gate"] == "rz":
        return np.diag([np.exp(-1j * half), np.exp(1j * half)])
    sine = {"rx": -1j * np.sin(half) * np.ones(2), "ry": np.sin(half) * np.array([-1, 1])}
    up, down = sine[gate["gate"]]
    return np.array([[np.cos(half), up], [down, np.cos(half)]])


def chances(circuit: list[dict[str, Any]], qubits: int) -> dict[str, float]:
    """Probability of each outcome that can be, qubit 0 the least bit of its number."""
    state = np.zeros(1 << qubits, complex)
    state[0] = 1
    numbers = np.arange(1 << qubits)
    for gate in circuit:
        targets = gate.get("targets") or [gate["target"]]
        controls = gate.get("controls") or ([gate["control"]] if "control" in gate else [])
        on = np.all([(numbers >> c) & 1 == 1 for c in controls] or [numbers >= 0], axis=0)
        action = matrix(gate)
        for target in targets:
            bit, flipped = (numbers >> target) & 1, numbers ^ (1 << target)
            changed = action[bit, bit] * state + action[bit, 1 - bit] * state[flipped]
            state = np.where(on, changed, state)
    found = np.abs(state) ** 2
    return {str(k): float(p) for k, p in enumerate(found) if p > 1e-12}
