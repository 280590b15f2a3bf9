"""`usecases compare`: several algorithms and backends on one instance, or stored runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import (
    chosen,
    each_capped,
    echo_table,
    only_json,
    pairs,
    patient,
    run_options,
    watched,
    writable,
)

if TYPE_CHECKING:
    from usecases.records import RunRecord


@click.command("compare")
@click.argument("what", nargs=-1, required=True, metavar="USECASE|RUN...|FILE...")
@run_options
@each_capped
@patient
@click.option("-a", "--algorithms", metavar="A,B,...", help="Default: what the use case suggests.")
@click.option("-b", "--backends", metavar="X,Y,...", help="Default: each algorithm's own.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, show_default=True,
              help="How many seeds, from --seed on; medians are shown.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write a report too.")
def command(what: tuple[str, ...], output: str | None, **options: Any) -> None:
    """Run several algorithms and backends on one instance of USECASE, side by side.

    With two or more RUNs, or files of records, these are compared and nothing is run.
    """
    from usecases.cli.report import written
    from usecases.errors import Partial, UsageError

    path = None if output is None else writable(output)
    failure: Partial | None = None
    if len(what) > 1 or Path(what[0]).suffix in (".json", ".zip"):
        if options["algorithms"] or options["backends"]:
            raise UsageError("stored runs are compared as they are", "Leave out -a and -b")
        records = chosen(what, None)
    else:
        try:
            records = _run(what[0], **options)
        except Partial as error:
            failure, records = error, list(error.finished)
    _print(records, options["as_json"])
    if path is not None:
        written(path, records, quiet=options["as_json"])
    if failure:
        raise failure


def _run(
    usecase: str, algorithms: str | None, backends: str | None, **options: Any
) -> list[RunRecord]:
    from usecases import registry
    from usecases.comparison import compare
    from usecases.runner import perform

    named = algorithms.split(",") if algorithms else [*registry.usecase(usecase).algorithms]
    with only_json(options["as_json"]), watched() as progress:
        return compare(
            usecase,
            options["instance"],
            named,
            backends.split(",") if backends else (),
            parameters=pairs(options["parameter"], "-p"),
            settings=pairs(options["setting"], "-s"),
            train_on=options["train_on"],
            seed=options["seed"],
            seeds=options["seeds"],
            shots=options["shots"],
            perform=partial(perform, max_cost=options["max_cost"], max_wait=options["max_wait"]),
            progress=progress,
        )


def _print(records: list[RunRecord], as_json: bool) -> None:
    from usecases import stock
    from usecases.comparable import differences
    from usecases.repeats import repeats
    from usecases.store import Store

    if as_json:
        click.echo("[" + ",\n".join(r.model_dump_json(indent=2) for r in records) + "]")
        return
    several = len(repeats(records)) < len(records)
    by_instance: dict[tuple[str, str], list[RunRecord]] = {}
    for record in records:
        by_instance.setdefault((record.usecase, record.instance.sha256), []).append(record)
    for group in by_instance.values():
        _table(group, medians=several)
    _pairs(records, several=len(by_instance) > 1)
    with Store() as store:
        costs = stock.costs(store, records)
    for difference in differences(records, costs):
        click.echo(f"mind: {difference}", err=True)


def _table(records: list[RunRecord], *, medians: bool) -> None:
    """One row a run, or the medians over seeds, then reference and chance."""
    from usecases.exhibits.spreads import COLUMNS as MEDIANS
    from usecases.exhibits.spreads import row
    from usecases.repeats import repeats
    from usecases.rows import COLUMNS, table
    from usecases.statistics.spread import FEWEST

    first = records[0]
    title = f"{first.usecase} · {first.instance.name} · {first.qubits} qubits"
    rows = [[row[c] for c in COLUMNS] for row in table(records)]
    if not medians:
        echo_table(title, COLUMNS, rows)
        return
    groups = repeats(records)
    echo_table(title, MEDIANS[2:], [row(g)[2:] for g in groups])
    echo_table("", COLUMNS, rows[-2:])
    if min(len(g.records) for g in groups) < FEWEST:
        click.echo(
            f"Medians with bootstrap intervals; fewer than {FEWEST} seeds cannot reach 95 %.",
            err=True,
        )


def _pairs(records: list[RunRecord], *, several: bool) -> None:
    """Who did better than whom, where several instances can tell."""
    from usecases.repeats import duels, repeats
    from usecases.report.pairs import COLUMNS, verdicts

    rows = verdicts(duels(repeats(records))) if several else []
    if rows:
        echo_table("Median gaps on the instances that both tried", COLUMNS, rows)
