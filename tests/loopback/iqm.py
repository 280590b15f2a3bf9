"""An IQM server with one machine, which Qiskit simulates."""

from __future__ import annotations

import re
import uuid
from typing import Any

from tests.loopback.server import Loopback, Reply

MACHINE, CALIBRATION = "garnet", "00000000-0000-0000-0000-000000000007"
QUBITS = [f"QB{k}" for k in range(1, 6)]


class Iqm:
    """The state behind the server: jobs by id."""

    def __init__(self, waits: int = 1) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.waits = waits
        self.loop = Loopback(
            [
                ("GET", r"/quantum-computers$", self.machines),
                ("GET", r"/dynamic-quantum-architecture$", lambda m, b: (200, architecture())),
                ("POST", rf"/jobs/{MACHINE}/circuit", self.create),
                ("GET", r"/jobs/([0-9a-f-]+)$", self.get),
                ("GET", r"/jobs/([0-9a-f-]+)/payload$", self.payload),
                ("GET", r"/jobs/([0-9a-f-]+)/artifacts/measurements$", self.measured),
                ("POST", r"/jobs/([0-9a-f-]+)/cancel$", self.cancel),
            ]
        )

    def machines(self, match: re.Match[str], body: Any) -> Reply:
        known = {"id": str(uuid.uuid4()), "alias": MACHINE, "display_name": MACHINE}
        return 200, {"quantum_computers": [known]}

    def create(self, match: re.Match[str], body: Any) -> Reply:
        name = str(uuid.uuid4())
        self.jobs[name] = {"sent": body, "word": "waiting", "left": self.waits}
        return 200, self.shown(name)

    def shown(self, name: str) -> dict[str, Any]:
        known = {"id": name, "type": "circuit", "status": self.jobs[name]["word"]}
        return known | {"compilation": {"calibration_set_id": CALIBRATION}}

    def get(self, match: re.Match[str], body: Any) -> Reply:
        job = self.jobs[match.group(1)]
        if job["word"] == "waiting":
            job["left"] -= 1
            job["word"] = "completed" if job["left"] < 0 else "waiting"
        return 200, self.shown(match.group(1))

    def payload(self, match: re.Match[str], body: Any) -> Reply:
        return 200, self.jobs[match.group(1)]["sent"]

    def measured(self, match: re.Match[str], body: Any) -> Reply:
        sent = self.jobs[match.group(1)]["sent"]
        return 200, [drawn(circuit, sent["shots"]) for circuit in sent["circuits"]]

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        self.jobs[match.group(1)]["word"] = "cancelled"
        return 200, {}


def architecture() -> dict[str, Any]:
    """A star of five qubits, as IQM's Adonis."""
    single = [[qubit] for qubit in QUBITS]
    pairs = [[qubit, "QB3"] for qubit in QUBITS if qubit != "QB3"]
    loci = {"prx": single, "measure": single, "cz": pairs}
    gates = {
        name: {
            "implementations": {"here": {"loci": places}},
            "default_implementation": "here",
            "override_default_implementation": {},
        }
        for name, places in loci.items()
    }
    return {
        "calibration_set_id": CALIBRATION,
        "qubits": QUBITS,
        "computational_resonators": [],
        "gates": gates,
    }


def drawn(circuit: dict[str, Any], shots: int) -> dict[str, list[list[int]]]:
    """Shots of a circuit of prx, cz and measurements, by the keys of the measurements."""
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Statevector

    made, keys = QuantumCircuit(len(QUBITS)), {}
    for item in circuit["instructions"]:
        places, args = [QUBITS.index(name) for name in item["locus"]], item["args"]
        if item["name"] == "prx":
            made.r(args["angle"], args["phase"], places[0])
        elif item["name"] == "cz":
            made.cz(*places)
        elif item["name"] == "measure":
            keys[args["key"]] = places[0]
    state = Statevector(made)
    state.seed(1)
    memory = state.sample_memory(shots)
    return {key: [[int(shot[-1 - place])] for shot in memory] for key, place in keys.items()}
