"""`usecases report`: runs, or what changed in the store, as one page that needs no network."""

from __future__ import annotations

from collections.abc import Sized
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import chosen, writable

if TYPE_CHECKING:
    from usecases.records import RunRecord

LATEST = 50
"""Runs of a report for which none are named."""

_DATE = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.command("report")
@click.argument("runs", nargs=-1, metavar="RUN|FILE|FOLDER...")
@click.option("--suite", metavar="SUITE|FILE.toml", help="The finished runs of this suite.")
@click.option("--since", type=_DATE, help="Say what changed from this date on (UTC).")
@click.option("--until", type=_DATE, help="The end of the period, this date excluded.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), default="report.html",
              show_default=True, help="Where the page is written.")  # fmt: skip
def command(
    runs: tuple[str, ...],
    suite: str | None,
    since: datetime | None,
    until: datetime | None,
    output: str,
) -> None:
    """Write runs as one offline HTML page: by id, from files, bundles or folders, or of a suite.

    Without any, the latest 50 of the store. With --since, what changed in the store from then on.
    """
    from usecases.errors import UsageError

    path = writable(output)
    if since is None and until is None:
        written(path, chosen(runs, suite) if runs or suite else _latest())
        return
    if runs or suite or since is None:
        raise UsageError("a period is for the whole store", "Give --since, and no runs or suite")
    from usecases import stock
    from usecases.report.stock import page
    from usecases.store import Store

    begin, end = _seconds(since), _seconds(until) if until else _now()
    if end <= begin:
        raise UsageError("the period ends before it begins", "Give a later --until")
    with Store() as store:
        found = stock.take(store, begin, end)
    path.write_text(page(found), encoding="utf-8")
    click.echo(f"{path}: {len(found.within)} runs, {len(found.changes)} changes of best gaps")


def _seconds(date: datetime) -> float:
    return date.replace(tzinfo=UTC).timestamp()


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _few(things: Sized, what: str) -> str:
    return f"{len(things)} {what}{'s' * (len(things) != 1)}"


def written(path: Path, records: list[RunRecord], *, quiet: bool = False) -> None:
    """Write the report of these runs. Raises UsageError where there are none."""
    from usecases import stock
    from usecases.errors import UsageError
    from usecases.exhibits.exhibit import origin
    from usecases.report import report
    from usecases.store import Store

    if not records:
        raise UsageError("there are no finished runs", "Make one with: usecases run NAME")
    cases = dict.fromkeys(r.usecase for r in records)
    lead = f"{_few(records, 'run')} of {_few(cases, 'use case')}: {origin(records)}."
    title = f"Runs of {next(iter(cases))}" if len(cases) == 1 else "Runs"
    with Store() as store:
        costs = stock.costs(store, records)
    path.write_text(report(title, lead, records, costs), encoding="utf-8")
    if not quiet:
        click.echo(f"{path}: {len(records)} runs, {path.stat().st_size / 1000:.0f} kB")


def _latest() -> list[RunRecord]:
    from usecases.circuit_record import CIRCUIT
    from usecases.store import Store

    with Store() as store:
        runs = store.runs(10 * LATEST)
        done = [r.id for r in runs if r.status == "done" and r.summary.get("usecase") != CIRCUIT]
        return [store.record(identity) for identity in reversed(done[:LATEST])]


__all__ = ["command"]
