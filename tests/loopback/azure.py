"""Azure Quantum's workspace and its blob storage: QIR is run by Microsoft's own simulator."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from tests.loopback.server import Loopback, Reply

QUBITS = 11
TARGETS = {
    "ionq": ("ionq.simulator", "ionq.qpu.aria-1", "ionq.qpu.forte-1"),
    "quantinuum": ("quantinuum.qpu.h2-1",),
}
KEY = "canary-of-azure"


class Azure:
    """The state behind the server: jobs and blobs by name."""

    def __init__(self, waits: int = 1) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, bytes] = {}
        self.waits, self.lost_replies = waits, 0
        """`lost_replies` many submissions are accepted and answered with an error."""
        self.loop = Loopback(
            [
                ("GET", r"/providerStatus", self.targets),
                ("POST", r"/storage/sasUri", self.signed),
                ("PUT", r"^/account/([^?]+)\?", self.uploaded),
                ("GET", r"^/account/([^?]+)\?", self.downloaded),
                ("HEAD", r"^/account/", lambda m, b: (200, b"")),
                ("PUT", r"/jobs/([0-9a-f-]+)\?", self.create),
                ("GET", r"/jobs/([0-9a-f-]+)\?", self.get),
                ("GET", r"/jobs\?", self.listed),
                ("POST", r"/jobs/([0-9a-f-]+):cancel\?", self.cancel),
            ]
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the client is told."""
        text = (
            "SubscriptionId=11111111-1111-1111-1111-111111111111;ResourceGroupName=rg;"
            f"WorkspaceName=ws;ApiKey={KEY};QuantumEndpoint=https://eastus.quantum.azure.com/;"
        )
        return {
            "AZURE_QUANTUM_CONNECTION_STRING": text,
            "AZURE_QUANTUM_URL": f"{self.loop.url}/",
        }

    def targets(self, match: re.Match[str], body: Any) -> Reply:
        shown = {"currentAvailability": "Available", "averageQueueTime": 0, "numQubits": QUBITS}
        makers = [
            {
                "id": maker,
                "currentAvailability": "Available",
                "targets": [{"id": name, "targetProfile": "Base", **shown} for name in names],
            }
            for maker, names in TARGETS.items()
        ]
        return 200, {"value": makers, "nextLink": None}

    def signed(self, match: re.Match[str], body: Any) -> Reply:
        place = "/".join(body[key] for key in ("containerName", "blobName") if body.get(key))
        expires = "2099-01-01T00%3A00%3A00Z"
        return 200, {"sasUri": f"{self.loop.url}/account/{place}?se={expires}&sig=x"}

    def uploaded(self, match: re.Match[str], body: Any) -> Reply:
        self.blobs[match.group(1)] = body
        return 201, b""

    def downloaded(self, match: re.Match[str], body: Any) -> Reply:
        found = self.blobs[match.group(1)]
        span = {"Content-Range": f"bytes 0-{len(found) - 1}/{len(found)}"}
        return 206, found, span

    def create(self, match: re.Match[str], body: Any) -> Reply:
        name = match.group(1)
        self.jobs.setdefault(name, {**body, "status": "Waiting", "left": self.waits})
        if self.lost_replies:
            self.lost_replies -= 1
            return 503, {"error": {"code": "lost", "message": "lost"}}
        return 201, self.shown(name)

    def shown(self, name: str) -> dict[str, Any]:
        place = f"{self.loop.url}/account/job-{name}/outputData"
        times = {"creationTime": "2026-01-01T00:00:00Z"}
        if self.jobs[name]["status"] == "Succeeded":
            times["beginExecutionTime"] = "2026-01-01T00:00:30Z"
            times["endExecutionTime"] = "2026-01-01T00:00:32Z"
        return {**self.jobs[name], "id": name, "outputDataUri": place, **times}

    def listed(self, match: re.Match[str], body: Any) -> Reply:
        """All of them: the names asked for are the client's own affair to check."""
        return 200, {"value": [self.shown(name) for name in self.jobs], "nextLink": None}

    def get(self, match: re.Match[str], body: Any) -> Reply:
        job = self.jobs.get(match.group(1))
        if job is None:
            return 404, {"error": {"code": "NotFound", "message": "no such job"}}
        if job["status"] == "Waiting":
            job["left"] -= 1
            if job["left"] < 0:
                self._run(match.group(1))
        return 200, self.shown(match.group(1))

    def _run(self, name: str) -> None:
        job = self.jobs[name]
        sent = self.blobs[f"job-{name}/inputData"]
        found = histogram(sent.decode(), job["inputParams"]["shots"])
        self.blobs[f"job-{name}/outputData"] = json.dumps(found).encode()
        job["status"] = "Succeeded"

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        self.jobs[match.group(1)]["status"] = "Cancelled"
        return 204, b""


def histogram(qir: str, shots: int) -> dict[str, Any]:
    """Shots and their counts in the format microsoft.quantum-results.v2."""
    from qdk.simulation import run_qir

    drawn = [_bits(shot) for shot in run_qir(qir, shots=shots, seed=1)]
    counted = Counter(json.dumps(shot) for shot in drawn)
    table = [{"Outcome": json.loads(k), "Display": k, "Count": n} for k, n in counted.items()]
    return {
        "DataFormat": "microsoft.quantum-results.v2",
        "Results": [{"Histogram": table, "Shots": drawn}],
    }


def _bits(shot: Any) -> Any:
    """Results of the simulator as 0 and 1, in the shape that the program records them in."""
    if isinstance(shot, (list, tuple)):
        return [_bits(one) for one in shot]
    return int(str(shot) in ("One", "1", "True"))
