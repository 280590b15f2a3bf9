"""Amazon Braket's API and S3: tasks are run by the SDK's local simulator."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from tests.loopback.server import Loopback, Reply

ARNS = {
    "SV1": "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
    "Garnet": "arn:aws:braket:us-east-1::device/qpu/iqm/Garnet",
}
TASK = "arn:aws:braket:us-east-1:123456789012:quantum-task/t"
BUCKET = "amazon-braket-loopback"

PRICES = """\
"FormatVersion","v1.0"
"Disclaimer","a list of our own for tests"
"Publication Date","2026-01-01T00:00:00Z"
"Version","1"
"OfferCode","AmazonBraket"
"Region Code","DeviceName","Version","Product Family","operation","Currency","PricePerUnit","Unit"
"us-east-1","Garnet","","Quantum Task","","USD","0.5","task"
"us-east-1","Garnet","","Quantum Task-Shot","","USD","0.002","shot"
"us-east-1","","SV1","Simulator Task","CompleteTask","USD","0.06","minutes"
"""


class Aws:
    """The state behind the server: tasks by ARN, one for each idempotency token."""

    def __init__(self, waits: int = 1) -> None:
        self.tasks: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.waits, self.lost_replies = waits, 0
        """`lost_replies` many submissions are accepted and answered with an error."""
        self.loop = Loopback(
            [
                ("POST", r"/devices", lambda m, b: (200, {"devices": [*map(listed, ARNS)]})),
                ("GET", r"/device/([^?]+)", lambda m, b: (200, device(unquote(m.group(1))))),
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

    def create(self, match: re.Match[str], body: Any) -> Reply:
        arn = self.tokens.setdefault(body["clientToken"], f"{TASK}{len(self.tokens) + 1}")
        self.tasks.setdefault(arn, {**body, "left": self.waits, "status": "QUEUED"})
        if self.lost_replies:
            self.lost_replies -= 1
            return 500, {"message": "lost"}
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
            "createdAt": "2026-01-01T00:00:00Z",
            "endedAt": "2026-01-01T00:00:05Z",
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
        wanted = body["filters"][0]["values"]
        found = [self.shown(arn) for arn, task in self.tasks.items() if task["deviceArn"] in wanted]
        return 200, {"quantumTasks": found}

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        arn = unquote(match.group(1))
        self.tasks[arn]["status"] = "CANCELLED"
        return 200, {"quantumTaskArn": arn, "cancellationStatus": "CANCELLING"}

    def result(self, match: re.Match[str], body: Any) -> Reply:
        from braket.devices import LocalSimulator
        from braket.ir.openqasm import Program

        task = next(t for arn, t in self.tasks.items() if arn.endswith(f"/{match.group(1)}"))
        action = json.loads(task["action"])
        program = Program(source=action["source"], inputs=action.get("inputs"))
        found = LocalSimulator().run(program, shots=task["shots"]).result()
        about = {"id": match.group(1), "shots": task["shots"], "deviceId": task["deviceArn"]}
        said = {
            "braketSchemaHeader": header("task_result.gate_model_task_result"),
            "measurements": found.measurements.tolist(),
            "measuredQubits": [int(q) for q in found.measured_qubits],
            "taskMetadata": {"braketSchemaHeader": header("task_result.task_metadata"), **about},
            "additionalMetadata": {"action": action},
        }
        return 200, json.dumps(said).encode()


def header(name: str) -> dict[str, str]:
    """A schema's name as Braket writes it."""
    return {"name": f"braket.{name}", "version": "1"}


def listed(name: str) -> dict[str, str]:
    """A device in the list."""
    return {
        "deviceArn": ARNS[name],
        "deviceName": name,
        "deviceType": "QPU" if name == "Garnet" else "SIMULATOR",
        "deviceStatus": "ONLINE",
        "providerName": "IQM" if name == "Garnet" else "Amazon Braket",
    }


def device(arn: str) -> dict[str, Any]:
    """A device with the capabilities of the SDK's simulator."""
    from braket.devices import LocalSimulator

    name = next(name for name, known in ARNS.items() if known == arn)
    said = json.loads(LocalSimulator().properties.json())
    said["braketSchemaHeader"] = header(
        "device_schema.simulators.gate_model_simulator_device_capabilities"
    )
    said["paradigm"] |= {
        "braketSchemaHeader": header(
            "device_schema.simulators.gate_model_simulator_paradigm_properties"
        ),
        "qubitCount": 34,
    }
    said["service"] = {
        "braketSchemaHeader": header("device_schema.device_service_properties"),
        "executionWindows": [
            {"executionDay": "Everyday", "windowStartHour": "00:00", "windowEndHour": "23:59:59"}
        ],
        "shotsRange": [0, 100_000],
        "deviceCost": {"price": 0.075, "unit": "minute"},
    }
    return listed(name) | {"deviceCapabilities": json.dumps(said)}
