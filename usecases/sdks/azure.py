"""Azure Quantum: machines of several makers behind one workspace. It has no offline twin."""

from __future__ import annotations

from typing import Any

from adapter import Adapter  # type: ignore[import-not-found]

TITLE = "Azure Quantum"
WORK = "circuits"
PACKAGE = "azure.quantum"
TWIN = ()
EXAMPLES = ("ionq.simulator", "quantinuum.sim.h2-1e", "quantinuum.qpu.h2-1")
CREDENTIALS = ("AZURE_QUANTUM_CONNECTION_STRING",)
VARIABLES = ("AZURE_QUANTUM_URL",)
PRICE = "dated table"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The machine of this name, as Azure's workspace lists it."""
    from azure_cloud import Cloud  # type: ignore[import-not-found]

    cloud: Adapter = Cloud(device)
    return cloud


def tabled(device: str) -> Adapter:
    """What is known of the machine of this name where no account is."""
    from azure_prices import Tabled  # type: ignore[import-not-found]

    known: Adapter = Tabled(device)
    return known
