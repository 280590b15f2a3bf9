"""What a job on Azure Quantum costs: its makers' formulas, as Microsoft printed them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, loaded, transpiled  # type: ignore[import-not-found]

DATED = "Microsoft, Pricing plans for Azure Quantum providers, 2025-02-26"
"""learn.microsoft.com/azure/quantum/pricing"""

FREE = ("ionq.simulator", "rigetti.sim.", "quantinuum.sim.h1-1sc", "quantinuum.sim.h2-1sc")
"""Simulators and syntax checkers that are not charged for."""

IONQ = {"least": 97.50, "one": 0.000220, "two": 0.000975}
"""USD: of a job with error mitigation, the dearer way; of a gate of one or two qubits a shot."""


def charge(device: str, circuits: list[Any], shots: list[int]) -> dict[str, Any]:
    """The price of all circuits; "unknown" where a maker charges by time or prints no price."""
    if device.startswith(FREE):
        return _quote(0.0, "USD", "free")
    pairs = list(zip(circuits, shots, strict=True))
    if device.startswith("ionq.qpu.aria"):  # the formula is Aria's; Forte's is not on the page
        return _quote(sum(_ionq(*pair) for pair in pairs), "USD", "dated table")
    if device.startswith("quantinuum."):
        unit = "eHQC" if ".sim." in device else "HQC"
        return _quote(sum(_quantinuum(*pair) for pair in pairs), unit, "dated table")
    return _quote(0.0, "USD", "unknown")


def _ionq(circuit: Any, shots: int) -> float:
    """m + 0.000220 N1 C + 0.000975 N2 C."""
    one, two, _ = _gates(circuit)
    return IONQ["least"] + shots * (IONQ["one"] * one + IONQ["two"] * two)


def _quantinuum(circuit: Any, shots: int) -> float:
    """5 + C (N1 + 10 N2 + 5 Nm) / 5000, where Nm counts preparations as well as measurements."""
    one, two, measured = _gates(circuit)
    return 5 + shots * (one + 10 * two + 5 * (measured + circuit.num_qubits)) / 5000


def _gates(circuit: Any) -> tuple[int, int, int]:
    """Gates of one and of more qubits, and measurements and resets."""
    kinds = [0, 0, 0]
    for item in circuit.data:
        name = item.operation.name
        if name in ("measure", "reset"):
            kinds[2] += 1
        elif name != "barrier":
            kinds[min(len(item.qubits), 2) - 1] += 1
    return kinds[0], kinds[1], kinds[2]


def _quote(amount: float, currency: str, basis: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "basis": basis, "source": DATED}


def _below(kind: Any) -> Iterator[Any]:
    """The kinds that derive from one."""
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


class Tabled(Adapter):  # type: ignore[misc]
    """What is known of a machine without an account: what the maker charges for its gates."""

    def __init__(self, device: str) -> None:
        from azure.quantum.qiskit.backends.backend import AzureQirBackend

        kinds = [k for k in _below(AzureQirBackend) if device in getattr(k, "backend_names", ())]
        if not kinds:
            raise Told("BackendUnavailable", "Azure's client knows no such machine")
        self.device, self.backend = device, kinds[0](device, None)

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": self.backend.num_qubits,
            "dynamic": False,
            "most_circuits": 1,
            "source": "simulated" if ".sim" in self.device else "hardware",
            "seeded": False,
            "version": f"azure-quantum {version('azure-quantum')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        circuits = transpiled(self.backend, loaded(work["circuits"]), work)
        return charge(self.device, circuits, work["shots"])
