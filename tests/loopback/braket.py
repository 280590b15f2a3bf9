"""Amazon Braket's API and S3: one simulator, whose tasks are run by Aer."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.loopback.server import Loopback, Reply

ARN = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
QUBITS = 12
TASK = "arn:aws:braket:us-east-1:123456789012:quantum-task/t"
BUCKET = "amazon-braket-loopback"

LISTED = {
    "deviceArn": ARN,
    "deviceName": "SV1",
    "deviceType": "SIMULATOR",
    "deviceStatus": "ONLINE",
    "providerName": "Amazon Braket",
}

PRICES = """\
"FormatVersion","v1.0"
"Disclaimer","a list of our own for tests"
"Publication Date","2026-01-01T00:00:00Z"
"Version","1"
"OfferCode","AmazonBraket"
"Region Code","DeviceName","Version","Product Family","operation","Currency","PricePerUnit","Unit"
"us-east-1","","SV1","Simulator Task","CompleteTask","USD","0.06","minutes"
"""


class Aws:
    """The state behind the server: tasks by ARN, one for each idempotency token."""

    def __init__(self, waits: int = 1) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.waits, self.lost_replies = waits, 0
        """`lost_replies` many submissions are accepted and answered with an error."""
        self.denied = ""
        """AWS's word for why it lists no machines."""
        self.lost = 0
        """The task that is made and never told of: with an error that AWS's client repeats not."""
        self.loop = Loopback(
            [
                ("POST", r"/devices", self.devices),
                ("GET", r"/device/([^?]+)", self.device),
                ("POST", r"/quantum-tasks", self.search),
                ("POST", r"/quantum-task$", self.create),
                ("PUT", r"/quantum-task/([^/]+)/cancel", self.cancel),
                ("GET", r"/quantum-task/([^?]+)", self.get),
                ("GET", r"/(t\d+)/results.json", self.result),
                ("GET", r"/prices", lambda m, b: (200, PRICES.encode())),
                ("HEAD", r"", lambda m, b: (200, b"")),
            ]
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the client is told."""
        return {
            "AWS_ACCESS_KEY_ID": "canary-key",
            "AWS_SECRET_ACCESS_KEY": "canary-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AMZN_BRAKET_OUT_S3_BUCKET": BUCKET,
            "AWS_ENDPOINT_URL_BRAKET": self.loop.url,
            "AWS_ENDPOINT_URL_S3": self.loop.url,
            "AWS_ENDPOINT_URL_STS": self.loop.url,
            "BRAKET_PRICE_OFFERS_URL": f"{self.loop.url}/prices",
        }

    def devices(self, match: re.Match[str], body: Any) -> Reply:
        if self.denied:
            return 403, {"message": "no"}, {"x-amzn-errortype": self.denied}
        return 200, {"devices": [LISTED]}

    def device(self, match: re.Match[str], body: Any) -> Reply:
        waiting = sum(task["status"] == "QUEUED" for task in self.tasks.values())
        tasks = {
            "queue": "QUANTUM_TASKS_QUEUE",
            "queuePriority": "Normal",
            "queueSize": f"{waiting}",
        }
        hybrid = {"queue": "JOBS_QUEUE", "queueSize": "3"}
        return 200, device() | {"deviceQueueInfo": [tasks, hybrid]}

    def create(self, match: re.Match[str], body: Any) -> Reply:
        arn = self.tokens.setdefault(body["clientToken"], f"{TASK}{len(self.tokens) + 1}")
        made = datetime.now(UTC)
        self.tasks.setdefault(arn, {**body, "left": self.waits, "status": "QUEUED", "made": made})
        if self.lost_replies:
            self.lost_replies -= 1
            return 500, {"message": "lost"}
        if arn == f"{TASK}{self.lost}":
            return 501, {"message": "lost"}
        return 201, {"quantumTaskArn": arn}

    def shown(self, arn: str) -> dict[str, Any]:
        task = self.tasks[arn]
        name = arn.rpartition("/")[2]
        return {
            "quantumTaskArn": arn,
            "status": task["status"],
            "deviceArn": task["deviceArn"],
            "deviceParameters": task.get("deviceParameters", "{}"),
            "shots": task["shots"],
            "outputS3Bucket": task["outputS3Bucket"],
            "outputS3Directory": f"{task['outputS3KeyPrefix']}/{name}",
            "createdAt": task["made"].isoformat(),
            "endedAt": (task["made"] + timedelta(seconds=5)).isoformat(),
            "tags": task.get("tags", {}),
        }

    def get(self, match: re.Match[str], body: Any) -> Reply:
        arn = unquote(match.group(1))
        task = self.tasks[arn]
        if task["status"] == "QUEUED":
            task["status"] = "QUEUED" if task["left"] > 0 else "COMPLETED"
            task["left"] -= 1
        return 200, self.shown(arn)

    def search(self, match: re.Match[str], body: Any) -> Reply:
        """AWS knows no filter by tag; times are in ISO 8601."""
        asked = {(one["name"], one["operator"]): one["values"][0] for one in body["filters"]}
        device = asked.pop(("deviceArn", "EQUAL"))
        since = datetime.fromisoformat(asked.pop(("createdAt", "GTE")))
        assert not asked
        found = [
            self.shown(arn)
            for arn, task in self.tasks.items()
            if task["deviceArn"] == device and task["made"] >= since
        ]
        return 200, {"quantumTasks": found}

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        arn = unquote(match.group(1))
        self.tasks[arn]["status"] = "CANCELLED"
        return 200, {"quantumTaskArn": arn, "cancellationStatus": "CANCELLING"}

    def result(self, match: re.Match[str], body: Any) -> Reply:
        task = next(t for arn, t in self.tasks.items() if arn.endswith(f"/{match.group(1)}"))
        action = json.loads(task["action"])
        rows, qubits = sampled(action["source"], task["shots"])
        about = {"id": match.group(1), "shots": task["shots"], "deviceId": task["deviceArn"]}
        said = {
            "braketSchemaHeader": header("task_result.gate_model_task_result"),
            "measurements": rows,
            "measuredQubits": qubits,
            "taskMetadata": {"braketSchemaHeader": header("task_result.task_metadata"), **about},
            "additionalMetadata": {"action": action},
        }
        return 200, json.dumps(said).encode()


ALIASES = {"cnot": "cx", "cphaseshift": "cp", "i": "id", "phaseshift": "p", "v": "sx"}
ALIASES |= {"si": "sdg", "ti": "tdg"}
"""Braket's names of gates → Qiskit's, where they differ."""


def sampled(source: str, shots: int) -> tuple[list[list[int]], list[int]]:
    """Braket's OpenQASM run by Aer: a row of bits for each shot, and the qubits they are of."""
    from qiskit import qasm3
    from qiskit_aer import AerSimulator

    text = source.replace("OPENQASM 3.0;", 'OPENQASM 3.0; include "stdgates.inc";')
    circuit = qasm3.loads(re.sub(r"\w+", lambda m: ALIASES.get(m.group(), m.group()), text))
    result = AerSimulator().run(circuit, shots=shots, memory=True, seed_simulator=1).result()
    rows = [[int(bit) for bit in reversed(row)] for row in result.get_memory()]
    wires = {
        circuit.find_bit(item.clbits[0]).index: circuit.find_bit(item.qubits[0]).index
        for item in circuit.data
        if item.operation.name == "measure"
    }
    return rows, [wires[k] for k in range(circuit.num_clbits)]


def header(name: str) -> dict[str, str]:
    """A schema's name as Braket writes it."""
    return {"name": f"braket.{name}", "version": "1"}


GATES = ["cnot", "cphaseshift", "cy", "cz", "h", "i", "phaseshift", "rx", "ry", "rz"]
GATES += ["s", "si", "swap", "t", "ti", "v", "x", "y", "z"]


def device() -> dict[str, Any]:
    """A simulator with the capabilities that the SDK asks for."""
    kind = "device_schema.simulators.gate_model_simulator"
    action = {
        "version": ["1"],
        "actionType": "braket.ir.openqasm.program",
        "supportedOperations": GATES,
    }
    window = {"executionDay": "Everyday", "windowStartHour": "00:00", "windowEndHour": "23:59:59"}
    said = {
        "braketSchemaHeader": header(f"{kind}_device_capabilities"),
        "service": {
            "braketSchemaHeader": header("device_schema.device_service_properties"),
            "executionWindows": [window],
            "shotsRange": [0, 100_000],
        },
        "action": {"braket.ir.openqasm.program": action},
        "deviceParameters": {},
        "paradigm": {
            "braketSchemaHeader": header(f"{kind}_paradigm_properties"),
            "qubitCount": QUBITS,
        },
    }
    return LISTED | {"deviceCapabilities": json.dumps(said)}
