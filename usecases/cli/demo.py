"""`usecases demo`: one problem of each sector, on one page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import echo_table, writable

if TYPE_CHECKING:
    from usecases.records import RunRecord


@click.command("demo")
@click.option("-o", "--output", type=click.Path(dir_okay=False), default="demo.html",
              show_default=True, help="Where the page is written.")  # fmt: skip
def command(output: str) -> None:
    """Run one problem of each sector on local simulators and draw the results on one page."""
    from usecases import registry
    from usecases.comparison import compare
    from usecases.report import Section, page
    from usecases.rows import COLUMNS, table
    from usecases.store import Store

    path = writable(output)
    points = sorted(entry_points(group="usecases.demo"), key=lambda p: p.name)
    names = [registry.full_name(point.value.replace(".", "/")) for point in points]
    todo = [(name, algorithm) for name in names for algorithm in registry.usecase(name).algorithms]
    sections: dict[str, list[RunRecord]] = {name: [] for name in names}
    with Store() as store, _bar(len(todo)) as step:
        for name, algorithm in todo:
            step(f"{name}: {algorithm}")
            sections[name] += compare(name, "demo", [algorithm], store=store)
    found = [Section(tuple(records)) for records in sections.values()]
    for section in found:
        first = section.records[0]
        rows = [[row[c] for c in COLUMNS] for row in table(section.records)]
        echo_table(f"{first.usecase} · demo · {first.qubits} qubits", COLUMNS, rows)
    lead = "Three real problems on local quantum simulators, beside proven references and chance."
    path.write_text(page("Quantum use cases: demo", lead, found), encoding="utf-8")
    click.echo(f"\nThe page with figures: {path}")
    click.echo("Try next:")
    for line in _next(names):
        click.echo(f"  {line}")


def _next(names: list[str]) -> list[str]:
    first = names[0] if names else "NAME"
    return [
        "usecases list",
        f"usecases show {first}",
        f"usecases run {first} -i workshop -a annealing",
        f"usecases compare {first} -a qaoa,annealing,exact",
    ]


@contextmanager
def _bar(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar in a terminal, a line for each run elsewhere."""
    if not sys.stderr.isatty():
        done = iter(range(1, total + 1))
        yield lambda text: click.echo(f"[{next(done)}/{total}] {text}", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), "{task.description}")
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total, completed=-1)
        yield lambda text: progress.update(task, description=text, advance=1)
        progress.update(task, advance=1, description="done")


__all__ = ["command"]
