"""`usecases resources`: what an instance would take on an error-corrected machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from usecases.cli.shared import echo_table

if TYPE_CHECKING:
    from usecases.resources import Estimates
    from usecases.resources.estimate import Needed


@click.command("resources")
@click.argument("usecase", required=False)
@click.option("-i", "--instance", default="demo", show_default=True, metavar="NAME|FILE",
              help="A named instance, FAMILY@VALUE, a file, or size=N,seed=S.")  # fmt: skip
@click.option("--layers", type=click.IntRange(1, 100), default=10, show_default=True,
              help="Of QAOA, for models of binary variables.")  # fmt: skip
@click.option("--femoco", is_flag=True, help="Instead, the published FeMoco molecule.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(usecase: str | None, instance: str, layers: int, femoco: bool, as_json: bool) -> None:
    """Estimate logical and physical qubits, gates and time for an instance of USECASE."""
    from usecases import resources
    from usecases.errors import UsageError

    if femoco == (usecase is not None):
        raise UsageError("name a use case or --femoco", "List them with: usecases list usecases")
    if usecase is None:
        known = resources.femoco()
        if as_json:
            click.echo(known.model_dump_json(indent=2))
        else:
            _told(known.needed, None)
            click.echo(f"  Estimator: {known.model}")
        return
    found = resources.estimates(usecase, instance, layers)
    if as_json:
        click.echo(found.model_dump_json(indent=2))
        return
    click.echo(f"{found.usecase}, {found.instance.name}\n")
    for needed in found.needed:
        _told(needed, found)
    for remark in found.remarks:
        click.echo(f"  Not counted: {remark}")
    seconds = found.classical_seconds
    took = "proven beforehand" if seconds is None else f"{seconds:.3g} s here"
    click.echo(f"  Classical: {found.reference.method} ({found.reference.kind}), {took}")
    click.echo(f"  Estimator: {found.model}")


def _told(needed: Needed, found: Estimates | None) -> None:
    from usecases.resources.estimate import LOGICAL, beside
    from usecases.resources.machines import MACHINES

    work = needed.work
    click.echo(f"{work.title}: {work.qubits} logical qubits", nl=False)
    click.echo(f" ({'fits' if needed.fits else 'does not fit'} on {LOGICAL})")
    click.echo(
        f"  {work.toffoli} Toffoli, {work.t} T, {work.rotations} rotations"
        f" ({work.rotation_depth} deep)"
    )
    able = {machine.machine: machine for machine in needed.machines}
    rows = []
    for assumed in MACHINES:
        machine = able.get(assumed.title)
        if machine is None:
            rows.append([assumed.title, "no design keeps the error", "", ""])
            continue
        held = beside(work, machine, found.classical_seconds) if found else "–"
        rows.append([assumed.title, f"{machine.qubits}", f"{machine.seconds:.3g}", held])
    columns = ("machine", "physical qubits", "seconds", "beside the classical solver")
    echo_table("", columns, rows)
    click.echo("")
