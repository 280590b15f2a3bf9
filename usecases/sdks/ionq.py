"""IonQ: the simulator and the trapped-ion computers of its cloud. It has no offline twin."""

from __future__ import annotations

from typing import Any

from adapter import Adapter  # type: ignore[import-not-found]

TITLE = "IonQ"
WORK = "circuits"
PACKAGE = "qiskit_ionq"
TWIN = ()
EXAMPLES = ("simulator", "qpu.forte-1")
CREDENTIALS = ("IONQ_API_KEY",)
VARIABLES = ("IONQ_API_URL",)
PRICE = "vendor quote"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The machine of this name, as IonQ's own interface spells it."""
    from ionq_cloud import Cloud  # type: ignore[import-not-found]

    cloud: Adapter = Cloud(device)
    return cloud
