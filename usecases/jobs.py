"""What a person does about jobs at machines: cancel them, look them up, say what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from usecases.contracts import RemoteBackend, innermost
from usecases.errors import (
    BackendUnavailable,
    StillQueued,
    UnknownName,
    Unreachable,
    UsageError,
    UsecasesError,
)
from usecases.ledger import Job
from usecases.plan import machines
from usecases.registry import name_of
from usecases.remote import Remote
from usecases.results import billed
from usecases.store import Store

BUSY = "is left alone: its run is at work"

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
        words, fate = _withdrawn(store, job)
        if forget and fate == "unknown" and words != BUSY:
            store.cancelled(job.tag, None)
            words, fate = f"{words}; given up all the same{_cost(job, None)}", "dropped"
        fates.append(fate)
        yield f"{job.tag}: {words}"
    if unknown := fates.count("unknown"):
        raise StillQueued(
            f"{unknown} jobs of run {identity} are not cancelled",
            f"Try again with: usecases jobs cancel {identity}; with --forget they are given up,"
            " whatever has become of them",
        )
    ended = [job for job, fate in zip(found, fates, strict=True) if fate == "ended"]
    lacking = "dropped" in fates or store.jobs("run = ? AND status = 'cancelled'", identity)
    if ended and not lacking and store.status(identity) != "cancelled":
        raise StillQueued(
            f"the {len(ended)} jobs of run {identity} have ended, with results",
            f"See them with: usecases jobs attach {identity}",
        )
    for job in ended:  # without the others its result is of no use
        charged = billed(_known(store, job), machine_of(store, job))
        store.cancelled(job.tag, charged)
        yield f"{job.tag}: its result is given up{_cost(job, charged)}"
    store.halt(identity)


def _withdrawn(store: Store, job: Job) -> tuple[str, Fate]:
    if _busy(store, job):
        return BUSY, "unknown"
    try:
        return dropped(store, job, machine_of(store, job))
    except UsecasesError as error:  # one machine out of reach keeps no other's jobs
        return f"is not cancelled: {error}", "unknown"


def dropped(store: Store, job: Job, machine: RemoteBackend) -> tuple[str, Fate]:
    """What became of a job that was to be dropped, in words, and its fate."""
    if not job.job:
        try:
            found = _remote(store, job).found(job, machine)
        except StillQueued as error:
            return error.what, "unknown"
        if found is None:
            store.unsent(job.tag)
            return "was never at the machine", "dropped"
        store.submitted(job.tag, found)
    known = _known(store, job)
    if job.status != "failed":
        if machine.status(known).state == "done":
            return f"job {known} has ended already, with a result", "ended"
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


def reconcile(store: Store, run: str | None = None) -> Iterator[str]:
    """Look up, at their machines, the jobs of a run, or all, that have not ended; a line each."""
    which, names = ("1", ()) if run is None else ("run = ?", (store.identity(run),))
    for job in store.jobs(f"status IN ('intent', 'submitted') AND {which}", *names):
        try:
            words = BUSY if _busy(store, job) else _looked_up(store, job)
        except UsecasesError as error:  # one machine out of reach hides no other's jobs
            words = f"is not known: {error}"
        yield f"{job.tag} of run {job.run} {words}"


def _busy(store: Store, job: Job) -> bool:
    """Whether a process that lives may be sending the job just now."""
    return job.job is None and store.busy(job.run)


def _looked_up(store: Store, job: Job) -> str:
    machine = machine_of(store, job)
    if job.job:
        return f"is job {job.job}, {machine.status(job.job)}"
    known = _remote(store, job).found(job, machine)
    if known is None:
        store.unsent(job.tag)
        return "is not known to the machine; its reserved cost is free again"
    store.submitted(job.tag, known)
    return f"is job {known}, {machine.status(known)}"


def resolve(store: Store, tag: str, job: str | None) -> Job:
    """Believe a person who looked at the machine: it has this job under the tag, or has none.

    Raises UsageError where the machine does not know the job, where it is another's, or where
    nobody has to say anything of this tag.
    """
    found = _unresolved(store, tag, ("intent",) if job is None else ("intent", "unsent"))
    if job is not None:
        others = store.jobs("job = ? AND backend = ?", job, found.backend)
        if others:
            raise UsageError(f"job {job} is known already, as {others[0].tag}", _LOOK)
        try:
            machine_of(store, found).status(job)
        except Unreachable:
            raise
        except BackendUnavailable as error:
            raise UsageError(
                f"{found.backend} does not tell of a job {job!r} ({error.what})", _LOOK
            ) from None
    believe(store, found, job)
    return found


_LOOK = "Look at the machine again: nothing was noted"


def _unresolved(store: Store, tag: str, statuses: tuple[str, ...]) -> Job:
    """The job under the tag, if it has one of these statuses and no process is at it."""
    found = store.jobs("tag = ?", tag)
    if not found:
        open_tags = [job.tag for job in store.jobs("status = 'intent'")]
        raise UnknownName("job with the tag", tag, open_tags)
    (job,) = found
    if _busy(store, job):
        raise UsageError(f"job {tag} {BUSY}", f"Wait for it: usecases jobs wait {job.run}")
    if job.status not in statuses:
        known = f" as job {job.job}" if job.job else ""
        raise UsageError(
            f"job {tag} is {job.status} already{known}",
            "Only jobs of which it is not known whether they were sent have to be resolved",
        )
    return job


def believe(store: Store, found: Job, job: str | None) -> None:
    """Note that the machine has this job under the tag, or has none."""
    if job is None:
        store.unsent(found.tag)
    else:
        store.submitted(found.tag, job)


def machine_of(store: Store, job: Job) -> RemoteBackend:
    """The machine that a job is at, with the settings it had."""
    for machine in map(innermost, machines(store.request(job.run))):
        if isinstance(machine, RemoteBackend) and name_of(machine) == job.backend:
            return machine
    raise UsageError(f"run {job.run} has no remote machine named {job.backend}")


def _remote(store: Store, job: Job) -> Remote:
    return Remote(store, job.run, most=0.0, max_wait=None, say=lambda words: None)
