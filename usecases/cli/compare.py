"""`usecases compare`: several algorithms and backends on one instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import echo_table, only_json, pairs, run_options, watched

if TYPE_CHECKING:
    from usecases.records import RunRecord


@click.command("compare")
@click.argument("usecase")
@run_options
@click.option("-a", "--algorithms", metavar="A,B,...", help="Default: what the use case suggests.")
@click.option("-b", "--backends", metavar="X,Y,...", help="Default: each algorithm's own.")
def command(usecase: str, algorithms: str | None, backends: str | None, **options: Any) -> None:
    """Run several algorithms and backends on one instance of USECASE, side by side."""
    from usecases import registry
    from usecases.compare import compare
    from usecases.errors import Partial

    chosen = algorithms.split(",") if algorithms else [*registry.usecase(usecase).algorithms]
    failure: Partial | None = None
    with only_json(options["as_json"]), watched() as progress:
        try:
            records = compare(
                usecase,
                options["instance"],
                chosen,
                backends.split(",") if backends else (),
                parameters=pairs(options["parameter"], "-p"),
                settings=pairs(options["setting"], "-s"),
                train_on=options["train_on"],
                seed=options["seed"],
                shots=options["shots"],
                progress=progress,
            )
        except Partial as error:
            failure, records = error, list(error.finished)
    _print(records, options["as_json"])
    if failure:
        raise failure


def _print(records: list[RunRecord], as_json: bool) -> None:
    from usecases.compare import COLUMNS, table

    if as_json:
        click.echo("[" + ",\n".join(r.model_dump_json(indent=2) for r in records) + "]")
    elif records:
        first = records[0]
        title = f"{first.usecase} · {first.instance.name} · {first.qubits} qubits"
        echo_table(title, COLUMNS, ([row[c] for c in COLUMNS] for row in table(records)))
