"""`usecases progress`: how fast runs came near their reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import echo_table, stored

if TYPE_CHECKING:
    from usecases.progress import Step

COLUMNS = ("run", "instance", "algorithm", "seconds", "calls", "answer", "gap")


@click.command("progress")
@click.argument("records", nargs=-1, required=True, metavar="RUN|FILE...")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@click.option("--plot", type=click.Path(), help="Write the picture of the gaps to this file.")
def command(records: tuple[str, ...], as_csv: bool, plot: str | None) -> None:
    """Show the gap to the reference against seconds, of runs by id or as JSON files."""
    from usecases import progress

    if plot is not None:
        from usecases.plots import check_file

        check_file(Path(plot))
    found = [stored(source) for source in records]
    if as_csv:
        click.echo(progress.as_csv(found), nl=False)
    else:
        told = [step for record in found for step in progress.steps(record)]
        echo_table("", COLUMNS, map(_row, told))
    if plot is not None:
        from usecases.plots import plot_progress

        plot_progress(found, plot)


def _row(step: Step) -> tuple[str, ...]:
    from usecases.wording import percent

    about = (step.run, step.instance, step.algorithm)
    numbers = (f"{step.seconds:.2f}", f"{step.calls}", f"{step.value:.10g}", percent(step.gap))
    return about + numbers


__all__ = ["command"]
