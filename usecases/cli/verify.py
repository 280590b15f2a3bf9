"""`usecases verify`: do not trust a record, check it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from usecases.records import RunRecord


@click.command("verify")
@click.argument("records", nargs=-1, required=True, metavar="RUN|FILE...")
def command(records: tuple[str, ...]) -> None:
    """Check run records, by id or as JSON files: hashes, answers, reference, every score."""
    from usecases.verify import verify

    for source in records:
        record = _record(source)
        click.echo(f"{source}: ok ({'; '.join(verify(record))})")


def _record(source: str) -> RunRecord:
    from usecases.instances import read_record
    from usecases.store import Store

    path = Path(source)
    if path.suffix or path.is_file():
        return read_record(path)
    with Store() as store:
        return store.record(source)
