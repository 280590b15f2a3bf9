"""`usecases export`: an instance or finished runs as files that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usecases import registry
from usecases.cli.shared import chosen, writable

if TYPE_CHECKING:
    from usecases.circuit_record import CircuitRecord
    from usecases.records import RunRecord


class _Either(click.Group):
    """The word `runs` names the runs; any other first word is a use case."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = "runs" if args[:1] == ["runs"] else "usecase"
        return name, self.commands[name], args[1:] if name == "runs" else args


@click.group("export", cls=_Either, options_metavar="", subcommand_metavar="USECASE|runs ...")
def command() -> None:
    """Write an instance of USECASE, or finished runs, as files for other programs.

    usecases export USECASE -i INSTANCE -o FILE: `usecases show` lists the formats.

    usecases export runs --format csv -o FILE: see usecases export runs --help.
    """


@command.command("usecase")
@click.argument("usecase")
@click.option(
    "-i",
    "--instance",
    default="demo",
    show_default=True,
    metavar="NAME|FILE",
    help="A named instance, a file, or size=N,seed=S.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write; its suffix chooses the format.",
)
def usecase(usecase: str, instance: str, output: Path) -> None:
    """Write an instance of USECASE as a file; `usecases show` lists the formats."""
    from usecases.errors import BadInstance
    from usecases.instances import load, written

    output = writable(output)
    case = registry.usecase(registry.full_name(usecase))
    found = load(case, instance)
    try:
        text = written(case, found.instance, output)
    except BadInstance as error:
        raise (error.in_file(found.file) if found.file and not error.file else error) from None
    output.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {found.name}, {len(text.splitlines())} lines")


@command.command("runs")
@click.argument("sources", nargs=-1, metavar="[RUN|FILE|FOLDER]...")
@click.option("--suite", metavar="SUITE|FILE.toml", help="The finished runs of this suite.")
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(["csv", "parquet", "qoblib", "metriq"]),
    help="qoblib writes a folder, the others a file.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path))
@click.option("--submitter", default="N/A", help="For qoblib: who hands in.")
@click.option("--affiliation", default="N/A", help="For qoblib: of the submitter.")
@click.option("--reference", default="N/A", help="For qoblib: a paper or an address.")
def runs(sources: tuple[str, ...], suite: str | None, form: str, output: Path, **who: str) -> None:
    """Write finished runs as a table or as another project's files.

    Runs by id, from JSON files, bundles or folders; by default all of use cases in the store.
    Runs of circuits give their counts, as csv.
    """
    from usecases.counted import as_csv
    from usecases.errors import UsageError

    if form != "qoblib":
        output = writable(output)
    if counted := _circuits(sources):
        if form != "csv" or suite:
            raise UsageError("counts of circuits are written as csv, and without a suite")
        output.write_text(as_csv(counted), "utf-8")
        click.echo(f"{output}: the counts of {len(counted)} runs of circuits")
        return
    records = chosen(sources, suite) if sources or suite else _all()
    if not records:
        raise UsageError("there are no finished runs", "Make some with: usecases bench workshop")
    if form == "qoblib":
        _folder(records, output, who)
        return
    output.write_bytes(_written(records, form))
    click.echo(f"{output}: {len(records)} runs, {output.stat().st_size / 1000:.0f} kB")
    if form == "metriq":
        click.echo("metriq-data takes in runs of metriq-gym only: for tools that read the format.")


def _circuits(sources: tuple[str, ...]) -> list[CircuitRecord]:
    """The records, where all that is named are runs of circuits."""
    from usecases import sources as source_of
    from usecases.circuit_record import CircuitRecord

    found = [record for source in sources for record in source_of.records(source)]
    circuits = [record for record in found if isinstance(record, CircuitRecord)]
    return circuits if len(circuits) == len(found) else []


def _all() -> list[RunRecord]:
    """Every finished run of a use case; circuits of one's own have no score to export."""
    from usecases.circuit_record import CIRCUIT
    from usecases.store import Store

    with Store() as store:
        done = [run for run in store.runs(1_000_000) if run.status == "done"]
        return [store.record(run.id) for run in done if run.summary["usecase"] != CIRCUIT]


def _written(records: list[RunRecord], form: str) -> bytes:
    from usecases import exports, metriq

    if form == "parquet":
        return exports.as_parquet(records)
    return (exports.as_csv if form == "csv" else metriq.as_json)(records).encode()


def _folder(records: list[RunRecord], output: Path, who: dict[str, str]) -> None:
    from usecases import qoblib

    submitter = qoblib.Submitter(who["submitter"], who["affiliation"], who["reference"])
    files = qoblib.files(records, submitter)
    for name, text in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {len(files) // 3} instances of {len(records)} runs")
    click.echo("Solutions are JSON: bring them into the format of the problem before handing in.")


__all__ = ["command"]
