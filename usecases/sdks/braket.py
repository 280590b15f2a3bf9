"""Amazon Braket: its local simulators, and the simulators and quantum computers of its cloud."""

from __future__ import annotations

import itertools
from typing import Any

from adapter import Adapter, QiskitTwin, Told  # type: ignore[import-not-found]

TITLE = "Amazon Braket"
WORK = "circuits"
PACKAGE = "qiskit_braket_provider"
TWIN = ("braket_sv", "braket_dm")
EXAMPLES = ("braket_sv", "braket_dm", "SV1", "Garnet")
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
VARIABLES = (
    "AWS_DEFAULT_REGION",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AMZN_BRAKET_OUT_S3_BUCKET",
    "AWS_ENDPOINT_URL_BRAKET",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "BRAKET_PRICE_OFFERS_URL",
)
PRICE = "vendor quote"

HELD = {"braket_sv": 26, "braket_dm": 13}
"""Qubits that the vendor says its simulators hold."""


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The local simulator, or the machine of the cloud, of this name."""
    if device in TWIN:
        return Local(device)
    if device.startswith("braket_"):
        raise Told("UnknownName", ", ".join(TWIN))
    from braket_cloud import Cloud  # type: ignore[import-not-found]

    cloud: Adapter = Cloud(device)
    return cloud


class Local(QiskitTwin):  # type: ignore[misc]
    """A local simulator of state vectors or density matrices, without noise."""

    dynamic = False

    def __init__(self, device: str) -> None:
        from importlib.metadata import version

        from qiskit_braket_provider import BraketLocalBackend

        super().__init__(BraketLocalBackend(device))
        self.version = f"amazon-braket-sdk {version('amazon-braket-sdk')}"

    def describe(self) -> dict[str, Any]:
        said: dict[str, Any] = super().describe()
        return said | {"qubits": HELD[self.backend.name]}

    def counts(self, circuits: list[Any], shots: int, seed: int) -> list[dict[str, int]]:
        """They make a generator for each circuit, and their `run` takes no seed for it."""
        import numpy as np

        made, numbers = np.random.default_rng, itertools.count(seed)
        np.random.default_rng = lambda *given: made(*given or (next(numbers),))
        try:
            jobs = [self.backend.run(circuit, shots=shots) for circuit in circuits]
            return [job.result().get_counts() for job in jobs]
        finally:
            np.random.default_rng = made
