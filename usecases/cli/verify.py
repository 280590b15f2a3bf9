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
    from usecases.errors import BadInstance
    from usecases.store import Store
    from usecases.verify import parse_record

    path = Path(source)
    if not path.suffix and not path.is_file():
        with Store() as store:
            return store.record(source)
    try:
        return parse_record(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise BadInstance("content", "is not text", file=path.name) from None
    except OSError as error:
        raise BadInstance("path", f"cannot be read ({error.strerror})", file=source) from None
