"""Alice & Bob's interface: QIR is run by Microsoft's own simulator."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests.loopback.azure import _bits
from tests.loopback.server import Loopback, Reply

TARGET = "QPU:5Q:LOOPBACK"
GATES = ("h", "t", "s", "x", "y", "z", "cx", "cz", "ccx")


class AliceBob:
    """The state behind the server: jobs by id."""

    def __init__(self, waits: int = 1) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.waits = waits
        self.loop = Loopback(
            [
                ("GET", r"/v1/targets/$", lambda m, b: (200, [target()])),
                ("POST", r"/v1/jobs/$", self.create),
                ("POST", r"/v1/jobs/(j\d+)/input$", self.fed),
                ("GET", r"/v1/jobs/(j\d+)$", self.get),
                ("GET", r"/v1/jobs/(j\d+)/output$", self.output),
                ("GET", r"/v1/jobs/(j\d+)/metrics$", lambda m, b: (200, {"qpu_duration_ns": 2e9})),
                ("GET", r"/v1/jobs/(j\d+)/(input|transpiled)$", self.program),
                ("DELETE", r"/v1/jobs/(j\d+)$", self.cancel),
            ]
        )

    def create(self, match: re.Match[str], body: Any) -> Reply:
        name = f"j{len(self.jobs) + 1}"
        self.jobs[name] = {"asked": body, "left": self.waits, "word": "CREATED"}
        return 200, self.shown(name)

    def fed(self, match: re.Match[str], body: Any) -> Reply:
        """The program comes as a file of a form; what is between the lines of the form is it."""
        text = bytes(body).decode()
        self.jobs[match.group(1)] |= {"qir": text[text.index("\r\n\r\n") + 4 :], "word": "COMPILED"}
        return 200, {}

    def shown(self, name: str) -> dict[str, Any]:
        job = self.jobs[name]
        asked = {"inputParams": job["asked"]["inputParams"]}
        return {"id": name, "events": [{"type": job["word"]}], "errors": [], **asked}

    def get(self, match: re.Match[str], body: Any) -> Reply:
        job = self.jobs[match.group(1)]
        if job["word"] == "COMPILED":
            job["left"] -= 1
            job["word"] = "SUCCEEDED" if job["left"] < 0 else "COMPILED"
        return 200, self.shown(match.group(1))

    def output(self, match: re.Match[str], body: Any) -> Reply:
        from qdk.simulation import run_qir

        job = self.jobs[match.group(1)]
        qir = plainer(job["qir"].rpartition("\r\n--")[0])
        shots = run_qir(qir, shots=job["asked"]["inputParams"]["nbShots"], seed=1)
        counted = Counter("".join(map(str, _bits(shot))) for shot in shots)
        return 200, "\n".join(f"{bits},{count}" for bits, count in counted.items()).encode()

    def program(self, match: re.Match[str], body: Any) -> Reply:
        return 200, self.jobs[match.group(1)]["qir"].encode()

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        self.jobs[match.group(1)]["word"] = "CANCELLED"
        return 200, {}


def plainer(qir: str) -> str:
    """The program for a simulator that starts in 0: a preparation is nothing there, or a flip."""
    flip = r"call void @__quantum__qis__x__body(\1)"
    named = "@__quantum__qis__prepare_z__body"
    kept = re.sub(rf"call void {named}\(i1 false, [^\n]*\n", "\n", qir)
    kept = re.sub(rf"call void {named}\(i1 true, ([^\n]*)\)(?=\n)", flip, kept)
    kept = re.sub(rf"declare void {named}[^\n]*", "", kept)
    return kept.replace("__quantum__qis__cnot__body", "__quantum__qis__cx__body")


def target() -> dict[str, Any]:
    """A machine of five qubits; gates are named by their QIR signatures."""
    gates = [f"__quantum__qis__{name}__body:void (%Qubit*)" for name in GATES]
    gates += [f"__quantum__qis__{name}__adj:void (%Qubit*)" for name in "st"]
    gates.append("__quantum__qis__prepare_z__body:void (i1, %Qubit*)")
    gates.append("__quantum__qis__mz__body:void (%Qubit*, %Result*)")
    shots = {"default": 1000, "constraints": [{"min": 1, "max": 1_000_000}]}
    return {
        "name": TARGET,
        "numQubits": 5,
        "instructions": [{"signature": gate} for gate in gates],
        "inputParams": {"nbShots": shots},
    }
