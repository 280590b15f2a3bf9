"""What a person does about jobs at machines: cancel them, look them up, say what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from usecases.contracts import RemoteBackend, innermost
from usecases.errors import StillQueued, UnknownName, UsageError, UsecasesError
from usecases.ledger import Job
from usecases.plan import machines
from usecases.registry import name_of
from usecases.remote import Remote
from usecases.results import billed
from usecases.store import Store

BUSY = "is left alone: its run is at work"

OPEN = "status IN ('intent', 'submitted', 'failed')"


def cancel(store: Store, run: str) -> Iterator[str]:
    """Ask the machines to drop what a run has there; a line for each job.

    The run can be taken up no more, unless a job had ended already or its fate is unknown.
    Raises StillQueued then.
    """
    identity, left = store.identity(run), 0
    for job in store.jobs(f"run = ? AND {OPEN}", identity):
        words, gone = BUSY, False
        if not _busy(store, job):
            words, gone = dropped(store, job, machine_of(store, job))
        left += not gone
        yield f"{job.tag}: {words}"
    if left:
        raise StillQueued(
            f"{left} jobs of run {identity} are not cancelled",
            f"Take them up with: usecases jobs attach {identity}",
        )
    store.give_up(identity, "cancelled", "cancelled by the user")


def dropped(store: Store, job: Job, machine: RemoteBackend) -> tuple[str, bool]:
    """What became of a job that was to be dropped, and whether that is the end of it."""
    ways = _remote(store, job)
    if not job.job:
        try:
            known = ways.found(job, machine)
        except StillQueued as error:
            return error.what, False
        if known is None:
            store.unsent(job.tag)
            return "was never at the machine", True
        store.submitted(job.tag, known)
    else:
        known = job.job
    if job.status != "failed":
        if machine.status(known).state == "done":
            return f"job {known} has ended already, with a result", False
        machine.cancel(known)
    charged = billed(known, machine)
    store.cancelled(job.tag, charged)
    unknown = f"; up to {job.cost:.2f} {job.quote.currency} may be charged" if job.cost else ""
    cost = unknown if charged is None else f"; {charged:.2f} {job.quote.currency} are charged"
    return f"job {known} is cancelled{cost}", True


def reconcile(store: Store) -> Iterator[str]:
    """Look up, at their machines, all jobs that have not ended; a line for each."""
    for job in store.jobs("status IN ('intent', 'submitted')"):
        try:
            words = BUSY if _busy(store, job) else _looked_up(store, job)
        except UsecasesError as error:  # one machine out of reach hides no other's jobs
            words = f"is not known: {error}"
        yield f"{job.tag} of run {job.run} {words}"


def _busy(store: Store, job: Job) -> bool:
    """Whether a process that lives may be sending the job just now."""
    return job.job is None and store.status(job.run) == "running"


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
    """Believe a person who looked at the machine: it has this job under the tag, or has none."""
    found = store.jobs("tag = ?", tag)
    if not found:
        open_tags = [j.tag for j in store.jobs("status = 'intent'")]
        raise UnknownName("job with the tag", tag, open_tags)
    if job is None:
        store.unsent(tag)
    else:
        store.submitted(tag, job)
    return found[0]


def machine_of(store: Store, job: Job) -> RemoteBackend:
    """The machine that a job is at, with the settings it had."""
    for machine in map(innermost, machines(store.request(job.run))):
        if isinstance(machine, RemoteBackend) and name_of(machine) == job.backend:
            return machine
    raise UsageError(f"run {job.run} has no remote machine named {job.backend}")


def _remote(store: Store, job: Job) -> Remote:
    return Remote(store, job.run, most=0.0, max_wait=None, say=lambda words: None)
