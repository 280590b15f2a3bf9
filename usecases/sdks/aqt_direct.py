"""AQT's machines in direct access: a job has one circuit, and is written down by AQT's package.

The interface has no field for our tag, so a submission whose reply was lost cannot be looked up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, plain, single, sizes, transpiled  # type: ignore[import-not-found]

POLL = 5.0
"""Seconds that a look at a job takes at most: the machine answers when the job is done."""


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where AQT says no."""
    import httpx
    from qiskit_aqt_provider.exceptions import AQTError, AQTJobFailedError

    try:
        yield
    except AQTJobFailedError as error:
        raise Told("JobFailed", f"AQT says: {error}") from None
    except (AQTError, httpx.HTTPError) as error:
        cause = error if isinstance(error, httpx.HTTPError) else error.__cause__
        code = cause.response.status_code if isinstance(cause, httpx.HTTPStatusError) else 0
        if code in (401, 403):
            raise Told("AuthenticationFailed", f"AQT says {code}") from None
        if 400 <= code < 500 and code not in (408, 429):
            kind = "Refused" if submitting else "BackendUnavailable"
            raise Told(kind, f"AQT says {code}: {error}") from None
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None


class Direct(Adapter):  # type: ignore[misc]
    """The machine at AQT_DIRECT_URL."""

    words = {"waiting": "running", "finished": "done", "error": "failed"}  # noqa: RUF012

    def __init__(self, provider: Any) -> None:
        url = os.environ.get("AQT_DIRECT_URL")
        if not url:
            raise Told("AuthenticationFailed", "AQT_DIRECT_URL, the machine's address, is not set")
        with told():
            token = os.environ.get("AQT_TOKEN", "")
            self.backend = provider.direct_access().get_resource(url, token)
        self.sizes: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": False,
            "most_shots": self.backend.MAX_SHOTS,
            "most_circuits": 1,
            "source": "hardware",
            "seeded": False,
            "version": f"qiskit-aqt-provider {version('qiskit-aqt-provider')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        source = "direct access to one's own machine: its interface bills nothing"
        return {"amount": 0.0, "currency": "EUR", "basis": "free", "source": source}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        circuit, shots = single(work)
        ready = transpiled(self.backend, [circuit], work)
        with told(submitting=True):
            job = self.backend.run(ready[0], shots=shots)
        job.persist()
        name = str(job.job_id())
        self.sizes[name] = sizes([circuit], ready)
        return name

    def _counts(self, job: str) -> dict[str, int] | None:
        import httpx

        with told():
            try:
                result = self.backend.restore_job(job).result(timeout=POLL)
            except httpx.TimeoutException:
                return None
            found: dict[str, int] = plain(result.get_counts())
        return found

    def status(self, job: str) -> tuple[str, str]:
        try:
            return ("waiting" if self._counts(job) is None else "finished"), ""
        except Told as error:
            if error.kind != "JobFailed":
                raise
            return "error", error.what

    def collect(self, job: str) -> dict[str, Any] | None:
        found = self._counts(job)
        if found is None:
            return None
        told_by = {"machine_time": "not told", "machine": self.backend.name}
        result = {"value": [found], "machine": 0.0, "circuits": self.sizes.get(job)}
        return result | {"provenance": told_by}

    def cancel(self, job: str) -> None:
        raise Told("BackendUnavailable", "direct access has no way to cancel a job")
