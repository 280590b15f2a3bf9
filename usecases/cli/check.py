"""`usecases check`: does a contribution keep its contract?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from usecases.cli.shared import capped

if TYPE_CHECKING:
    from usecases.budget import Amounts


@click.command("check")
@click.argument("kind", type=click.Choice(["usecase", "algorithm", "backend"]))
@click.argument("name")
@click.option(
    "-s", "--setting", multiple=True, metavar="KEY=VALUE", help="A setting to check with."
)
@click.option("-c", "--change", multiple=True, metavar="KEY=VALUE",
              help="Another value of a backend's setting, which must change the job.")  # fmt: skip
@capped
def command(
    kind: str,
    name: str,
    setting: tuple[str, ...],
    change: tuple[str, ...],
    max_cost: Amounts | None,
) -> None:
    """Check the use case, algorithm or backend NAME against its contract."""
    from usecases import registry, testing
    from usecases.cli.shared import pairs
    from usecases.errors import VerificationFailed

    if kind == "usecase":
        found = testing.check_usecase(registry.usecase(name))
    elif kind == "algorithm":
        found = testing.check_algorithm(registry.algorithm(name, pairs(setting, "-s")))
    else:
        machine = registry.backend(name, pairs(setting, "-s"))
        found = testing.check_backend(machine, pairs(change, "-c"), max_cost=max_cost or 0.0)
    for finding in found:
        click.echo(f"  ✗ {finding}")
    if found:
        raise VerificationFailed(f"{name} breaks its contract in {len(found)} places")
    click.echo(f"{name} keeps its contract")
