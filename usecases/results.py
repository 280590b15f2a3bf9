"""What machines elsewhere give back: waited for, believed only where it can be true, and kept."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from usecases.contracts import JobResult, RemoteBackend
from usecases.errors import JobFailed, VerificationFailed
from usecases.ledger import Job
from usecases.patience import Patience, hoped
from usecases.programs import Program
from usecases.store import Store

_job_result = TypeAdapter(JobResult)

LONGEST_RESULT = 64 * 2**20
"""Bytes of a stored result."""


class Results:
    """Those of one run's jobs."""

    def __init__(self, store: Store, patience: Patience) -> None:
        self._store, self._patience = store, patience

    def of(self, sent: Job, program: Program[Any], backend: RemoteBackend) -> JobResult:
        """The result of a job that was sent: the one that is kept, or the machine's.

        Raises StillQueued, or JobFailed when it ended without a result that can be true.
        """
        if sent.status == "done":
            return _job_result.validate_python(sent.result)
        return self._checked(self._awaited(sent, backend), sent, program, backend)

    def _awaited(self, sent: Job, backend: RemoteBackend) -> JobResult:
        job = str(sent.job)
        try:
            return self._patience.until(
                lambda: backend.collect(job), lambda: f"job {job}: {backend.status(job)}"
            )
        except JobFailed as error:
            self._store.failed(sent.tag, error.what, None, billed(job, backend))
            raise JobFailed(f"job {job} at {sent.backend}: {error.what}", _anew(sent)) from None

    def _checked(
        self, result: JobResult, sent: Job, program: Program[Any], backend: RemoteBackend
    ) -> JobResult:
        """The result, kept, if it can be one of this program; else what is wrong is kept."""
        job = str(sent.job)
        kept, text = None, ""
        try:
            kept = _job_result.dump_python(result, mode="json")
            text = json.dumps(kept)
            _believable(kept, len(text))
            program.read(kept["value"])
        except (VerificationFailed, ValueError, TypeError) as error:
            what = str(error)
            self._store.failed(sent.tag, what, text or None, billed(job, backend))
            raise JobFailed(
                f"the result of job {job} at {sent.backend} cannot be true: {what}",
                f"It is kept and was not asked for again. {_anew(sent)}",
            ) from None
        charged = billed(job, backend)
        states = self._states(result, sent, backend, charged)
        whole = replace(result, provenance={**states, **result.provenance})
        self._store.settled(sent.tag, _job_result.dump_python(whole, mode="json"), charged)
        return whole

    def _states(
        self, result: JobResult, sent: Job, backend: RemoteBackend, charged: float | None
    ) -> dict[str, str]:
        """The machine's state at submission and at the run, and what has changed between them."""
        now = dict(hoped(backend.provenance) or {}) if sent.provenance else {}
        found: dict[str, str] = {}
        for name, before in sent.provenance.items():
            after = result.provenance.get(name, now.get(name, "not told"))
            found |= {f"{name} at submission": before, name: after}
            if after != before:
                found[f"warning: {name}"] = f"changed from {before} to {after} before the run"
        quote = sent.quote
        if charged is not None and not math.isclose(charged, quote.amount, abs_tol=0.005):
            words = f"{charged:.2f} {quote.currency}, quoted {quote.amount:.2f}"
            found["warning: bill"] = f"charged {words}"
        for name, words in found.items():
            if name.startswith("warning"):
                self._patience.say(f"{sent.backend}: {name.removeprefix('warning: ')} {words}")
        return found


def billed(job: str, backend: RemoteBackend) -> float | None:
    """What was charged, where the machine tells it now."""
    found = hoped(lambda: backend.billed(job))
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def _anew(sent: Job) -> str:
    return (
        f"To look again: usecases jobs attach {sent.run}. To give it up and pay for it anew:"
        f" usecases jobs cancel {sent.run}, then run it again"
    )


def _believable(kept: Mapping[str, Any], size: int) -> None:
    if size > LONGEST_RESULT:
        raise VerificationFailed(f"it is {size / 2**20:.0f} MiB long")
    for name in ("machine", "queued", "compiled"):
        if not (math.isfinite(kept[name]) and kept[name] >= 0):
            raise VerificationFailed(f"its time {name!r} is {kept[name]}")
    json.dumps(kept, allow_nan=False)
