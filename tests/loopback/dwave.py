"""D-Wave's solver API: a Chimera graph whose problems are solved by enumeration.

Problems and answers travel in the vendor's "qp" format: base64 of little-endian arrays.
"""

from __future__ import annotations

import base64
import itertools
import re
from typing import Any
from urllib.parse import parse_qs

import numpy as np

from tests.loopback.server import Loopback, Reply

NAME = "Loopback_system"
CELLS = 2
ACCESS_TIME = 12_345.0
"""Microseconds."""


class Leap:
    """The state behind the server: problems by id."""

    def __init__(self, waits: int = 1) -> None:
        self.problems: dict[str, dict[str, Any]] = {}
        self.waits = waits
        """How often a problem is said to be pending before it is done."""
        self.solver = solver()
        self.loop = Loopback(
            [
                ("GET", r"/solvers/remote/[^?]", lambda m, b: (200, self.solver)),
                ("GET", r"/solvers/remote", lambda m, b: (200, [self.solver])),
                ("POST", r"/problems/?$", self.submit),
                ("GET", r"/problems/\?(.*)", self.listed),
                ("GET", r"/problems/(p\d+)/answer", self.answer),
                ("GET", r"/problems/(p\d+)", lambda m, b: (200, self.whole(m.group(1)))),
                ("DELETE", r"/problems/(p\d+)", self.cancel),
            ]
        )

    def submit(self, match: re.Match[str], body: Any) -> Reply:
        name = f"p{len(self.problems) + 1}"
        self.problems[name] = {**body, "left": self.waits, "status": "PENDING"}
        return 200, self.brief(name)

    def brief(self, name: str) -> dict[str, Any]:
        problem = self.problems[name]
        return {
            "id": name,
            "type": problem["type"],
            "solver": problem["solver"],
            "label": problem.get("label"),
            "status": problem["status"],
            "submitted_on": "2026-01-01T00:00:00Z",
            "solved_on": "2026-01-01T00:00:03Z",
        }

    def listed(self, match: re.Match[str], body: Any) -> Reply:
        asked = parse_qs(match.group(1))
        names = asked["id"][0].split(",") if "id" in asked else list(self.problems)
        for name in names:
            self._advance(self.problems[name])
        labels = asked.get("label")
        found = [self.brief(name) for name in names]
        return 200, [p for p in found if labels is None or p["label"] in labels]

    def whole(self, name: str) -> dict[str, Any]:
        return self.brief(name) | {"answer": solved(self.solver, self.problems[name])}

    def answer(self, match: re.Match[str], body: Any) -> Reply:
        return 200, {"answer": solved(self.solver, self.problems[match.group(1)])}

    def cancel(self, match: re.Match[str], body: Any) -> Reply:
        self.problems[match.group(1)]["status"] = "CANCELLED"
        return 200, self.brief(match.group(1))

    @staticmethod
    def _advance(problem: dict[str, Any]) -> None:
        if problem["status"] == "PENDING":
            problem["status"] = "PENDING" if problem["left"] > 0 else "COMPLETED"
            problem["left"] -= 1


def solver() -> dict[str, Any]:
    """A machine of 2 × 2 Chimera cells, with the properties that the client reads."""
    cells = list(itertools.product(range(CELLS), range(CELLS)))

    def place(row: int, column: int, half: int, k: int) -> int:
        return ((row * CELLS + column) * 2 + half) * 4 + k

    inside = [
        [place(r, c, 0, i), place(r, c, 1, j)] for r, c in cells for i in range(4) for j in range(4)
    ]
    down = [[place(0, c, 0, k), place(1, c, 0, k)] for c in range(CELLS) for k in range(4)]
    across = [[place(r, 0, 1, k), place(r, 1, 1, k)] for r in range(CELLS) for k in range(4)]
    properties = {
        "supported_problem_types": ["ising", "qubo"],
        "parameters": {"num_reads": "", "answer_mode": "", "auto_scale": ""},
        "num_qubits": 32,
        "qubits": list(range(32)),
        "couplers": sorted(inside + down + across),
        "topology": {"type": "chimera", "shape": [CELLS, CELLS, 4]},
        "category": "qpu",
        "num_reads_range": [1, 10_000],
        "h_range": [-2.0, 2.0],
        "j_range": [-1.0, 1.0],
        "problem_timing_data": TIMING,
    }
    identity = {"name": NAME, "version": {"graph_id": "01abcd"}}
    return {
        "id": NAME,
        "identity": identity,
        "status": "ONLINE",
        "description": "loopback",
        "properties": properties,
        "avg_load": 0.25,
    }


TIMING = {
    "version": "1.0.0",
    "typical_programming_time": 14_000.0,
    "reverse_annealing_with_reinit_prog_time_delta": 0.0,
    "reverse_annealing_without_reinit_prog_time_delta": 0.0,
    "default_programming_thermalization": 1000.0,
    "default_annealing_time": 20.0,
    "default_readout_thermalization": 0.0,
    "readout_time_model": "pwl_log_log",
    "readout_time_model_parameters": [0.0, 2.0, 1.0, 2.0],
    "qpu_delay_time_per_sample": 20.0,
    "reverse_annealing_with_reinit_delay_time_delta": 0.0,
    "reverse_annealing_without_reinit_delay_time_delta": 0.0,
    "decorrelation_max_nominal_anneal_time": 2000.0,
    "decorrelation_time_range": [500.0, 10_000.0],
}


def solved(machine: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    """The lowest state and the highest, the latter once: the order of both bits and reads shows."""
    qubits, couplers = machine["properties"]["qubits"], machine["properties"]["couplers"]
    biases = np.frombuffer(base64.b64decode(problem["data"]["lin"]), "<f8")
    couplings = np.frombuffer(base64.b64decode(problem["data"]["quad"]), "<f8")
    active = [q for q, bias in zip(qubits, biases, strict=True) if not np.isnan(bias)]
    fields = biases[active]
    index = {q: k for k, q in enumerate(active)}
    pairs = [(index[u], index[v]) for u, v in couplers if u in index and v in index]
    states = 1 - 2 * ((np.arange(1 << len(active))[:, None] >> np.arange(len(active))) & 1)
    energies = states @ fields
    for (u, v), coupling in zip(pairs, couplings, strict=True):
        energies = energies + coupling * states[:, u] * states[:, v]
    chosen = [int(energies.argmin()), int(energies.argmax())]
    packed = b"".join(np.packbits(states[k] > 0).tobytes() for k in chosen)
    counts = [problem["params"]["num_reads"] - 1, 1]
    return {
        "format": "qp",
        "active_variables": _text(np.array(active, "<i4")),
        "num_variables": machine["properties"]["num_qubits"],
        "solutions": base64.b64encode(packed).decode(),
        "energies": _text(np.array(energies[chosen], "<f8")),
        "num_occurrences": _text(np.array(counts, "<i4")),
        "timing": {"qpu_access_time": ACCESS_TIME, "qpu_sampling_time": 5000.0},
    }


def _text(values: Any) -> str:
    return base64.b64encode(values.tobytes()).decode()
