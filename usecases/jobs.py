"""What a person does about jobs at machines: look them up, and say what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from usecases.contracts import RemoteBackend, innermost
from usecases.errors import (
    BackendUnavailable,
    UnknownName,
    Unreachable,
    UsageError,
    UsecasesError,
)
from usecases.ledger import Job
from usecases.plan import machines
from usecases.registry import name_of
from usecases.remote import Remote
from usecases.store import Store

BUSY = "is left alone: its run is at work"


def reconcile(store: Store, run: str | None = None) -> Iterator[str]:
    """Look up, at their machines, the jobs of a run, or all, that have not ended; a line each."""
    which, names = ("1", ()) if run is None else ("run = ?", (store.identity(run),))
    for job in store.jobs(f"status IN ('intent', 'submitted') AND {which}", *names):
        try:
            words = BUSY if busy(store, job) else _looked_up(store, job)
        except UsecasesError as error:  # one machine out of reach hides no other's jobs
            words = f"is not known: {error}"
        yield f"{job.tag} of run {job.run} {words}"


def busy(store: Store, job: Job) -> bool:
    """Whether a process that lives may be sending the job just now."""
    return job.job is None and store.busy(job.run)


def _looked_up(store: Store, job: Job) -> str:
    machine = machine_of(store, job)
    if job.job:
        return f"is job {job.job}, {machine.status(job.job)}"
    known = remote(store, job).found(job, machine)
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
    if busy(store, job):
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


def remote(store: Store, job: Job) -> Remote:
    """The way to ask a machine for a job; nothing is spent on it."""
    return Remote(store, job.run, most=0.0, max_wait=None, say=lambda words: None)
