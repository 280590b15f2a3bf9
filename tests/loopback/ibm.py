"""As much of IBM's cloud as its client asks for: one machine, whose jobs a simulator runs."""

from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.loopback.server import Reply, Rule

CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/0123:abcd::"
MACHINE = "ibm_loopback"

ONE_THREAD = ThreadPoolExecutor(1)
"""Qiskit sometimes crashes when circuits are read from bytes in one thread after another."""


class Cloud:
    """Jobs by id, with the tags they were submitted under; `words` are their next statuses."""

    def __init__(self, pricing: str = "free") -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.words = ["Queued", "Running"]
        self.pricing = pricing

    @property
    def rules(self) -> list[Rule]:
        item = {"crn": CRN, "service_plan_unique_id": "plan1", "name": "inst", "tags": []}
        item["doc"] = {"extensions": [{"x": 1}]}
        online = {"name": MACHINE, "status": {"name": "online"}, "qubits": 5, "queue_length": 0}
        active = {"backend_name": MACHINE, "backend_version": "1", "state": True}
        status = active | {"status": "active", "message": "", "length_queue": 0}
        usage = {"usage_remaining_seconds": 600, "usage_limit_reached": False}
        return [
            ("POST", r"/identity/token", lambda m, b: (200, _token())),
            ("POST", r"/v3/resources/search", lambda m, b: (200, {"items": [item]})),
            (
                "GET",
                r"/plan1",
                lambda m, b: (200, {"metadata": {"pricing": {"type": self.pricing}}}),
            ),
            ("GET", r"/instances/usage", lambda m, b: (200, usage)),
            ("GET", r"/configuration", lambda m, b: (200, _described("conf"))),
            ("GET", r"/properties", lambda m, b: (200, _described("props"))),
            ("GET", r"/backends/[^/]+/status", lambda m, b: (200, status)),
            ("GET", r"/backends(\?|$)", lambda m, b: (200, {"devices": [online]})),
            ("POST", r"/jobs$", self._submit),
            ("POST", r"/jobs/(\w+)/cancel", self._cancel),
            ("GET", r"/jobs/(\w+)/results", self._result),
            ("GET", r"/jobs/(\w+)/metrics", lambda m, b: (200, METRICS)),
            ("GET", r"/jobs/(\w+)", lambda m, b: (200, self._told(m.group(1)))),
            ("GET", r"/jobs\?", self._listed),
        ]

    def _submit(self, _: re.Match[str], body: Any) -> Reply:
        if body["backend"] != MACHINE:
            return 404, {}
        job = f"job{len(self.jobs) + 1}"
        self.jobs[job] = body
        return 200, {"id": job, "backend": MACHINE}

    def _cancel(self, found: re.Match[str], _: Any) -> Reply:
        self.words = ["Cancelled"] * 100
        return 204, b""

    def _told(self, job: str) -> dict[str, Any]:
        word = self.words.pop(0) if self.words else "Completed"
        about = {"id": job, "backend": MACHINE, "created": "2026-01-01T00:00:00Z", "params": {}}
        known = {"state": {"status": word}, "status": word, "program": {"id": "sampler"}}
        return about | known | {"tags": self.jobs[job].get("tags", [])}

    def _listed(self, found: re.Match[str], _: Any) -> Reply:
        from urllib.parse import parse_qs

        wanted = parse_qs(found.string.partition("?")[2]).get("tags", [])
        some = [j for j, body in self.jobs.items() if set(wanted) <= set(body.get("tags", []))]
        return 200, {"jobs": [self._told(job) for job in some], "count": len(some)}

    def _result(self, found: re.Match[str], _: Any) -> Reply:
        return 200, ONE_THREAD.submit(_answered, self.jobs[found.group(1)]["params"]).result()


def _answered(params: Any) -> bytes:
    """The result of a sampler's job as IBM's package writes it."""
    from qiskit.primitives import PrimitiveResult
    from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder

    sent = json.loads(json.dumps(params), cls=RuntimeDecoder)
    done = PrimitiveResult([_sampled(pub[0], pub[2]) for pub in sent["pubs"]])
    return json.dumps(done, cls=RuntimeEncoder).encode()


def _sampled(circuit: Any, shots: int) -> Any:
    """Shots of a circuit that measures at its end."""
    from qiskit.primitives import BitArray, DataBin, SamplerPubResult
    from qiskit.quantum_info import Statevector

    wires = {
        circuit.find_bit(item.clbits[0]).index: circuit.find_bit(item.qubits[0]).index
        for item in circuit.data
        if item.operation.name == "measure"
    }
    state = Statevector(circuit.remove_final_measurements(inplace=False))
    state.seed(3)
    registers: dict[str, Any] = {}
    memory = state.sample_memory(shots)
    for register in circuit.cregs:
        places = [wires.get(circuit.find_bit(bit).index) for bit in reversed(register)]
        strings = [
            "".join("0" if place is None else shot[-1 - place] for place in places)
            for shot in memory
        ]
        registers[register.name] = BitArray.from_samples(strings, num_bits=len(places))
    return SamplerPubResult(DataBin(**registers))


METRICS = {
    "usage": {"quantum_seconds": 2},
    "timestamps": {"created": "2026-01-01T00:00:00Z", "running": "2026-01-01T00:00:30Z"},
}


def _token() -> dict[str, Any]:
    """A reply with a token that can be parsed and is signed by nobody."""
    until = int(time.time()) + 3600
    claims = urlsafe_b64encode(json.dumps({"exp": until, "iat": until - 3600}).encode())
    token = f"eyJhbGciOiJub25lIn0.{claims.decode().rstrip('=')}.c2ln"
    return {"access_token": token, "expires_in": 3600, "expiration": until, "refresh_token": "r"}


def _described(kind: str) -> dict[str, Any]:
    """What a fake device of the client's own package says of itself, as another machine's."""
    from qiskit_ibm_runtime.fake_provider import backends

    folder = Path(backends.__file__).parent / "manila"
    found: dict[str, Any] = json.loads((folder / f"{kind}_manila.json").read_text("utf-8"))
    return found | {"backend_name": MACHINE, "simulator": False}
