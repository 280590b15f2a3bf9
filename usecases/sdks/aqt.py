"""AQT: offline simulators of its trapped ions, and machines in direct access."""

from __future__ import annotations

from typing import Any

from adapter import Adapter, QiskitTwin, Told, noise_of  # type: ignore[import-not-found]

TITLE = "AQT"
WORK = "circuits"
PACKAGE = "qiskit_aqt_provider"
TWIN = "offline_"
EXAMPLES = ("offline_ideal", "offline_noisy", "direct")
CREDENTIALS = ("AQT_TOKEN",)
VARIABLES = ("AQT_DIRECT_URL",)
PRICE = "free"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """An offline simulator, or the machine at AQT_DIRECT_URL."""
    from qiskit_aqt_provider import AQTProvider

    if device == "direct":
        from aqt_direct import Direct  # type: ignore[import-not-found]

        direct: Adapter = Direct(AQTProvider())
        return direct
    kinds = {"offline_ideal": "ideal", "offline_noisy": "noisy"}
    if device not in kinds:
        raise Told("UnknownName", ", ".join([*kinds, "direct"]))
    return Offline(getattr(AQTProvider().offline, kinds[device])())


class Offline(QiskitTwin):  # type: ignore[misc]
    """Twenty ions that all couple to each other, without noise or with a generic one."""

    dynamic = False

    def __init__(self, backend: Any) -> None:
        from importlib.metadata import version

        super().__init__(backend)
        self.version = f"qiskit-aqt-provider {version('qiskit-aqt-provider')}"

    def describe(self) -> dict[str, Any]:
        return super().describe() | {"most_shots": self.backend.MAX_SHOTS}

    def noise(self) -> dict[str, Any]:
        model = self.backend.simulator.options.noise_model
        return dict(noise_of(self.backend, model) if model else super().noise())
