"""`usecases export`: an instance as a file that the field's other programs read."""

from __future__ import annotations

from pathlib import Path

import click

from usecases import registry


@click.command("export")
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
def command(usecase: str, instance: str, output: Path) -> None:
    """Write an instance of USECASE as a file; `usecases show` lists the formats."""
    from usecases.errors import BadInstance
    from usecases.instances import load, written

    case = registry.usecase(registry.full_name(usecase))
    found = load(case, instance)
    try:
        text = written(case, found.instance, output)
    except BadInstance as error:
        raise (error.in_file(found.file) if found.file and not error.file else error) from None
    output.write_text(text, encoding="utf-8")
    click.echo(f"{output}: {found.name}, {len(text.splitlines())} lines")


__all__ = ["command"]
