"""Suites are run: what is left of a matrix goes to the workers, and what comes back is kept.

The store says where a suite stands, so there is nothing else to resume: a run of the same request
that is done is kept, any other is done. Only this process writes, each run in one transaction;
killed at any moment, the same command ends with exactly the runs that were planned.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from usecases import instances, registry
from usecases.contracts import RemoteBackend, innermost
from usecases.errors import BackendUnavailable, Partial, StillQueued
from usecases.pace import Pace
from usecases.plan import Plan, needs, prepare, refusal, usual_machine
from usecases.pool import Workers
from usecases.records import RunRecord
from usecases.rehearsal import Rehearsal
from usecases.store import Store
from usecases.suites import Cell, Suite
from usecases.work import DOES_NOT_FIT, Reply, Task

Status = Literal["to do", "kept", "done", "queued", "skipped", "failed"]


@dataclass(frozen=True)
class Row:
    """A run of the suite and where it stands; `reason` says why it waits, was skipped or failed.

    A `remote` one asks a machine elsewhere; `sends` is what, where that was found out beforehand.
    """

    cell: Cell
    status: Status
    id: str | None = None
    reason: str = ""
    gap: float | None = None
    seconds: float = 0.0
    remote: bool = False
    sends: Rehearsal | None = None


class Step(NamedTuple):
    """A run that came back: the how manieth of how many, and the seconds that are left, about."""

    done: int
    total: int
    row: Row
    left: float


class Planned(NamedTuple):
    """The rows as they stand, and the tasks that are left, by the id of the run."""

    rows: dict[Cell, Row]
    tasks: dict[str, tuple[Cell, Task]]


def planned(suite: Suite, store: Store, since: float = 0.0) -> Planned:
    """Where the suite stands; runs begun before `since`, seconds of the epoch, do not count.

    Cells that ask for the same run are one: a classical algorithm runs once for all machines.
    Raises UsageError or BadInstance for a suite that names what there is not.
    """
    rows: dict[Cell, Row] = {}
    tasks: dict[str, tuple[Cell, Task]] = {}
    met: set[str] = set()
    for asked in suite.cells():
        try:
            plan = resolved(asked)
        except DOES_NOT_FIT as error:
            rows[asked] = Row(asked, "skipped", reason=str(error))
            continue
        cell = asked if plan.backend else asked.model_copy(update={"backend": None})
        request = plan.request
        standing = store.standing(request, since)
        if standing.id in met:
            continue
        met.add(standing.id)
        remote = isinstance(innermost(plan.backend), RemoteBackend)
        status: Status = "kept" if standing.done else "to do"
        rows[cell] = Row(cell, status, standing.id, remote=remote)
        if remote and standing.busy:  # what may be paid for is not begun beside it
            reason = f"another process is at it: usecases jobs wait {standing.busy}"
            rows[cell] = Row(cell, "queued", standing.busy, reason, remote=True)
        elif not standing.done:
            tasks[standing.id] = (cell, Task(standing.id, standing.ordinal, request, remote))
    return Planned(rows, tasks)


def resolved(cell: Cell) -> Plan:
    """The cell with its names resolved. Raises what says that it does not fit, or a UsageError."""
    loaded = _loaded(cell.usecase, cell.instance)
    takes = cell.shots is not None and "shots" in registry.fields("algorithm", cell.algorithm)
    parameters = {"shots": cell.shots} if takes else {}
    solver = registry.algorithm(cell.algorithm, parameters)
    machine = None
    if needs(solver):
        name, *settings = (cell.backend or usual_machine(solver)).split()
        machine = registry.backend(name, registry.assigned(settings, cell.backend or name))
        if refused := refusal(solver, machine):
            raise _does_not_fit(refused)
    train_on = cell.train_on if machine else None
    plan = prepare(
        *(cell.usecase, loaded.instance, solver, machine), train_on=train_on, seed=cell.seed
    )
    return replace(plan, instance_name=loaded.name, file=loaded.file)


def _does_not_fit(refused: Exception) -> Exception:
    return refused if isinstance(refused, DOES_NOT_FIT) else BackendUnavailable(str(refused))


@lru_cache(maxsize=64)
def _loaded(usecase: str, source: str) -> instances.Loaded:
    return instances.load(registry.usecase(usecase), source)


def patient(found: Planned, max_wait: float | None) -> Planned:
    """The suite whose runs wait so many seconds for machines elsewhere; None: until they answer."""
    tasks = {
        name: (cell, task._replace(max_wait=max_wait)) for name, (cell, task) in found.tasks.items()
    }
    return found._replace(tasks=tasks)


def bench(
    found: Planned,
    workers: Workers,
    store: Store,
    tell: Callable[[Step], None] = lambda step: None,
) -> list[Row]:
    """Do what is left and keep it; the rows in the suite's order."""
    rows = dict(found.rows)
    tasks = [task for _, task in found.tasks.values()]
    pace = Pace((_kind(cell) for cell, _ in found.tasks.values()), workers.count)
    with closing(workers.replies(tasks)) as replies:
        for k, (task, reply) in enumerate(replies, start=1):
            cell, _ = found.tasks[task.id]
            rows[cell] = row = _kept(rows[cell], task, reply, store)
            took = row.seconds if row.status == "done" else None
            tell(Step(k, len(tasks), row, pace.left(_kind(cell), took)))
    return list(rows.values())


def _kept(row: Row, task: Task, reply: Reply, store: Store) -> Row:
    if reply.status != "done":
        if reply.status == "failed" and not task.remote:  # a remote run's own process noted it
            store.missed(task.request, task.ordinal, task.id, reply.text)
        return replace(row, status=reply.status, reason=reply.text)
    record = RunRecord.model_validate_json(reply.text)
    store.keep(task.request, task.ordinal, record)
    spent = sum(seconds for _, seconds in record.timing)
    return replace(row, status="done", gap=record.score.gap, seconds=spent)


def records(suite: Suite, store: Store) -> tuple[list[RunRecord], int]:
    """The records of the suite's runs that are done, and how many are still to be done."""
    rows = planned(suite, store).rows.values()
    done = [store.record(row.id) for row in rows if row.id and row.status == "kept"]
    return done, sum(row.status in ("to do", "queued") for row in rows)


def complain(rows: list[Row]) -> None:
    """Raises Partial where runs failed, else StillQueued where some wait at their machines.

    A run that does not fit is no failure.
    """
    failed = [row for row in rows if row.status == "failed"]
    if failed:
        raise Partial(
            f"{len(failed)} of {len(rows)} runs failed ({failed[0].cell}: {failed[0].reason})",
            "The same command does them again",
            [row for row in rows if row.status in ("done", "kept")],
        )
    if queued := [row for row in rows if row.status == "queued"]:
        raise StillQueued(
            f"{len(queued)} of {len(rows)} runs wait at their machines",
            "The same command takes them up",
        )


def _kind(cell: Cell) -> tuple[str, str]:
    return cell.usecase, cell.algorithm
