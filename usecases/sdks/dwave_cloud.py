"""D-Wave's annealers in the Leap cloud.

What is charged is the machine's time, which D-Wave counts in seconds of QPU access; the estimate
is the vendor's own formula for the machine's timing data.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adapter import Adapter, Told  # type: ignore[import-not-found]
from dwave_chains import answered, embedded, modelled, version  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Iterator

UNIT = "QPU s"


@contextmanager
def told(submitting: bool = False) -> Iterator[None]:
    """The client's errors in our words; after a submission only a clear no is a refusal."""
    import requests
    from dwave.cloud.api import exceptions
    from dwave.cloud.exceptions import SolverAuthenticationError, SolverNotFoundError

    refusals = (
        exceptions.ResourceBadRequestError,
        exceptions.ResourceLimitsExceededError,
        exceptions.ResourceNotFoundError,
    )
    denials = (
        exceptions.ResourceAuthenticationError,
        exceptions.ResourceAccessForbiddenError,
        SolverAuthenticationError,
    )
    try:
        yield
    except denials:
        raise Told("AuthenticationFailed", "the token is not accepted") from None
    except SolverNotFoundError as error:
        raise Told("BackendUnavailable", f"there is no such machine now: {error}") from None
    except refusals as error:
        raise Told("Refused" if submitting else "BackendUnavailable", str(error)) from None
    except (requests.exceptions.RequestException, ConnectionError) as error:
        raise Told("Unreachable", f"{type(error).__name__}: {error}") from None


class Annealer(Adapter):  # type: ignore[misc]
    """One annealer. Which chains stand for which variables follows from the work and its seed."""

    words = {  # noqa: RUF012 - the framework's class variables are not at hand
        "PENDING": "queued",
        "IN_PROGRESS": "running",
        "COMPLETED": "done",
        "FAILED": "failed",
        "CANCELLED": "cancelled",
    }

    def __init__(self, device: str) -> None:
        from dwave.cloud.api import Problems
        from dwave.system import DWaveSampler

        if not os.environ.get("DWAVE_API_TOKEN"):
            raise Told("AuthenticationFailed", "DWAVE_API_TOKEN is not set")
        with told():
            self.sampler = DWaveSampler(config_file=False, solver={"name": device})
            self.solver = self.sampler.solver
            self.problems = Problems.from_config(self.sampler.client.config)

    def describe(self) -> dict[str, Any]:
        return {
            "qubits": len(self.sampler.nodelist),
            "gates": [],
            "dynamic": False,
            "most_shots": self.solver.properties.get("num_reads_range", [1, None])[1],
            "source": "hardware",
            "seeded": False,
            "version": version(),
        }

    def estimate(self, work: dict[str, Any]) -> dict[str, Any]:
        chains, _ = embedded(modelled(work), self.sampler, work["seed"])
        qubits = sum(map(len, chains.values()))
        try:
            micro = self.solver.estimate_qpu_access_time(qubits, work["reads"])
            seconds = float(micro) * 1e-6
        except (KeyError, ValueError):
            return {"amount": 0.0, "currency": UNIT, "basis": "unknown", "machine_seconds": None}
        source = f"timing data of {self.solver.name}"
        quote = {"amount": seconds, "currency": UNIT, "basis": "vendor quote", "source": source}
        return quote | {"machine_seconds": seconds}

    def submit(self, work: dict[str, Any], tag: str) -> str:
        from dwave.cloud.api import models
        from dwave.cloud.coders import encode_problem_as_qp

        _, problem = embedded(modelled(work), self.sampler, work["seed"])
        data = encode_problem_as_qp(
            self.solver, dict(problem.linear), dict(problem.quadratic), undirected_biases=True
        )
        job = {
            "data": models.ProblemData.model_validate(data),
            "params": {"num_reads": work["reads"], "answer_mode": "histogram"},
            "solver": self.solver.identity,
            "type": "ising",
            "label": tag,
        }
        with told(submitting=True):
            found = self.problems.submit_problem(**job)
        if not getattr(found, "id", None):
            raise Told("Refused", getattr(found, "error_msg", "the problem was not taken"))
        return str(found.id)

    def find(self, tag: str, since: float = 0.0) -> str | None:
        with told():
            known = self.problems.list_problems(label=tag, max_results=1000)
        return next((str(p.id) for p in known if p.label == tag), None)

    def status(self, job: str) -> tuple[str, str]:
        with told():
            return str(self.problems.get_problem_status(job).status.value), ""

    def collect(self, job: str, work: dict[str, Any]) -> dict[str, Any] | None:
        if not self.ended(job, "D-Wave says"):
            return None
        with told():
            known = self.problems.get_problem_status(job)
            future = self.sampler.client.retrieve_answer(job)
            found, timing = future.sampleset, dict(future.timing)
        model = modelled(work)
        chains, _ = embedded(model, self.sampler, work["seed"])
        if set(found.variables) != {qubit for chain in chains.values() for qubit in chain}:
            raise Told("JobFailed", "the machine's couplers have changed since the submission")
        seconds = timing.get("qpu_access_time", 0.0) * 1e-6
        result: dict[str, Any] = answered(model, chains, found)
        result["provenance"] |= self.provenance()
        taken = (known.solved_on - known.submitted_on).total_seconds()
        return result | {"machine": seconds, "queued": max(taken - seconds, 0.0)}

    def billed(self, job: str) -> float | None:
        with told():
            timing = self.problems.get_problem_answer(job).root.timing
        return float(timing["qpu_access_time"]) * 1e-6 if "qpu_access_time" in timing else None

    def cancel(self, job: str) -> None:
        with told():
            self.problems.cancel_problem(job)

    def queue(self) -> str:
        """As D-Wave told when the machine was opened: it tells loads, not jobs."""
        load = self.solver.avg_load
        return "" if load is None else f"a load of {float(load):.0%}"

    def provenance(self) -> dict[str, str]:
        """The working graph is what calibration changes, and the vendor names its version."""
        version = getattr(self.solver.identity, "version", None)
        graph = getattr(version, "graph_id", "") if version else ""
        return {"calibration": graph} if graph else {}
