"""`usecases verify`: do not trust a record, check it."""

from __future__ import annotations

import click

from usecases.cli.shared import stored


@click.command("verify")
@click.argument("records", nargs=-1, required=True, metavar="RUN|FILE...")
def command(records: tuple[str, ...]) -> None:
    """Check run records, by id or as JSON files: hashes, answers, reference, every score."""
    from usecases.verify import verify

    for source in records:
        record = stored(source)
        click.echo(f"{source}: ok ({'; '.join(verify(record))})")
