"""`usecases show`: what a use case is about."""

from __future__ import annotations

import click

from usecases import registry
from usecases.cli.shared import echo_fields


@click.command("show")
@click.argument("usecase")
def command(usecase: str) -> None:
    """Show what USECASE is about, what it reads, its instances and its sources."""
    from usecases.contracts import unit_of

    name = registry.full_name(usecase)
    case = registry.usecase(name)
    click.echo(click.style(case.title, bold=True))
    click.echo(_opening(registry.entries("usecase")[name]))
    goal = "as low as possible" if case.sense == "min" else "as high as possible"
    echo_fields(
        {
            "name": name,
            "objective": f"{unit_of(case, case.instances['demo']())}, {goal}",
            "instances": ", ".join(case.instances),
            "files": ", ".join([".json", *case.formats]),
            "fields": ", ".join(case.instance.model_fields),
            "try first": ", ".join(case.algorithms),
        }
    )
    for source in case.sources:
        click.echo(f"  · {source}")
    click.echo(f"Run it: usecases run {name}")


def _opening(entry: registry.Entry) -> str:
    """The page's first paragraph."""
    lines = entry.path.read_text(encoding="utf-8").splitlines()
    paragraph: list[str] = []
    for line in lines[2:]:
        text = line.removeprefix("#").strip()
        if paragraph and (not text or line.startswith("# %%")):
            break
        if text and not line.startswith("# %%"):
            paragraph.append(text)
    return " ".join(paragraph)
