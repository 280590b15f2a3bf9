"""Jobs at machines are withdrawn, with which a run is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from usecases import jobs
from usecases.contracts import RemoteBackend
from usecases.errors import StillQueued, UsecasesError
from usecases.ledger import Job
from usecases.results import billed
from usecases.store import Store

OPEN = "status IN ('intent', 'submitted', 'failed')"

Fate: TypeAlias = Literal["dropped", "ended", "unknown"]
"""Of a job that was to be dropped; one that has "ended" has a result at its machine."""


def cancel(store: Store, run: str, *, forget: bool = False) -> Iterator[str]:
    """Ask the machines to drop what a run has there; a line for each job.

    The run can be taken up no more, unless all its jobs had ended, with results, or the fate of
    one is unknown. Raises StillQueued then. With `forget` jobs of unknown fate are given up too;
    their cost stays reserved.
    """
    identity = store.identity(run)
    if store.busy(identity):
        store.halt(identity)
    found = store.jobs(f"run = ? AND {OPEN}", identity)
    fates: list[Fate] = []
    for job in found:
        words, fate = _withdrawn(store, job, forget)
        fates.append(fate)
        yield f"{job.tag}: {words}"
    if unknown := fates.count("unknown"):
        raise StillQueued(
            f"{unknown} jobs of run {identity} are not cancelled",
            f"Try again with: usecases jobs cancel {identity}; with --forget they are given up,"
            " whatever has become of them",
        )
    ended = [job for job, fate in zip(found, fates, strict=True) if fate == "ended"]
    if ended == found:
        _unless_whole(store, identity, len(ended))
    yield from (_given_up(store, job) for job in ended)
    store.halt(identity)


def _unless_whole(store: Store, identity: str, ended: int) -> None:
    """Raises StillQueued where results are there and the run can still be taken up."""
    over = store.status(identity) == "cancelled"
    if ended and not over and not store.jobs("run = ? AND status = 'cancelled'", identity):
        raise StillQueued(
            f"the {ended} jobs of run {identity} have ended, with results",
            f"See them with: usecases jobs attach {identity}",
        )


def _given_up(store: Store, job: Job) -> str:
    """A job whose result is of no use, since another of its run has none."""
    charged = billed(_known(store, job), jobs.machine_of(store, job))
    store.cancelled(job.tag, charged)
    return f"{job.tag}: its result is given up{_cost(job, charged)}"


def _withdrawn(store: Store, job: Job, forget: bool) -> tuple[str, Fate]:
    if jobs.busy(store, job):
        return jobs.BUSY, "unknown"
    try:
        words, fate = dropped(store, job, jobs.machine_of(store, job))
    except UsecasesError as error:  # one machine out of reach keeps no other's jobs
        words, fate = f"is not cancelled: {error}", "unknown"
    if not forget or fate != "unknown":
        return words, fate
    store.cancelled(job.tag, None)
    return f"{words}; given up all the same{_cost(job, None)}", "dropped"


def dropped(store: Store, job: Job, machine: RemoteBackend) -> tuple[str, Fate]:
    """What became of a job that was to be dropped, in words, and its fate."""
    if not job.job:
        try:
            found = jobs.remote(store, job).found(job, machine)
        except StillQueued as error:
            return error.what, "unknown"
        if found is None:
            store.unsent(job.tag)
            return "was never at the machine", "dropped"
        store.submitted(job.tag, found)
    known = _known(store, job)
    if job.status != "failed":
        state = machine.status(known).state
        if state == "done":
            return f"job {known} has ended already, with a result", "ended"
        if state not in ("failed", "cancelled"):
            machine.cancel(known)
    charged = billed(known, machine)
    store.cancelled(job.tag, charged)
    return f"job {known} is cancelled{_cost(job, charged)}", "dropped"


def _known(store: Store, job: Job) -> str:
    """The machine's id of a job, which may have been found since it was read."""
    (now,) = store.jobs("tag = ?", job.tag)
    return str(now.job)


def _cost(job: Job, charged: float | None) -> str:
    if charged is not None:
        return f"; {charged:.2f} {job.quote.currency} are charged"
    return f"; up to {job.cost:.2f} {job.quote.currency} may be charged" if job.cost else ""
