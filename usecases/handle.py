"""run() and attach(): a run that is waited for here, or left behind and found again anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, overload

from usecases import jobs
from usecases.budget import Limit
from usecases.cancelling import cancel
from usecases.circuit_record import CircuitRecord
from usecases.circuits import take_up
from usecases.contracts import Algorithm, Backend
from usecases.errors import StillQueued, Unresolved
from usecases.ledger import Job
from usecases.plan import prepare
from usecases.records import Record, RunRecord
from usecases.runner import perform
from usecases.store import Store


@dataclass(frozen=True)
class Handle:
    """A run by the start of its id, from any process that uses the same store."""

    id: str
    path: Path | None = field(default=None, repr=False)
    """The store's file, where it is not the user's own."""

    @property
    def status(self) -> str:
        """One of "running", "queued", "done", "failed", "cancelled"; "stopped" with its process."""
        with Store(self.path) as store:
            return store.status(self.id)

    def record(
        self, *, max_wait: float | None = None, max_cost: Limit | None = None
    ) -> RunRecord | CircuitRecord:
        """The finished run's record; one that is not finished is taken up and waited for.

        Raises StillQueued when `max_wait` seconds were not enough.
        """
        with Store(self.path) as store:
            return take_up(store, self.id, max_wait=max_wait, max_cost=max_cost)

    @property
    def jobs(self) -> list[Job]:
        """What the run has sent to machines: ids, tags, statuses and costs."""
        with Store(self.path) as store:
            return store.jobs("run = ?", store.identity(self.id))

    def reconcile(self) -> list[str]:
        """Look up, at their machines, its jobs that have not ended; a line for each."""
        with Store(self.path) as store:
            return [*jobs.reconcile(store, self.id)]

    def cancel(self) -> list[str]:
        """Ask the machines to drop what the run has there; a line for each job."""
        with Store(self.path) as store:
            return [*cancel(store, self.id)]

    def __str__(self) -> str:
        return f"run {self.id}: {self.status}; usecases.attach({self.id!r}).record() waits for it"


def attach(run: str, path: Path | None = None) -> Handle:
    """The run with this id, or the start of it. Raises UnknownName."""
    with Store(path) as store:
        return Handle(store.short(store.identity(run)), path)


@overload
def run(
    usecase: str,
    instance: str | Record = "demo",
    algorithm: str | Algorithm | None = None,
    backend: str | Backend | None = None,
    *,
    detach: Literal[True],
    **named: Any,
) -> Handle: ...


@overload
def run(
    usecase: str,
    instance: str | Record = "demo",
    algorithm: str | Algorithm | None = None,
    backend: str | Backend | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    train_on: str | None = None,
    seed: int = 0,
    shots: int | None = None,
    detach: Literal[False] = False,
    **how: Any,
) -> RunRecord: ...


def run(  # noqa: PLR0913 - the parameters are the command line's
    usecase: str,
    instance: str | Record = "demo",
    algorithm: str | Algorithm | None = None,
    backend: str | Backend | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    train_on: str | None = None,
    seed: int = 0,
    shots: int | None = None,
    detach: bool = False,
    **how: Any,
) -> RunRecord | Handle:
    """Run a use case's instance with an algorithm on a backend, judge it and keep the record.

    Started again after a crash, the same call takes up the same run. With `detach` the work is
    sent and a handle comes back at once, whose id finds the run from anywhere. `how` are the
    options of `perform`: max_cost, max_wait, resume, store, progress. Raises a UsecasesError
    that says what to do.
    """
    plan = prepare(
        *(usecase, instance, algorithm, backend),
        parameters=parameters,
        settings=settings,
        train_on=train_on,
        seed=seed,
        shots=shots,
    )
    if not detach:
        return perform(plan, **how)
    kept: Store | None = how.get("store")
    try:
        identity = perform(plan, **(how | {"max_wait": 0.0})).id
    except Unresolved:
        raise
    except StillQueued as error:
        identity = error.run
    return attach(identity, kept.path if kept else None)
