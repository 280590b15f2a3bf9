"""OQC: the superconducting computers and simulators of its cloud. It has no offline twin."""

from __future__ import annotations

from typing import Any

from adapter import Adapter  # type: ignore[import-not-found]

TITLE = "OQC"
WORK = "circuits"
PACKAGE = "qcaas_client"
TWIN = ()
EXAMPLES = ("qpu:uk:2:d865b5a184", "qpu:uk:3:9829a5504f")
CREDENTIALS = ("OQC_AUTH_TOKEN",)
VARIABLES = ("OQC_URL",)
PRICE = "unknown"


def open(device: str, settings: dict[str, Any]) -> Adapter:
    """The machine of this id, as OQC lists it."""
    from oqc_cloud import Cloud  # type: ignore[import-not-found]

    cloud: Adapter = Cloud(device)
    return cloud
