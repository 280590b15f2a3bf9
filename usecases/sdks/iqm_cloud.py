"""IQM's cloud: a job's circuits have equal shots.

Its client has no list of jobs, so a submission whose reply was lost cannot be looked up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import (  # type: ignore[import-not-found]
    Adapter,
    Told,
    loaded,
    plain,
    sizes,
    transpiled,
)
from measured import compact  # type: ignore[import-not-found]

URL = "https://resonance.iqm.tech"

PRICED = (
    "IQM charges from 0.30 USD a second of its machine (iqm.tech/products/iqm-resonance, as of"
    " 2026-08-23), and does not tell a job's seconds beforehand"
)


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where IQM says no."""
    import requests
    from exa.common.errors import iqm_error as theirs
    from iqm.station_control.interface import errors

    try:
        yield
    except theirs.IQMError as error:
        code = int(errors.map_from_error_to_status_code(error))
        if code in (401, 403):
            raise Told("AuthenticationFailed", f"IQM says {code}") from None
        if code in (400, 404, 409, 413, 422):
            kind = "Refused" if submitting else "BackendUnavailable"
            raise Told(kind, f"IQM says {code}: {error}") from None
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None
    except requests.RequestException as error:  # of the line itself
        raise Told("Unreachable", type(error).__name__) from None


class Cloud(Adapter):  # type: ignore[misc]
    """A machine of an IQM server, by its alias."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "waiting": "queued",
        "processing": "running",
        "completed": "done",
        "failed": "failed",
        "cancelled": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from iqm.qiskit_iqm import IQMProvider

        if not os.environ.get("IQM_TOKEN"):  # which the client reads itself
            raise Told("AuthenticationFailed", "IQM_TOKEN is not set")
        url = os.environ.get("IQM_SERVER_URL", URL)
        with told():
            provider = IQMProvider(url, quantum_computer=device)
            self.backend = provider.get_backend()
        self.device = device
        self.sizes: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": False,
            "most_shots": None,
            "most_circuits": self.backend.max_circuits,
            "equal_shots": True,
            "source": "hardware",
            "seeded": False,
            "version": f"iqm-client {version('iqm-client')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        return {"amount": 0.0, "currency": "USD", "basis": "unknown", "source": PRICED}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuits = loaded(work["circuits"])
        ready = [compact(one) for one in transpiled(self.backend, circuits, work)]
        with told(submitting=True):
            job = str(self.backend.run(ready, shots=work["shots"][0]).job_id())
        self.sizes[job] = sizes(circuits, ready)
        return job

    def _job(self, job: str) -> Any:
        with told():
            return self.backend.retrieve_job(job)

    def status(self, job: str) -> tuple[str, str]:
        tracker = self._job(job)._job_tracker
        return str(tracker.status), "; ".join(str(error) for error in tracker.errors)

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "IQM says"):
            return None
        known = self._job(job)
        with told():
            found = known.result()
        calibration = str(found.results[0].calibration_set_id)
        return {
            "value": [plain(found.get_counts(k)) for k in range(len(found.results))],
            "machine": _executed(known._job_tracker.job_data.timeline),
            "circuits": self.sizes.get(job),
            "provenance": {"machine": self.device, "calibration": calibration},
        }

    def cancel(self, job: str) -> None:
        with told():
            self._job(job)._job_tracker.cancel()

    def provenance(self) -> dict[str, str]:
        return {"calibration": str(self.backend._calibration_set_id)}


def _executed(timeline: list[Any]) -> float:
    """Seconds that the station had the job, by the words that IQM's client knows; else 0."""
    station = {one.status: one.timestamp for one in timeline if one.source == "iqm-station-control"}
    begun, ended = station.get("received"), station.get("completed")
    return max((ended - begun).total_seconds(), 0.0) if begun and ended else 0.0
