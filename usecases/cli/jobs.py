"""`usecases jobs`: runs and the jobs they left at machines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import capped, echo_json, echo_table, only_json, patient, watched

if TYPE_CHECKING:
    from usecases.budget import Amounts
    from usecases.circuit_record import CircuitRecord
    from usecases.records import RunRecord
    from usecases.store import Store


@click.group("jobs", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True)
@click.pass_context
def command(ctx: click.Context, as_json: bool, limit: int) -> None:
    """List the latest runs; attach to one, wait for, cancel or reconcile its jobs."""
    if ctx.invoked_subcommand is None:
        _listed(as_json, limit)


def _listed(as_json: bool, limit: int) -> None:
    from usecases.naming import with_settings
    from usecases.store import Store
    from usecases.wording import percent

    with Store() as store:
        runs = store.runs(limit)
    if as_json:
        common = ({"id": r.id, "status": r.status, "started": r.started} for r in runs)
        echo_json([c | r.summary for c, r in zip(common, runs, strict=True)])
        return
    rows = []
    for found in runs:
        asked, gap = found.summary or found.request, found.summary.get("gap")
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.started))
        on = found.request["backend"]
        backend = with_settings(on["name"], on["settings"]) if on else "–"
        what = [asked["usecase"], asked["instance"], asked["algorithm"], backend]
        rows.append([found.id, found.status, when, *what, "–" if gap is None else percent(gap)])
    columns = ("run", "status", "started", "use case", "instance", "algorithm", "backend", "gap")
    echo_table("", columns, rows)


@command.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def show(run: str, as_json: bool) -> None:
    """Show the record of a finished RUN, or the jobs of one that is not."""
    from usecases.store import Store

    with Store() as store:
        if not as_json and store.status(run) != "done":
            _sent(store, store.identity(run))
        record = store.any_record(run)
    _shown(record, as_json)


def _sent(store: Store, run: str) -> None:
    """The jobs that an unfinished run has at machines, where it has any."""
    rows = [
        (
            *(job.tag, job.backend, job.job or "–", job.status),
            f"{job.cost:.2f} {job.quote.currency}",
            "reserved" if job.billed is None else "billed",
            job.reason or "",
        )
        for job in store.jobs("run = ?", run)
    ]
    if rows:
        columns = ("tag", "machine", "its job", "status", "cost", "", "why")
        echo_table("", columns, rows)


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
@patient
@capped
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def attach(run: str, max_wait: float | None, max_cost: Amounts | None, as_json: bool) -> None:
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
    """Take up RUN, or watch the process that is at it, for as long as its machine takes."""
    ctx.invoke(attach, run=run)


@command.command("cancel", short_help="Ask the machine to drop the jobs of RUN.")
@click.argument("run")
@click.option(
    "--forget", is_flag=True, help="Give up also jobs that their machine tells nothing of."
)
def cancel(run: str, forget: bool) -> None:
    """Ask the machine to drop the unfinished jobs of RUN, which then is over."""
    from usecases import cancelling
    from usecases.store import Store

    with Store() as store:
        for line in cancelling.cancel(store, run, forget=forget):
            click.echo(line)
        identity = store.identity(run)
        click.echo(f"run {identity} is {store.status(identity)}")


@command.command("reconcile")
@click.argument("run", required=False)
def reconcile(run: str | None) -> None:
    """Look up, at their machines, the jobs of RUN, or of all runs, that have not ended."""
    from usecases import jobs
    from usecases.store import Store

    with Store() as store:
        count = 0
        for line in jobs.reconcile(store, run):
            click.echo(line)
            count += 1
    click.echo(f"{count} jobs looked up")


@command.command("resolve", short_help="Say what became of a job that is not found.")
@click.argument("tag")
@click.option("--job", metavar="ID", help="The machine has the job, under this id of its own.")
@click.option("--not-sent", is_flag=True, help="The machine has no such job.")
def resolve(tag: str, job: str | None, not_sent: bool) -> None:
    """Say what became of the job TAG, which its machine cannot look up."""
    from usecases import jobs
    from usecases.errors import UsageError
    from usecases.store import Store

    if (job is None) != not_sent:
        raise UsageError("say one of the two", "Give --job ID, or --not-sent")
    with Store() as store:
        run = jobs.resolve(store, tag, job).run
    click.echo(f"noted; take the run up with: usecases jobs attach {run}")


@command.command("budget")
@click.option("--day", metavar="CAP", help='Per day of UTC: "5", "5 EUR, 20 USD" or "none".')
@click.option("--project", metavar="CAP", help="For everything in this store, ever.")
def budget(day: str | None, project: str | None) -> None:
    """Show or set what may be spent, and what is spent or reserved."""
    from usecases.budget import PERIODS, from_environment, told
    from usecases.store import Store

    with Store() as store:
        for period, text in (("day", day), ("project", project)):
            if text is not None:
                store.set_budget(period, text)
        rows = []
        for period, variable in PERIODS.items():
            caps = (store.budget(period), from_environment(period))
            shown = ["–" if cap is None else told(cap) for cap in caps]
            rows.append(
                [period, told(store.spent_in(period)), shown[0], f"{shown[1]} ({variable})"]
            )
    echo_table("", ("period", "spent or reserved", "cap", "cap in the environment"), rows)
