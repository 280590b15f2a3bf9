"""IBM Quantum: fake devices of recorded calibrations, and the machines of the cloud."""

from __future__ import annotations

from typing import Any

from adapter import Adapter, QiskitTwin, Told  # type: ignore[import-not-found]

TITLE = "IBM Quantum"
WORK = "circuits"
PACKAGE = "qiskit_ibm_runtime"
TWIN = "fake_"
"""How the names of devices begin that answer here, without a network."""
EXAMPLES = ("fake_manila", "fake_guadalupe", "fake_fez", "ibm_fez")
CREDENTIALS = ("QISKIT_IBM_TOKEN",)
VARIABLES = (
    "QISKIT_IBM_INSTANCE",
    "QISKIT_IBM_URL",
    "IAM_URL",
    "GLOBAL_SEARCH_URL",
    "GLOBAL_CATALOG_URL",
)
PRICE = "dated table"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The fake device, or the machine of the cloud, of this name."""
    if not device.startswith(TWIN):
        from ibm_cloud import Cloud  # type: ignore[import-not-found]

        cloud: Adapter = Cloud(device)
        return cloud
    return Fake(_fake(device))


def tabled(device: str) -> Adapter:
    """What is known of a machine of the cloud where no account is."""
    from ibm_prices import Tabled  # type: ignore[import-not-found]

    known: Adapter = Tabled()
    return known


def _fake(device: str) -> Any:
    from qiskit_ibm_runtime import fake_provider

    short = device.removeprefix(TWIN).replace("_", "")
    kinds = {
        name.removeprefix("Fake").removesuffix("V2").lower(): kind
        for name, kind in vars(fake_provider).items()
        if name.startswith("Fake") and name.endswith("V2")
    } | {
        name.removeprefix("Fake").lower(): kind
        for name, kind in vars(fake_provider).items()
        if name.startswith("Fake") and not name.endswith("V2") and isinstance(kind, type)
    }
    if short not in kinds:
        near = [f"{TWIN}{name}" for name in sorted(kinds)]
        raise Told("UnknownName", ", ".join(near))
    return kinds[short]()


class Fake(QiskitTwin):  # type: ignore[misc]
    """A fake device: the noise of one day's calibration, simulated by Aer."""

    def __init__(self, backend: Any) -> None:
        from importlib.metadata import version

        super().__init__(backend)
        self.version = f"qiskit-ibm-runtime {version('qiskit-ibm-runtime')}"

    def counts(self, circuits: list[Any], shots: int, seed: int) -> list[dict[str, int]]:
        """Through IBM's own sampler, in its local testing mode."""
        from qiskit_ibm_runtime import SamplerV2

        sampler = SamplerV2(self.backend)
        sampler.options.simulator.seed_simulator = seed
        found = sampler.run(circuits, shots=shots).result()
        return [_joined(circuit, pub.data) for circuit, pub in zip(circuits, found, strict=True)]

    def provenance(self) -> dict[str, str]:
        properties = self.backend.properties()
        when = getattr(properties, "last_update_date", None)
        return {"calibrated": str(when)} if when else {}


def _joined(circuit: Any, data: Any) -> dict[str, int]:
    """Counts over all registers; the last register's bits are the leftmost."""
    names = [register.name for register in circuit.cregs]
    if len(names) == 1:
        counts: dict[str, int] = data[names[0]].get_counts()
        return counts
    shots = zip(*[data[name].get_bitstrings() for name in reversed(names)], strict=True)
    found: dict[str, int] = {}
    for parts in shots:
        key = "".join(parts)
        found[key] = found.get(key, 0) + 1
    return found
