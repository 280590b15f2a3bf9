"""Work for a machine elsewhere: written down, sent once, waited for, checked and kept.

What is known decides what is done. A job in the store is replayed or waited for. One that may
have been sent is looked up by its tag. Only work that the machine certainly does not have is
sent. Reading is tried again while the machine is out of reach; sending never is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from usecases.budget import Limit, told
from usecases.contracts import JobResult, RemoteBackend
from usecases.errors import (
    AuthenticationFailed,
    BackendUnavailable,
    Refused,
    StillQueued,
    Unresolved,
    UsageError,
    UsecasesError,
)
from usecases.ledger import Job
from usecases.patience import Patience
from usecases.programs import Program
from usecases.quotes import Quote
from usecases.registry import name_of
from usecases.results import Results
from usecases.store import Store

APART = 3600.0
"""Seconds by which the machine's clock may differ from this one."""

LONGEST_SENDING = 3600.0
"""Seconds after an intent within which its process may still have been preparing to send it."""


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
        self._patience = Patience(run, max_wait, say)
        self._results = Results(store, self._patience)

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
            quotes = [self._quoted(program, backend) for program in new]
            self._store.admits(self._run, quotes, self._most)
        sent = [
            self._sent(job, program, backend, at)
            for job, (at, program) in zip(known, steps, strict=True)
        ]
        asked = zip(sent, programs, strict=True)
        return [(str(job.job), self._results.of(job, program, backend)) for job, program in asked]

    def _known(self, program: Program[Any], step: int) -> Job | None:
        """The run's job at this step, if there is one, which must be of the same work."""
        known = self._store.job(self._run, step)
        if known and known.key != program.key():
            raise UsageError(
                f"the resumed run asks for other work than before at call {step}",
                "The code, a package or a setting has changed: start a new run",
            )
        if known and known.status == "cancelled":
            raise UsageError(
                f"job {known.tag} is cancelled and others of its run are not",
                f"End the run with: usecases jobs cancel {self._run}, then start it anew",
            )
        return known

    def cost(self) -> str:
        """What the run's jobs were charged, or may be, in words; nothing where all were free."""
        spent = self._store.spent_by((self._run,))
        return told(spent) if spent else ""

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
                self._patience.pause(
                    error.retry_after, f"{intent.backend} takes no work now ({error.what})"
                )
            except Exception as error:
                return self._noted(intent, self._after(error, intent, backend))

    def _intended(self, program: Program[Any], backend: RemoteBackend, step: int) -> Job:
        name, quote = name_of(backend), self._quoted(program, backend)
        state = dict(self._patience.ask(backend.provenance))
        if quote.amount:
            self._store.check()
        return self._store.intend(
            *(self._run, step, program.key(), name, quote), provenance=state, most=self._most
        )

    def _quoted(self, program: Program[Any], backend: RemoteBackend) -> Quote:
        quote = self._patience.ask(lambda: backend.estimate(program))
        if quote.basis == "unknown":
            raise BackendUnavailable(
                f"{name_of(backend)} gives no price for this job",
                "It was not sent: work whose cost is unknown is never submitted",
            )
        return quote

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
        since = job.created - APART
        settled = free or time.time() - job.created > LONGEST_SENDING
        try:
            while True:
                if known := self._patience.ask(lambda: backend.find(job.tag, since)):
                    return known
                left = backend.lag - (time.monotonic() - begun)
                if settled or left <= 0:
                    return None
                self._patience.pause(min(left, 2.0), f"looking for job {job.tag} at {job.backend}")
        except Unresolved as error:
            if free:
                return None
            raise Unresolved(
                f"{job.backend} cannot say whether it has job {job.tag} ({error.what})",
                "Look for it at the machine, then say what you found with: usecases jobs resolve"
                f" {job.tag} --job ID, or --not-sent",
            ) from None
