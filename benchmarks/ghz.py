"""GHZ fidelities of the vendors' offline twins, beside Aer with the same machine's noise.

python benchmarks/ghz.py            measure every twin that is installed, into results/ghz.json
python benchmarks/ghz.py MACHINE…   measure these again, or for the first time; keep the others
python benchmarks/ghz.py --render   write docs/ghz.md from what is stored
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from usecases import provenance
from usecases.errors import UsecasesError
from usecases.ghz import Fidelity, fidelity
from usecases.registry import backend
from usecases.vendors.catalogue import vendors

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "ghz.json"
PAGE = ROOT / "docs" / "ghz.md"

QUBITS, SHOTS = 4, 6000
IDEAL = (
    *("alice_bob/EMU:40Q:LOGICAL_NOISELESS", "aqt/offline_ideal"),
    *("braket/braket_sv", "braket/braket_dm", "qdk/", "quantinuum/"),
)
"""Twins that say of themselves that they make no errors."""


def machines() -> list[str]:
    """The twins of all vendors that take circuits, and an idle qubit in three ways."""
    found = [
        f"{vendor.name}/{device}"
        for vendor in vendors().values()
        for device in vendor.examples
        if vendor.work == "circuits" and vendor.is_twin(device)
    ]
    return ["aer", *found, *(f"aer noise=manila idle={idle}" for idle in ("waits", "XX"))]


def model(machine: str) -> str | None:
    """The same noise in Aer, where Aer has it."""
    if machine.startswith("ibm/fake_"):
        return f"aer noise={machine.removeprefix('ibm/fake_')}"
    if machine.startswith("iqm/fake_") or machine == "aqt/offline_noisy":
        return f"aer noise={machine}"
    if machine.startswith(IDEAL):
        return "aer"
    return "aer noise=manila" if "noise=manila" in machine else None


def measured(asked: list[str]) -> list[dict[str, Any]]:
    rows = []
    for machine in asked:
        try:
            own = fidelity(backend(machine), QUBITS, SHOTS, seed=1)
        except UsecasesError as error:
            print(f"{machine}: {error}", file=sys.stderr)
            continue
        beside = model(machine)
        try:
            aer = fidelity(backend(beside), QUBITS, SHOTS, seed=2) if beside else None
        except UsecasesError as error:
            print(f"{beside}: {error}", file=sys.stderr)
            aer = beside = None
        row: dict[str, Any] = {"machine": machine, "own": own.model_dump(), "model": beside}
        rows.append(row | {"aer": aer and aer.model_dump()})
        print(machine, own.value, aer and aer.value, file=sys.stderr)
    return rows


def render(found: dict[str, Any]) -> str:
    first = Fidelity(**found["rows"][0]["own"])
    lines = [
        "# GHZ fidelities of twins",
        "",
        f"How well each vendor's offline twin prepares (|0…0⟩ + |1…1⟩)/√2 on {first.qubits} qubits,"
        f" from {first.shots:,} shots, beside Aer with the noise that was recorded of the same"
        " machine. All of it is simulated. Readout errors count. `usecases ghz` measures any"
        " machine; the formula and its source stand in `usecases/ghz.py`.",
        "",
        "| machine | fidelity | 95 % | in Aer | 95 % | apart |",
        "|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        own = Fidelity(**row["own"])
        cells = [f"`{row['machine']}`", *_shown(own), "–", "–", "–"]
        if row["aer"]:
            aer = Fidelity(**row["aer"])
            value, interval = _shown(aer)
            cells[3:] = [f"{value} (`{row['model']}`)", interval, f"{own.differs(aer):+.1f} σ"]
        lines.append(f"| {' | '.join(cells)} |")
    versions = ", ".join(f"{k} {v}" for k, v in found["versions"].items() if "qiskit" in k)
    return "\n".join([
        *lines,
        "",
        "A dash: Aer has no model of that machine here. Beside `ibm/` twins stands the same"
        " recorded calibration in our own Aer, beside `iqm/` and `aqt/` twins the model that the"
        " twin tells of itself; a twin compiles the circuits itself, so it may use other qubits."
        " Through the resonator of `iqm/fake_deneb` states move, by a gate that Aer lacks."
        " In the rows with `idle` waiting qubits decay as well. Two pulses while they wait"
        " cannot undo that: relaxation has no memory.",
        "",
        f"Made by `benchmarks/ghz.py` with {versions}.",
        "",
    ])  # fmt: skip


def _shown(one: Fidelity) -> tuple[str, str]:
    low, high = one.interval
    return f"{one.value:.4f}", f"{low:.4f} to {high:.4f}"


def stored(asked: list[str]) -> list[dict[str, Any]]:
    """The rows asked for, measured now, in place of the stored ones; all others as stored."""
    rows = {row["machine"]: row for row in json.loads(STORED.read_text("utf-8"))["rows"]}
    rows |= {row["machine"]: row for row in measured(asked)}
    order = [*machines(), *rows]
    return sorted(rows.values(), key=lambda row: order.index(row["machine"]))


if __name__ == "__main__":
    if "--render" not in sys.argv:
        found = stored(sys.argv[1:]) if sys.argv[1:] else measured(machines())
        kept = {"rows": found, "versions": provenance.versions()}
        STORED.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), "utf-8")
