"""`usecases run`: one instance, one algorithm, one backend, one record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import (
    capped,
    echo_fields,
    echo_json,
    echo_table,
    only_json,
    pairs,
    patient,
    run_options,
    watched,
)

if TYPE_CHECKING:
    from usecases.plan import Plan
    from usecases.records import RunRecord


@click.command("run")
@click.argument("usecase")
@run_options
@click.option("-a", "--algorithm", help="How to solve it; the use case suggests one.")
@click.option("-b", "--backend", help="The machine; by default a local simulator.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be run, and run nothing.")
@capped
@patient
@click.option("--detach", is_flag=True, help="Submit and leave; same as --max-wait 0.")
@click.option("--resume", metavar="ID", help="Take up this run; its settings must be the same.")
@click.option("--plot", type=click.Path(), help="Write the picture of the answer to this file.")
def command(**options: Any) -> None:
    """Run USECASE with an algorithm on a backend and score the answer."""
    plan = _planned(options)
    if options["plot"] is not None:
        from usecases.plots import check_path

        check_path(Path(options["plot"]), plan.case)
    if options["dry_run"]:
        from usecases.rehearsal import rehearsing

        with rehearsing():
            _announce(plan, options["as_json"])
        return
    with only_json(options["as_json"]):
        record = _done(plan, options)
    if options["as_json"]:
        click.echo(record.model_dump_json(indent=2))
    else:
        report(record)
    if options["plot"] is not None:
        from usecases.plots import plot

        plot(record, options["plot"])


def _planned(options: dict[str, Any]) -> Plan:
    from usecases.plan import prepare

    return prepare(
        options["usecase"],
        options["instance"],
        options["algorithm"],
        options["backend"],
        parameters=pairs(options["parameter"], "-p"),
        settings=pairs(options["setting"], "-s"),
        train_on=options["train_on"],
        seed=options["seed"],
        shots=options["shots"],
    )


def _done(plan: Plan, options: dict[str, Any]) -> RunRecord:
    from usecases.runner import perform

    with watched() as progress:
        return perform(
            plan,
            max_cost=options["max_cost"],
            max_wait=0.0 if options["detach"] else options["max_wait"],
            resume=options["resume"],
            progress=progress,
        )


def _announce(plan: Plan, as_json: bool) -> None:
    """What would be run: sizes, memory, and what a machine elsewhere would be sent and charge."""
    from usecases.contracts import RemoteBackend, innermost
    from usecases.convert import qubits_needed
    from usecases.lowering import fits
    from usecases.models import Structured
    from usecases.models import qubits as variables
    from usecases.plan import needs, suited

    model = plan.case.model(plan.instance)
    solver = suited(plan.algorithm, model)
    width, whole = solver.width(model), qubits_needed(model, solver.accepts)
    native = plan.backend is not None and set(needs(solver)) <= set(plan.backend.runs)
    # A block or an encoding is smaller than the model; a space of strings has as many qubits.
    smaller = width < variables(model) and not isinstance(model, Structured)
    qubits = width if smaller else whole
    if plan.trainer:
        fits(plan.trainer, solver.width(model))
    if plan.backend:
        fits(plan.backend, width if native else qubits)
    request = {k: v for k, v in plan.request.items() if k != "instance_data"}
    remote = isinstance(innermost(plan.backend), RemoteBackend)
    here = plan.trainer if remote else plan.backend  # whose memory is this computer's
    memory = here and here.memory(width if native or remote else qubits)
    found = request | {"qubits": qubits, "statevector_bytes": memory, "cost": 0.0}
    jobs: list[list[str]] = []
    if remote:
        sent, jobs = _sent(plan)
        found |= sent
    if as_json:
        echo_json(found)
        return
    click.echo("Would run, and has not:")
    shown = {k: v for k, v in found.items() if k != "jobs"}
    echo_fields({k.replace("_", " "): _words(v) for k, v in shown.items()})
    if jobs:
        columns = ("machine", "circuits", "shots", "qubits", "cost", "basis", "wait")
        echo_table("Would be sent:", columns, jobs)


def _sent(plan: Plan) -> tuple[dict[str, Any], list[list[str]]]:
    """What a machine elsewhere would be sent: as data, and as rows of a table."""
    from usecases.rehearsal import rehearsed

    with watched() as progress:
        progress("finding out what would be sent; training runs here", 0)
        found = rehearsed(plan)
    costs = found.cost()
    sent = {
        "jobs": [
            {"machine": j.machine, "qubits": j.qubits} | j.quote.model_dump() for j in found.jobs
        ],
        "all_jobs_known": found.whole,
        "cost": costs if found.priced else None,
        "wait_seconds": found.wait(),
    }
    rows = []
    for job in found.jobs:
        quote = job.quote
        price = "unknown" if quote.basis == "unknown" else f"{quote.amount:.2f} {quote.currency}"
        basis = " ".join(filter(None, (quote.basis, quote.source)))
        wait = "not told" if quote.wait is None else f"{quote.wait:.0f} s"
        sizes = (str(quote.circuits), str(quote.shots), str(job.qubits))
        rows.append([job.machine, *sizes, price, basis, wait])
    return sent, rows


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items()) or "–"
    if isinstance(value, int) and value > 10**6:
        return f"{value / 2**20:,.0f} MiB"
    return "–" if value is None else str(value)


def report(record: RunRecord) -> None:
    """A record on the screen: the answer beside the reference and beside chance."""
    from usecases.rows import COLUMNS, answer, table

    score = record.score
    click.echo(f"{record.usecase} · {record.instance.name} · {record.qubits} qubits")
    click.echo(f"answer: {answer(record)}")
    for line in score.violations[1:6]:
        click.echo(f"        {line}")
    for line in _remarks(record):
        click.echo(f"        {line}")
    rows = [[row[c] for c in COLUMNS] for row in table([record])]
    echo_table("", COLUMNS, rows)
    if score.within_tolerance is not None:
        claim = "is" if score.within_tolerance else "is not"
        click.echo(f"The answer {claim} within the accuracy that the field asks for.")
    for name, words in record.provenance.items():
        if name == "cost" or name.startswith("warning"):
            click.echo(f"{name}: {words}")
    click.echo(f"run {record.id}; see it again with: usecases jobs show {record.id}")


def _remarks(record: RunRecord) -> list[str]:
    """What the use case has to tell of a feasible answer besides its objective."""
    from usecases.registry import usecase
    from usecases.verify import instance_of, solution_of

    tell = usecase(record.usecase).remarks
    if tell is None or not record.score.feasible:
        return []
    return tell(instance_of(record), solution_of(record))


__all__ = ["command", "report"]
