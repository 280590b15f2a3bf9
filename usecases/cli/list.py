"""`usecases list`: what there is, found without running any of it."""

from __future__ import annotations

import click

from usecases import registry
from usecases.cli.shared import echo_json, echo_table

KINDS = {"usecases": "usecase", "algorithms": "algorithm", "backends": "backend"}


@click.command("list")
@click.argument("what", type=click.Choice([*KINDS, "instances"]), required=False)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(what: str | None, name: str | None, as_json: bool) -> None:
    """List use cases, algorithms and backends, or the instances of use case NAME."""
    if what == "instances":
        _instances(name, as_json)
        return
    from usecases.vendors.catalogue import machines

    kinds = [what] if what else list(KINDS)
    found = {
        kind: {e.name: e.title for e in registry.entries(KINDS[kind]).values()} for kind in kinds
    }
    if "backends" in found:
        found["backends"] |= machines()
    if as_json:
        echo_json(found)
        return
    for kind in kinds:
        click.echo(click.style(kind, bold=True))
        width = max(map(len, found[kind]), default=0)
        for entry, title in found[kind].items():
            click.echo(f"  {entry:<{width}}  {title}")


def _instances(name: str | None, as_json: bool) -> None:
    from usecases.errors import UsageError
    from usecases.models import Incumbent, qubits

    if name is None:
        raise UsageError("whose instances", "For example: usecases list instances ground_state")
    case = registry.usecase(name)
    rows = []
    for label, make in case.instances.items():
        model = case.model(make())
        blocks = " in blocks" if isinstance(model, Incumbent) else ""
        rows.append((label, f"{qubits(model)}{blocks}"))
    more = [*case.catalogue.names()] if case.catalogue else []
    if as_json:
        named = [{"name": label, "qubits": size} for label, size in rows]
        echo_json(named + [{"name": label} for label in more])
        return
    echo_table(f"Instances of {registry.full_name(name)}", ("name", "qubits"), rows)
    if case.catalogue:
        click.echo(f"{case.catalogue.title}: {', '.join(more)}")
