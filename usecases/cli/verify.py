"""`usecases verify`: do not trust a record, check it."""

from __future__ import annotations

import click

from usecases.cli.shared import watched


@click.command("verify")
@click.argument("sources", nargs=-1, required=True, metavar="RUN|FILE|FOLDER...")
def command(sources: tuple[str, ...]) -> None:
    """Check run records, by id, from JSON files, bundles or folders: hashes and every score."""
    from usecases import sources as source_of
    from usecases.verify import verify

    for source in sources:
        records, checked = source_of.records(source), []
        with watched() as tell:
            for k, record in enumerate(records, start=1):
                tell(f"checking record {k} of {len(records)}", 0)
                checked.append(verify(record))
        if len(checked) == 1:
            click.echo(f"{source}: ok ({'; '.join(checked[0])})")
        else:
            click.echo(f"{source}: ok ({len(checked)} records, each unchanged and scored again)")
