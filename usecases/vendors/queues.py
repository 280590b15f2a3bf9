"""How long the queues of clouds are, asked only where credentials are set."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from usecases import secrets
from usecases.errors import UsecasesError
from usecases.vendors import environments
from usecases.vendors.catalogue import Vendor
from usecases.vendors.process import Process

SECONDS = 20.0
"""The longest that a vendor is waited for."""

NOT_ASKED = "not asked"
"""Of machines of vendors that are not installed, or whose credentials are not set."""


def queues(vendors: Iterable[Vendor]) -> dict[str, dict[str, str]]:
    """By vendor and machine, the queue in the vendor's words, or NOT_ASKED, or what went wrong.

    Vendors are asked at the same time, and nobody who lacks a credential.
    """
    listed = list(vendors)
    with ThreadPoolExecutor(max(len(listed), 1)) as pool:
        return dict(zip([of.name for of in listed], pool.map(_queues, listed), strict=True))


def _queues(of: Vendor) -> dict[str, str]:
    clouds = [device for device in of.examples if not of.is_twin(device)]
    missing = [name for name in of.credentials if not secrets.present(name)]
    if not clouds:
        return {}
    if missing or not environments.installed(of):
        return {f"{of.name}/{device}": NOT_ASKED for device in clouds}
    process = Process(of, SECONDS)
    try:
        return {f"{of.name}/{device}": _asked(process, device) for device in clouds}
    finally:
        process.close()


def _asked(process: Process, device: str) -> str:
    try:
        return secrets.scrub(str(process.ask(device, {}, "queue") or "not told"))
    except UsecasesError as error:
        return f"no answer: {error.what[:120]}"
