"""What several commands share: options, values, progress and tables."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from usecases.budget import Amounts
    from usecases.records import RunRecord

F = TypeVar("F", bound=Callable[..., Any])

NARROW, PIPED = 90, 160
"""Columns of a terminal below which a table is written as a list, and of what is no terminal."""

WORDS = {
    "model": "building the model",
    "solve": "solving",
    "reference": "proving the reference",
    "score": "scoring against reference and chance",
}
"""What a stage of a run is called on the screen."""


class Cap(click.ParamType["Amounts"]):
    """What may be spent: "5" in each currency, or "5 EUR, 20 USD" and in no other."""

    name = "cap"

    def convert(self, value: Any, param: Any, ctx: Any) -> Amounts:
        from usecases.budget import amounts

        return amounts(value, "--max-cost") if isinstance(value, str) else value


class Seconds(click.FloatRange):
    """How long somebody waits: no less than nothing, and a number."""

    def __init__(self) -> None:
        super().__init__(0)

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        found: float = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return found


def capped(command: F) -> F:
    """The option that caps what a command may spend."""
    words = 'The most that may be spent: "5" in any currency, or "5 EUR, 20 USD" and no other.'
    return click.option("--max-cost", type=Cap(), metavar="CAP", help=words)(command)


def each_capped(command: F) -> F:
    """The option that caps what each of a command's runs may spend."""
    words = 'The most that each run may spend: "5" in any currency, or "5 EUR, 20 USD".'
    return click.option("--max-cost", type=Cap(), metavar="CAP", help=words)(command)


def patient(command: F) -> F:
    """The option that says how long a command's runs wait for machines elsewhere."""
    return click.option("--max-wait", type=Seconds(), help="Seconds to wait in a queue.")(command)


def pairs(values: Iterable[str], option: str) -> dict[str, Any]:
    """Settings given as key=value; a value is JSON where it can be, else text."""
    from usecases.registry import assigned

    return assigned(values, option)


def run_options(command: F) -> F:
    """The options that say what is run and how."""
    words = "A named instance, FAMILY@VALUE, a file, or size=N,seed=S."
    option = click.option("-i", "--instance", default="demo", show_default=True,
                          metavar="NAME|FILE", help=words)  # fmt: skip
    return option(how_options(command))


def how_options(command: F) -> F:
    """The options that say how a run is done."""
    options = [
        click.option("-p", "--parameter", multiple=True, metavar="KEY=VALUE",
                     help="A hyperparameter of the algorithm."),
        click.option("-s", "--setting", multiple=True, metavar="KEY=VALUE",
                     help="A setting of the backend."),
        click.option("--train-on", metavar="BACKEND", help="The machine that trains."),
        click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True),
        click.option("--shots", type=click.IntRange(1), help="How often the answer is sampled."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def stored(source: str) -> RunRecord:
    """The run record of an id in the store, or of a JSON file."""
    from usecases.instances import read_record
    from usecases.store import Store

    path = Path(source)
    if path.suffix or path.is_file():
        return read_record(path)
    with Store() as store:
        return store.record(source)


def chosen(runs: Iterable[str], suite: str | None) -> list[RunRecord]:
    """The records of these sources and of a suite's finished runs, each once.

    Says on stderr how many of the suite's are not done.
    """
    from usecases import bench, sources, suites
    from usecases.store import Store

    found = {record.id: record for source in runs for record in sources.scored(source)}
    if suite:
        with Store() as store:
            records, missing = bench.records(suites.load(suite), store)
        found |= {record.id: record for record in records}
        if missing:
            click.echo(f"{missing} runs of {suite} are not done: usecases bench {suite}", err=True)
    return list(found.values())


def writable(output: str | Path) -> Path:
    """The path of a file to write, before long work; raises UsageError where none can be."""
    from usecases.errors import UsageError

    path = Path(output).resolve()
    if path.is_dir() or not path.parent.is_dir():
        told = f"{path} is a folder" if path.is_dir() else f"{path.parent} is not a folder"
        raise UsageError(told, "Choose another place with -o FILE")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path.parent} may not be written to", "Choose another with -o FILE")
    return path


@contextmanager
def watched() -> Iterator[Callable[[str, int], None]]:
    """A progress display on stderr: a live line in a terminal, plain lines elsewhere."""
    if sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True)
        with console.status("starting") as status:
            yield lambda stage, calls: status.update(_line(stage, calls))
    else:
        yield _PlainLines()


class _PlainLines:
    """Says a stage in a line of its own, at most one line each two seconds."""

    def __init__(self) -> None:
        self._said, self._at = "", time.monotonic()

    def __call__(self, stage: str, calls: int) -> None:
        now = time.monotonic()
        if now - self._at >= 2.0:
            click.echo(_line(stage, calls), err=True)
            self._said, self._at = stage, now


def _line(stage: str, calls: int) -> str:
    words = WORDS.get(stage, stage)
    return f"{words} ({calls} calls so far)" if stage == "solve" and calls else words


def echo_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout, as wide as the terminal; a list where that would cut words in two."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from usecases.cli.widths import widths

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    listed = list(rows)
    console = _Console() if sys.stdout.isatty() else _Console(width=PIPED)
    fitting = widths([columns, *listed], console.width - 3 * len(columns) - 1)
    if title:
        click.echo(title)
    if console.width < NARROW or (fitting is None and sys.stdout.isatty()):
        for row in listed:
            echo_fields(dict(zip(columns, row, strict=True)))
            click.echo()
        return
    table = Table(header_style="bold")
    for column, width in zip(columns, fitting or [PIPED] * len(columns), strict=True):
        table.add_column(column, overflow="fold", max_width=width)
    for row in listed:
        table.add_row(*map(Text, row))
    console.print(table)


@contextmanager
def only_json(wanted: bool) -> Iterator[None]:
    """Keep what solvers print off stdout while they work, so that it holds nothing but JSON.

    Some write to the file descriptor itself, which Python's own redirection does not see.
    """
    if not wanted:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def echo_json(value: Any) -> None:
    """JSON on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def echo_fields(fields: Mapping[str, str]) -> None:
    """Names and values, one a line, aligned."""
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"  {name:<{width}}  " + value.replace("\n", f"\n  {'':<{width}}  "))
