"""Work for a machine elsewhere: written down, sent once, waited for, checked and kept.

What is known decides what is done. A job in the store is replayed or waited for. One that may
have been sent is looked up by its tag. Only work that the machine certainly does not have is
sent. Reading is tried again while the machine is out of reach; sending never is.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from usecases.budget import Limit, told
from usecases.contracts import JobResult, RemoteBackend
from usecases.errors import (
    AuthenticationFailed,
    BackendUnavailable,
    JobFailed,
    Refused,
    StillQueued,
    Unreachable,
    Unresolved,
    UsageError,
    UsecasesError,
    VerificationFailed,
)
from usecases.ledger import Job
from usecases.programs import Program
from usecases.registry import name_of
from usecases.secrets import scrub
from usecases.store import Store

T = TypeVar("T")

_job_result = TypeAdapter(JobResult)

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 30.0
"""Seconds between two looks at a queue, reached by doubling."""

FIRST_RETRY = 0.5
PATIENCE = 120.0
"""Seconds for which a machine that is out of reach is asked again."""

LONGEST_SENDING = 3600.0
"""Seconds after an intent within which its process may still have been preparing to send it."""

LONGEST_RESULT = 64 * 2**20
"""Bytes of a stored result."""


class Remote:
    """One run's jobs at machines elsewhere.

    `most` is what the run may cost, `max_wait` how many seconds it waits; `say` is told how far
    a job is.
    """

    def __init__(
        self,
        store: Store,
        run: str,
        *,
        most: Limit | None,
        max_wait: float | None,
        say: Callable[[str], None],
    ) -> None:
        self._store, self._run, self._most = store, run, most
        self._max_wait, self._waited = max_wait, 0.0
        self._say: Callable[[str], None] = lambda words: say(scrub(words))

    def ask(
        self, program: Program[Any], backend: RemoteBackend, step: int
    ) -> tuple[str, JobResult]:
        """The machine's id of the run's job at this step, and its result; see `answers`."""
        return self.answers((program,), backend, step)[0]

    def answers(
        self, programs: Sequence[Program[Any]], backend: RemoteBackend, step: int
    ) -> list[tuple[str, JobResult]]:
        """The machine's ids of the run's jobs at this step and the next, and their results.

        All are sent before the first is waited for, and none where a cap does not admit them all.
        Raises StillQueued when one is not there yet, Unresolved when a person has to say whether
        the job exists, JobFailed when it ended without a result that can be true.
        """
        steps = [*enumerate(programs, step)]
        known = [self._known(program, at) for at, program in steps]
        new = [p for p, j in zip(programs, known, strict=True) if not j or j.status == "unsent"]
        if len(new) > 1:
            quotes = [self._reading(partial(backend.estimate, program)) for program in new]
            self._store.admits(self._run, quotes, self._most)
        sent = [
            self._sent(job, program, backend, at)
            for job, (at, program) in zip(known, steps, strict=True)
        ]
        asked = zip(sent, programs, strict=True)
        return [(str(job.job), self._result(job, program, backend)) for job, program in asked]

    def _known(self, program: Program[Any], step: int) -> Job | None:
        """The run's job at this step, if there is one, which must be of the same work."""
        known = self._store.job(self._run, step)
        if known and known.key != program.key():
            raise UsageError(
                f"the resumed run asks for other work than before at call {step}",
                "The code, a package or a setting has changed: start a new run",
            )
        if known and known.status == "cancelled":
            raise UsageError(f"job {known.tag} is cancelled", "Start the run anew")
        return known

    def _result(self, sent: Job, program: Program[Any], backend: RemoteBackend) -> JobResult:
        if sent.status == "done":
            return _job_result.validate_python(sent.result)
        return self._checked(self._awaited(sent, backend), sent, program, backend)

    def cost(self) -> str:
        """What the run's jobs were charged, or may be, in words; nothing where all were free."""
        spent = self._store.spent_by((self._run,))
        return told(spent) if spent else ""

    # Sending

    def _sent(
        self, known: Job | None, program: Program[Any], backend: RemoteBackend, step: int
    ) -> Job:
        """The job with the machine's id: the one it has under our tag, else a new one's."""
        if known and known.job:
            return known
        if known and known.status == "intent":
            if job := self.found(known, backend):
                return self._noted(known, job)
            self._store.unsent(known.tag)
        while True:
            intent = self._intended(program, backend, step)
            try:
                return self._noted(intent, backend.submit(program, intent.tag))
            except AuthenticationFailed:
                self._store.unsent(intent.tag)
                raise
            except Refused as error:
                self._store.unsent(intent.tag)
                if error.retry_after is None:
                    raise
                self._pause(error.retry_after, f"{intent.backend} takes no work now ({error.what})")
            except Exception as error:
                return self._noted(intent, self._after(error, intent, backend))

    def _intended(self, program: Program[Any], backend: RemoteBackend, step: int) -> Job:
        name = name_of(backend)
        quote = self._reading(lambda: backend.estimate(program))
        if quote.basis == "unknown":
            raise BackendUnavailable(
                f"{name} gives no price for this job",
                "Nothing was sent: work whose cost is unknown is never submitted",
            )
        state = dict(self._reading(backend.provenance))
        if quote.amount:
            self._store.check()
        return self._store.intend(
            *(self._run, step, program.key(), name, quote), provenance=state, most=self._most
        )

    def _noted(self, job: Job, identity: str) -> Job:
        self._store.submitted(job.tag, identity)
        return replace(job, job=identity, status="submitted")

    def _after(self, error: Exception, intent: Job, backend: RemoteBackend) -> str:
        """The job that exists although sending it failed; raises the failure when there is none."""
        try:
            job = self.found(intent, backend)
        except UsecasesError as second:
            if isinstance(second, Unresolved):
                raise
            raise StillQueued(
                f"whether {intent.backend} has taken job {intent.tag} is not known yet ({error})",
                f"It is looked up, and not sent again, by: usecases jobs attach {self._run}",
            ) from None
        if job is None:
            self._store.unsent(intent.tag)
            raise error
        return job

    def found(self, job: Job, backend: RemoteBackend) -> str | None:
        """The machine's id of a job that may have been sent; None if it certainly was not.

        Raises Unresolved when the machine cannot say. Free work may be sent again all the same.
        """
        begun, free = time.monotonic(), job.quote.basis == "free"
        settled = free or time.time() - job.created > LONGEST_SENDING
        try:
            while True:
                if known := self._reading(lambda: backend.find(job.tag)):
                    return known
                left = backend.lag - (time.monotonic() - begun)
                if settled or left <= 0:
                    return None
                self._pause(min(left, 2.0), f"looking for job {job.tag} at {job.backend}")
        except Unresolved as error:
            if free:
                return None
            raise Unresolved(
                f"{job.backend} cannot say whether it has job {job.tag} ({error.what})",
                "Look for it at the machine, then say what you found with: usecases jobs resolve"
                f" {job.tag} --job ID, or --not-sent",
            ) from None

    # Waiting and reading

    def _awaited(self, sent: Job, backend: RemoteBackend) -> JobResult:
        job, pause = str(sent.job), FIRST_PAUSE
        try:
            while (result := self._reading(lambda: backend.collect(job))) is None:
                words = f"job {job}: {self._reading(lambda: backend.status(job))}"
                self._pause(self._within(pause), words)
                pause = min(2 * pause, LONGEST_PAUSE)
        except JobFailed as error:
            self._store.failed(sent.tag, error.what, None, self.billed(job, backend))
            raise JobFailed(f"job {job} at {sent.backend}: {error.what}", self._anew()) from None
        return result

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
            self._store.failed(sent.tag, what, text or None, self.billed(job, backend))
            raise JobFailed(
                f"the result of job {job} at {sent.backend} cannot be true: {what}",
                f"It is kept and was not asked for again. {self._anew()}",
            ) from None
        billed = self.billed(job, backend)
        states = self._states(result, sent, backend, billed)
        whole = replace(result, provenance={**states, **result.provenance})
        self._store.settled(sent.tag, _job_result.dump_python(whole, mode="json"), billed)
        return whole

    def _states(
        self, result: JobResult, sent: Job, backend: RemoteBackend, billed: float | None
    ) -> dict[str, str]:
        """The machine's state at submission and at the run, and what has changed between them."""
        now = dict(_hoped(backend.provenance) or {}) if sent.provenance else {}
        found: dict[str, str] = {}
        for name, before in sent.provenance.items():
            after = result.provenance.get(name, now.get(name, "not told"))
            found |= {f"{name} at submission": before, name: after}
            if after != before:
                found[f"warning: {name}"] = f"changed from {before} to {after} before the run"
        quote = sent.quote
        if billed is not None and not math.isclose(billed, quote.amount, abs_tol=0.005):
            charged = f"{billed:.2f} {quote.currency}, quoted {quote.amount:.2f}"
            found["warning: bill"] = f"charged {charged}"
        for name, words in found.items():
            if name.startswith("warning"):
                self._say(f"{sent.backend}: {name.removeprefix('warning: ')} {words}")
        return found

    def billed(self, job: str, backend: RemoteBackend) -> float | None:
        """What was charged, where the machine tells it now."""
        found = _hoped(lambda: backend.billed(job))
        return found if found is not None and math.isfinite(found) and found >= 0 else None

    def _reading(self, ask: Callable[[], T]) -> T:
        """What the machine answers; asked again, after longer and longer, while out of reach."""
        pause, spent = FIRST_RETRY, 0.0
        while True:
            try:
                return ask()
            except Unreachable as error:
                wait = pause if error.retry_after is None else max(error.retry_after, 0.0)
                spent, pause = spent + wait, min(2 * pause, LONGEST_PAUSE)
                if spent > PATIENCE:
                    raise
                self._pause(wait, str(error.what))

    def _within(self, seconds: float) -> float:
        """So long a pause, or a shorter one at whose end the run may wait no more."""
        left = math.inf if self._max_wait is None else self._max_wait - self._waited
        return min(seconds, left) if left > 0 else seconds

    def _pause(self, seconds: float, why: str) -> None:
        """Wait, or leave when the run has waited for as long as it may."""
        self._say(why)
        if self._max_wait is not None and self._waited + seconds > self._max_wait:
            raise StillQueued(
                f"{why}, after {self._waited:.0f} s of waiting",
                f"Pick it up with: usecases jobs attach {self._run}",
            )
        time.sleep(seconds)
        self._waited += seconds

    def _anew(self) -> str:
        return (
            f"To look again: usecases jobs attach {self._run}. To give it up and pay for it anew:"
            f" usecases jobs cancel {self._run}, then run it again"
        )


def _hoped(ask: Callable[[], T]) -> T | None:
    """What the machine answers, if it does; nothing hangs on it."""
    try:
        return ask()
    except BackendUnavailable:
        return None


def _believable(kept: Mapping[str, Any], size: int) -> None:
    if size > LONGEST_RESULT:
        raise VerificationFailed(f"it is {size / 2**20:.0f} MiB long")
    for name in ("machine", "queued", "compiled"):
        if not (math.isfinite(kept[name]) and kept[name] >= 0):
            raise VerificationFailed(f"its time {name!r} is {kept[name]}")
    json.dumps(kept, allow_nan=False)
