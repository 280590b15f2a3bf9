"""A machine in AQT's direct access, which turns ions and measures them all."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from tests.loopback.server import Reply, Rule


class Machine:
    """Jobs by id; the first look at a job is answered late, as of a machine that works."""

    def __init__(self) -> None:
        self.jobs: dict[str, Any] = {}
        self.slow = 6.0

    @property
    def rules(self) -> list[Rule]:
        return [
            ("GET", r"/status/ions", lambda m, b: (200, {"num_ions": 12})),
            ("GET", r"/system/name", lambda m, b: (200, "ions")),
            ("PUT", r"/circuit$", self._taken),
            ("GET", r"/circuit/result/([0-9a-f-]+)", self._result),
        ]

    def _taken(self, _: re.Match[str], body: Any) -> Reply:
        job = str(uuid.uuid4())
        self.jobs[job] = body
        return 200, job

    def _result(self, found: re.Match[str], _: Any) -> Reply:
        slow, self.slow = self.slow, 0.0
        time.sleep(slow)
        job = found.group(1)
        circuit = self.jobs[job]
        turned = [0.0] * circuit["number_of_qubits"]
        for gate in circuit["quantum_circuit"]:
            if gate["operation"] == "R":  # by whole turns only, which add up
                turned[gate["qubit"]] += gate["theta"]
        bits = [round(turn) % 2 for turn in turned]
        payload = {"status": "finished", "result": [bits] * circuit["repetitions"]}
        return 200, {"job_id": job, "payload": payload}
