"""`usecases jobs`: runs and the jobs they left at machines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import echo_json, echo_table, only_json, watched

if TYPE_CHECKING:
    from usecases.circuit_record import CircuitRecord
    from usecases.contracts import RemoteBackend
    from usecases.records import RunRecord
    from usecases.store import Job, Store


@click.group("jobs", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.pass_context
def command(ctx: click.Context, as_json: bool, limit: int) -> None:
    """List the latest runs; attach to one, wait for, cancel or reconcile its jobs."""
    if ctx.invoked_subcommand is None:
        _listed(as_json, limit)


def _listed(as_json: bool, limit: int) -> None:
    from usecases.compare import percent
    from usecases.store import Store

    with Store() as store:
        runs = store.runs(limit)
    if as_json:
        common = ({"id": r.id, "status": r.status, "started": r.started} for r in runs)
        echo_json([c | r.summary for c, r in zip(common, runs, strict=True)])
        return
    rows = []
    for found in runs:
        asked, gap = found.request, found.summary.get("gap")
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.started))
        backend = (asked["backend"] or {}).get("name", "–")
        what = [asked["usecase"], asked["instance"], asked["algorithm"], backend]
        rows.append([found.id, found.status, when, *what, "–" if gap is None else percent(gap)])
    columns = ("run", "status", "started", "use case", "instance", "algorithm", "backend", "gap")
    echo_table("", columns, rows)


@command.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def show(run: str, as_json: bool) -> None:
    """Show the record of a finished RUN."""
    from usecases.store import Store

    with Store() as store:
        record = store.any_record(run)
    _shown(record, as_json)


def _shown(record: RunRecord | CircuitRecord, as_json: bool) -> None:
    from usecases.cli import circuit
    from usecases.cli import run as usecase
    from usecases.records import RunRecord

    if as_json:
        click.echo(record.model_dump_json(indent=2))
    elif isinstance(record, RunRecord):
        usecase.report(record)
    else:
        circuit.report(record)


@command.command("attach")
@click.argument("run")
@click.option("--max-wait", type=click.FloatRange(0), help="Seconds to wait in the queue.")
@click.option("--max-cost", type=click.FloatRange(0), help="The most that may be spent.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def attach(run: str, max_wait: float | None, max_cost: float | None, as_json: bool) -> None:
    """Take up an unfinished RUN where it stopped."""
    from usecases.circuits import take_up
    from usecases.store import Store

    with Store() as store, only_json(as_json), watched() as progress:
        record = take_up(store, run, max_wait=max_wait, max_cost=max_cost, progress=progress)
    _shown(record, as_json)


@command.command("wait")
@click.argument("run")
@click.pass_context
def wait(ctx: click.Context, run: str) -> None:
    """Take up RUN and wait for as long as its machine takes."""
    ctx.invoke(attach, run=run)


@command.command("cancel")
@click.argument("run")
def cancel(run: str) -> None:
    """Ask the machine to drop the unfinished jobs of RUN."""
    from usecases.store import Store

    with Store() as store:
        identity = store.identity(run)
        open_jobs = store.jobs("run = ? AND status IN ('intent', 'submitted')", identity)
        for job in open_jobs:
            machine = _machine(store, job)
            known = job.job or machine.find(job.tag)
            if known:
                machine.cancel(known)
            store.cancelled(job.tag)
        if open_jobs:
            store.give_up(identity, "cancelled", "cancelled by the user")
    click.echo(f"{len(open_jobs)} jobs of run {identity} cancelled")


@command.command("reconcile")
def reconcile() -> None:
    """Look up, at their machines, the jobs whose submission was never confirmed."""
    from usecases.store import Store

    with Store() as store:
        unconfirmed = store.jobs("status = 'intent'")
        for job in unconfirmed:
            known = _machine(store, job).find(job.tag)
            if known:
                store.submitted(job.tag, known)
            arrived = f"is job {known}" if known else "is not known to the machine"
            click.echo(f"{job.tag} of run {job.run} {arrived}")
    click.echo(f"{len(unconfirmed)} unconfirmed submissions looked up")


def _machine(store: Store, job: Job) -> RemoteBackend:
    from usecases.contracts import RemoteBackend, innermost
    from usecases.errors import UsageError
    from usecases.plan import machines
    from usecases.registry import name_of

    for machine in map(innermost, machines(store.request(job.run))):
        if isinstance(machine, RemoteBackend) and name_of(machine) == job.backend:
            return machine
    raise UsageError(f"run {job.run} has no remote machine named {job.backend}")
