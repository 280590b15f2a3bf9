"""`usecases bench`: a suite of runs, on all cores or on a cluster, taken up where it stopped."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import capped, echo_json, echo_table, only_json, patient

if TYPE_CHECKING:
    from usecases.bench import Row, Step
    from usecases.budget import Amounts
    from usecases.pool import Workers


@click.command("bench")
@click.argument("suite", required=False, metavar="SUITE|FILE.toml")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; default: all cores.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, e.g. tcp://host:8786.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Runs begun before do not count as done.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be run, and run nothing.")
@capped
@patient
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(suite: str | None, since: datetime | None, as_json: bool, **how: Any) -> None:
    """Run a SUITE: use cases × instances × algorithms × backends × seeds.

    Runs that the store has are kept; the same command takes a stopped suite up again. Without
    SUITE the ones that come with the package are listed.
    """
    from usecases import bench, costs, suites
    from usecases.store import Store

    if suite is None:
        _list(as_json)
        return
    asked = suites.load(suite)
    with Store() as store:
        found = bench.planned(asked, store, since.timestamp() if since else 0.0)
        if how["dry_run"]:
            waiting = costs.priced(found)
            if not as_json:
                _to_do(waiting, costs.left(waiting, store))
            _print(suite, waiting, as_json)
            return
        if how["max_cost"] is not None:
            found = costs.capped(found, store, how["max_cost"])
        found = bench.patient(found, how["max_wait"])
        with (
            only_json(as_json),
            _workers(how["workers"], how["scheduler"]) as pool,
            _told() as tell,
        ):
            rows = bench.bench(found, pool, store, tell)
    _print(suite, rows, as_json)
    bench.complain(rows)


def _workers(count: int | None, scheduler: str | None) -> AbstractContextManager[Workers]:
    from usecases.errors import UsageError
    from usecases.pool import dask, processes

    if scheduler and count:
        raise UsageError("a Dask cluster has its own number of workers", "Leave out --workers")
    return dask(scheduler) if scheduler else nullcontext(processes(count or os.cpu_count() or 1))


def _list(as_json: bool) -> None:
    from usecases import suites

    found = {name: suites.load(name) for name in suites.names()}
    if as_json:
        echo_json({n: {"title": s.title, "runs": len(s.cells())} for n, s in found.items()})
        return
    rows = [(name, s.title, str(len(s.cells()))) for name, s in found.items()]
    echo_table("Suites", ("name", "what", "runs"), rows)


@contextmanager
def _told() -> Iterator[Callable[[Step], None]]:
    """Progress on stderr: a bar in a terminal, plain lines elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _PlainLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        shown = bar.add_task("starting", total=None)
        yield lambda step: bar.update(
            shown, total=step.total, completed=step.done, description=_line(step)
        )


class _PlainLines:
    """A line for the first run and the last, and one each two seconds between."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if now >= self._next or step.done == step.total:
            click.echo(f"[{step.done}/{step.total}] {_line(step)}", err=True)
            self._next = now + 2.0


def _line(step: Step) -> str:
    from usecases.wording import percent, seconds

    row = step.row
    gap = "no answer" if row.gap is None else f"gap {percent(row.gap)}"
    what = f"{gap} in {seconds(row.seconds)}" if row.status == "done" else row.status
    left = f" · about {_minutes(step.left)} left" if step.done < step.total else ""
    return f"{row.cell}: {what}{left}"


def _minutes(value: float) -> str:
    return f"{value:.0f} s" if value < 100 else f"{value / 60:.0f} min"


def _to_do(rows: list[Row], left: Amounts) -> None:
    """The runs that are left, those that differ in their seed on one line, and their cost."""
    from usecases.budget import told

    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.status == "to do":
            what = (row.cell.usecase, row.cell.instance, row.cell.algorithm)
            alike.setdefault((*what, row.cell.backend or "its own"), []).append(row)
    if not alike:
        return
    columns = ("use case", "instance", "algorithm", "backend", "seeds", "cost")
    echo_table("", columns, [(*what, *_seeds(found)) for what, found in alike.items()])
    sends = [row.sends for row in rows if row.sends]
    if sends:
        least = "" if all(one.whole and one.priced for one in sends) else "at least "
        click.echo(f"These would still cost {least}{told(left)}")
    quotes = [job.quote for one in sends for job in one.jobs]
    for basis in dict.fromkeys(f"{q.basis}: {q.source}" for q in quotes if q.source):
        click.echo(f"  {basis}")


def _seeds(rows: list[Row]) -> tuple[str, str]:
    """The seeds of runs that differ in nothing else, and the cost of each run that has one."""
    words = list(dict.fromkeys(_cost(row) for row in rows))
    return ", ".join(str(row.cell.seed) for row in rows), "; ".join(words)


def _cost(row: Row) -> str:
    """What a run would cost at its machine: all of it, or as far as can be known beforehand."""
    from usecases.budget import told

    if row.sends is None:
        return ""
    if not row.sends.priced:
        return "unknown"
    return f"{'' if row.sends.whole else 'at least '}{told(row.sends.cost())} each"


def _print(suite: str, rows: list[Row], as_json: bool) -> None:
    """How many runs stand how, and why those are missing that are."""
    if as_json:
        echo_json({"suite": suite, "runs": [_plain(row) for row in rows]})
        return
    counts = Counter(row.status for row in rows)
    click.echo(f"{suite}: " + ", ".join(f"{n} {status}" for status, n in counts.items()))
    why = Counter((row.status, row.reason) for row in rows if row.reason)
    if why:
        table = [(status, str(n), reason) for (status, reason), n in why.items()]
        echo_table("", ("", "runs", "why"), table)
    if counts["done"] or counts["kept"]:
        click.echo(f"See them with: usecases report --suite {suite}")


def _plain(row: Row) -> dict[str, Any]:
    known = {"status": row.status, "id": row.id, "reason": row.reason, "gap": row.gap}
    sends = (
        {"cost": row.sends.cost() if row.sends.priced else None, "all_jobs_known": row.sends.whole}
        if row.sends
        else {}
    )
    return row.cell.model_dump() | known | sends
