"""OQC's interface with one machine, which Aer simulates from the OpenQASM that is sent."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from tests.loopback.server import Loopback, Reply

QPU = "qpu:uk:9:loopback"
ID = r"/qpu/tasks/([0-9a-f-]+)"


class Oqc:
    """The state behind the server: tasks by id."""

    def __init__(self, waits: int = 1) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.waits = waits
        self.says = 200  # of a submission
        self.loop = Loopback(
            [
                ("GET", r"^/admin/version$", lambda m, b: (200, {"version": "3.22.0"})),
                ("GET", r"^/admin/qpu\?", lambda m, b: (200, {"items": [self.machine()]})),
                ("GET", rf"^/admin/qpu/{QPU}$", lambda m, b: (200, features())),
                ("POST", r"^/qpu/tasks/submit$", self.submit),
                ("POST", r"^/qpu/tasks/cancel_many$", self.cancel),
                ("POST", r"^/qpu/monitoring/qpu_wait_time$", self.queue),
                ("GET", rf"^{ID}/status$", self.status),
                ("GET", rf"^{ID}/results$", self.results),
                ("GET", rf"^{ID}/error$", self.error),
                ("GET", r"^/qpu/tasks$", self.listed),
            ]
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the client is told."""
        return {"OQC_AUTH_TOKEN": "canary-of-oqc", "OQC_URL": self.loop.url}

    def machine(self) -> dict[str, Any]:
        known = {"id": QPU, "name": "Loopback", "active": True, "region": "uk"}
        return known | {"url": f"{self.loop.url}/qpu"}

    def submit(self, match: re.Match[str], body: Any) -> Reply:
        if self.says != 200:
            return self.says, {"message": "not today"}
        made = []
        for sent in body["tasks"]:
            name = str(uuid.uuid4())
            self.tasks[name] = {"sent": sent, "word": "SUBMITTED", "left": self.waits}
            made.append({"task_id": name})
        return 200, made

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        for name in body["tasks"]:
            self.tasks[name]["word"] = "CANCELLED"
        return 200, {}

    def queue(self, match: re.Match[str], body: Any) -> Reply:
        waiting = sum(task["word"] == "SUBMITTED" for task in self.tasks.values())
        wait = [{"qpu_id": name, "tasks_in_queue": waiting} for name in body["targets"]]
        return 200, {"qpu_wait_times": wait}

    def status(self, match: re.Match[str], body: Any) -> Reply:
        task = self.tasks[match.group(1)]
        if task["word"] == "SUBMITTED":
            task["left"] -= 1
            task["word"] = "COMPLETED" if task["left"] < 0 else "SUBMITTED"
        return 200, {"status": task["word"]}

    def results(self, match: re.Match[str], body: Any) -> Reply:
        return 200, {"results": {"c": drawn(self.tasks[match.group(1)]["sent"])}}

    def error(self, match: re.Match[str], body: Any) -> Reply:
        return 200, {"task_error": {"error_message": "the fridge is warm", "error_code": 7}}

    def listed(self, match: re.Match[str], body: Any) -> Reply:
        return 200, [{"task_id": n, "tag": t["sent"]["tag"]} for n, t in self.tasks.items()]


def features() -> dict[str, Any]:
    """Of a machine of five qubits."""
    return {"feature_set": {"qubit_count": 5, "simulator": False, "Maximum Shots": 10_000}}


def drawn(sent: dict[str, Any]) -> dict[str, int]:
    """Counts of a task, the first bit of its register first, as OQC's runtime joins them."""
    from qiskit import qasm2
    from qiskit_aer import AerSimulator

    config = json.loads(sent["config"])["$data"]
    circuit = qasm2.loads(sent["program"])
    result = AerSimulator(seed_simulator=1).run(circuit, shots=config["repeats"]).result()
    return {key[::-1]: count for key, count in result.get_counts().items()}
