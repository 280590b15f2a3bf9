"""IQM: fake devices with the vendor's own noise models. Its cloud is not driven from here."""

from __future__ import annotations

from functools import partial
from typing import Any

from adapter import Adapter, QiskitTwin, Told  # type: ignore[import-not-found]

TITLE = "IQM"
WORK = "circuits"
PACKAGE = "iqm.qiskit_iqm"
TWIN = "fake_"
EXAMPLES = ("fake_adonis", "fake_deneb", "fake_apollo", "fake_aphrodite")
CREDENTIALS = ()
PRICE = "free"

FAKES = ("adonis", "aphrodite", "apollo", "deneb")


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The fake device of this name."""
    if not device.startswith(TWIN):
        raise Told("BackendUnavailable", "only IQM's fake devices are driven from here")
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
