"""IBM's machines of the cloud: IBM's own sampler, jobs that carry our tag, a cap on each bill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from adapter import Adapter, Told, loaded, sizes, transpiled  # type: ignore[import-not-found]
from ibm_prices import charge, most  # type: ignore[import-not-found]


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; a submission is refused only where IBM says no."""
    from qiskit.providers.exceptions import QiskitBackendNotFoundError
    from qiskit_ibm_runtime.accounts import AccountNotFoundError
    from qiskit_ibm_runtime.exceptions import IBMError, IBMNotAuthorizedError

    try:
        yield
    except AccountNotFoundError:
        raise Told("AuthenticationFailed", "no account of IBM's is known here") from None
    except IBMNotAuthorizedError as error:
        raise Told("AuthenticationFailed", str(error)) from None
    except QiskitBackendNotFoundError as error:
        raise Told("BackendUnavailable", f"IBM lists no such machine: {error}") from None
    except IBMError as error:
        code = _code(error)
        if code in (401, 403):
            raise Told("AuthenticationFailed", f"IBM says {code}") from None
        if 400 <= code < 500 and code != 408:
            raise Told("Refused" if submitting else "BackendUnavailable", str(error)) from None
        raise Told("Unreachable", str(error)) from None
    except OSError as error:  # of the line itself
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None


def _code(error: BaseException | None) -> int:
    """The status of the reply that an error stems from; 0 where there was none."""
    while error is not None:
        code = getattr(error, "status_code", None)
        if isinstance(code, int) and code > 0:
            return code
        error = error.__cause__ or error.__context__
    return 0


class Cloud(Adapter):  # type: ignore[misc]
    """A machine of IBM's cloud."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "INITIALIZING": "queued",
        "QUEUED": "queued",
        "RUNNING": "running",
        "DONE": "done",
        "ERROR": "failed",
        "CANCELLED": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from qiskit_ibm_runtime import QiskitRuntimeService

        url = os.environ.get("QISKIT_IBM_URL")
        how = {"url": url, "url_resolver": lambda *_: url} if url else {}
        with told():
            self.service = QiskitRuntimeService(
                channel="ibm_quantum_platform",
                token=os.environ.get("QISKIT_IBM_TOKEN"),
                instance=os.environ.get("QISKIT_IBM_INSTANCE"),
                **how,
            )
            self.backend = self.service.backend(device)
        self.sizes: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        known = self.backend.configuration()
        return {
            "qubits": self.backend.num_qubits,
            "gates": sorted(self.backend.operation_names),
            "dynamic": "if_else" in self.backend.operation_names,
            "most_shots": known.max_shots,
            "most_circuits": getattr(known, "max_experiments", None),
            "source": "simulated" if self.backend.simulator else "hardware",
            "seeded": False,
            "version": f"qiskit-ibm-runtime {version('qiskit-ibm-runtime')}",
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        """The most that the job can cost: IBM ends it when its machine time is used up."""
        with told():
            kinds = [i["pricing_type"] for i in self.service.instances() if self._ours(i)]
        if kinds == ["free"]:
            free = {"amount": 0.0, "currency": "USD", "basis": "free", "source": "IBM's open plan"}
            return free | {"machine_seconds": most(work)}
        return dict(charge(work))

    def _ours(self, instance: dict[str, Any]) -> bool:
        return bool(instance["crn"] == self.backend._instance)

    def submit(self, work: dict[str, Any], tag: str) -> str:
        from qiskit_ibm_runtime import SamplerV2

        circuits = loaded(work["circuits"])
        ready = transpiled(self.backend, circuits, work)
        sampler = SamplerV2(mode=self.backend)
        sampler.options.environment.job_tags = [tag]
        sampler.options.max_execution_time = most(work)
        pubs = [(circuit, None, shots) for circuit, shots in zip(ready, work["shots"], strict=True)]
        with told(submitting=True):
            job: str = sampler.run(pubs).job_id()
        self.sizes[job] = sizes(circuits, ready)
        return job

    def find(self, tag: str, since: float = 0.0) -> str | None:
        with told():
            found = [job.job_id() for job in self.service.jobs(job_tags=[tag], limit=2)]
        if len(found) > 1:
            raise Told("Unresolved", f"two jobs carry the tag {tag}: {', '.join(found)}")
        return found[0] if found else None

    def status(self, job: str) -> tuple[str, str]:
        with told():
            known = self.service.job(job)
            word = str(known.status())
            return word, (known.error_message() or "") if word == "ERROR" else ""

    def collect(self, job: str) -> dict[str, Any] | None:
        if not self.ended(job, "IBM says"):
            return None
        with told():
            known = self.service.job(job)
            found, metrics = known.result(), known.metrics()
        seconds = float(metrics.get("usage", {}).get("quantum_seconds") or 0.0)
        return {
            "value": [_counts(pub.data) for pub in found],
            "machine": seconds,
            "queued": _queued(metrics.get("timestamps", {})),
            "circuits": self.sizes.get(job),
            "provenance": self.provenance(),
        }

    def cancel(self, job: str) -> None:
        with told():
            self.service.job(job).cancel()

    def queue(self) -> str:
        with told():
            said = self.backend.status()
        return f"{said.pending_jobs} jobs" if said.operational else f"closed: {said.status_msg}"

    def provenance(self) -> dict[str, str]:
        with told():
            when = getattr(self.backend.properties(refresh=True), "last_update_date", None)
        return {"machine": self.backend.name} | ({"calibrated": when.isoformat()} if when else {})


def _counts(data: Any) -> dict[str, int]:
    """Counts over all registers, which the reply keeps in order; the last is the leftmost."""
    shots = zip(*[bits.get_bitstrings() for bits in reversed([*data.values()])], strict=True)
    found: dict[str, int] = {}
    for parts in shots:
        key = "".join(parts)
        found[key] = found.get(key, 0) + 1
    return found


def _queued(times: dict[str, str | None]) -> float:
    """Seconds from the job's creation to its start; 0 where they are not told."""
    from datetime import datetime

    created, running = times.get("created"), times.get("running")
    if not created or not running:
        return 0.0
    begun, made = (datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (running, created))
    return max((begun - made).total_seconds(), 0.0)
