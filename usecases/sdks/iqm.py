"""IQM: fake devices with the vendor's own noise models, and the machines of its cloud."""

from __future__ import annotations

from functools import partial
from typing import Any

from adapter import Adapter, QiskitTwin, Told, noise_of  # type: ignore[import-not-found]

TITLE = "IQM"
WORK = "circuits"
PACKAGE = "iqm.qiskit_iqm"
TWIN = "fake_"
EXAMPLES = ("fake_adonis", "fake_deneb", "fake_apollo", "fake_aphrodite", "garnet")
CREDENTIALS = ("IQM_TOKEN",)
VARIABLES = ("IQM_SERVER_URL",)
PRICE = "unknown"

FAKES = ("adonis", "aphrodite", "apollo", "deneb")


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The fake device of this name, or a machine of the cloud."""
    if not device.startswith(TWIN):
        from iqm_cloud import Cloud  # type: ignore[import-not-found]

        cloud: Adapter = Cloud(device)
        return cloud
    if device.removeprefix(TWIN) not in FAKES:
        raise Told("UnknownName", ", ".join(f"{TWIN}{name}" for name in FAKES))
    return Fake(device.removeprefix(TWIN))


class Fake(QiskitTwin):  # type: ignore[misc]
    """A fake device: the vendor's couplings and error profile, simulated by Aer."""

    dynamic = False

    def __init__(self, name: str) -> None:
        from importlib.metadata import version

        from iqm import qiskit_iqm

        super().__init__(getattr(qiskit_iqm, f"IQMFake{name.title()}")())
        self.version = f"iqm-client {version('iqm-client')}"

    def counts(self, circuits: list[Any], shots: int, seed: int) -> list[dict[str, int]]:
        """The vendor's `run` builds a simulator without a seed, so it is handed a seeded one."""
        from iqm.qiskit_iqm.fake_backends import iqm_fake_backend as theirs
        from qiskit_aer import AerSimulator

        theirs.AerSimulator = partial(AerSimulator, seed_simulator=seed % (1 << 31))
        result = self.backend.run(circuits, shots=shots).result()
        return [result.get_counts(k) for k in range(len(circuits))]

    def noise(self) -> dict[str, Any]:
        """Where states move through a resonator, the errors are of moves, not of compiled gates."""
        if "move" in self.backend.noise_model.basis_gates:
            what = "its noise is of moves through a resonator, a gate that Aer lacks"
            raise Told("BackendUnavailable", what)
        return dict(noise_of(self.backend, self.backend.noise_model))
