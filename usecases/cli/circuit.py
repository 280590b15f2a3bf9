"""`usecases circuit`: a circuit of one's own on one machine or several."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import (
    capped,
    echo_fields,
    echo_json,
    echo_table,
    only_json,
    pairs,
    patient,
    watched,
)

if TYPE_CHECKING:
    from usecases.circuit_record import CircuitRecord
    from usecases.circuits import CircuitPlan
    from usecases.contracts import RemoteBackend
    from usecases.programs import SampleCircuits


@click.command("circuit")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-b", "--backend", "names", multiple=True, default=("aer",), metavar="NAME",
              help="A machine, as 'aer noise=manila'; several are shown side by side.")  # fmt: skip
@click.option("-s", "--setting", multiple=True, metavar="KEY=VALUE", help="A setting of them all.")
@click.option("--beside", multiple=True, metavar="RUN", help="Show a stored run's counts as well.")
@click.option("--shots", type=click.IntRange(1, 10**9), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be run, and run nothing.")
@capped
@patient
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(file: Path, names: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Run the OpenQASM 2 or 3 circuit in FILE; its counts are kept like any run's.

    The text is scanned and parsed in a process of its own, with little memory and no files.
    """
    from usecases.circuits import prepare, run
    from usecases.patience import each
    from usecases.store import Store

    given = {"shots": options["shots"], "seed": options["seed"]}
    settings = pairs(options["setting"], "-s")
    plans = [prepare(file, name, settings=settings, **given) for name in names]
    if options["dry_run"]:
        from usecases.rehearsal import rehearsing

        with rehearsing():
            _announce(plans, as_json)
        return
    with Store() as store:
        known = [store.circuits(identity) for identity in options["beside"]]
        with only_json(as_json), watched() as progress:
            how: dict[str, Any] = {name: options[name] for name in ("max_cost", "max_wait")}
            how |= {"store": store, "progress": progress}
            made = each(partial(run, plan, **how) for plan in plans)
    if as_json:
        texts = [record.model_dump_json(indent=2) for record in (*made, *known)]
        click.echo(texts[0] if len(texts) == 1 else "[" + ",\n".join(texts) + "]")
        return
    report(*made, *known)


def _announce(plans: list[CircuitPlan], as_json: bool) -> None:
    """What would be run, with what a machine elsewhere would charge."""
    from usecases.circuits import WIDER
    from usecases.contracts import RemoteBackend, innermost
    from usecases.lowering import fits

    found = []
    for plan in plans:
        fits(plan.backend, plan.program.qubits, WIDER)
        plan.backend.check(plan.program)
        shown = {k: v for k, v in plan.request.items() if k not in ("instance_data", "train_on")}
        machine = innermost(plan.backend)
        price = {"cost": 0.0, "basis": "free"}
        if isinstance(machine, RemoteBackend):
            price = _price(machine, plan.program)
        sizes = {"qubits": plan.program.qubits, "operations": len(plan.circuits[0].data)}
        found.append(shown | sizes | price)
    if as_json:
        echo_json(found[0] if len(found) == 1 else found)
        return
    for one in found:
        click.echo("Would run, and has not:")
        echo_fields({k.replace("_", " "): "–" if v is None else str(v) for k, v in one.items()})


def _price(machine: RemoteBackend, program: SampleCircuits) -> dict[str, Any]:
    """What the machine would charge for all jobs that the circuits become."""
    quotes = [machine.estimate(part) for part in machine.split(program).parts]
    bases = " and ".join(dict.fromkeys(quote.basis for quote in quotes))
    whole = None if "unknown" in bases else sum(quote.amount for quote in quotes)
    cost = {"cost": whole, "currency": quotes[0].currency}
    return cost | {"basis": bases, "source": quotes[0].source, "jobs": len(quotes)}


def report(*records: CircuitRecord) -> None:
    """Counts on the screen: shares with intervals, machines side by side, and how far apart."""
    from usecases.beside import distance, rows
    from usecases.circuit_record import CircuitRecord
    from usecases.naming import with_settings

    first, shown = records[0], dict[str, CircuitRecord]()
    for record in records:
        name = with_settings(record.backend, record.backend_settings)
        shown[f"{name} ({record.id})" if name in shown else name] = record
    for k, tally in enumerate(first.tallies):
        named = {name: r.tallies[k] for name, r in shown.items() if len(r.tallies) > k}
        title = f"{first.name} · {first.qubits} qubits · {tally.shots} shots"
        echo_table(title, ("bits", *named), rows(named))
        if len(tally.counts) > 16:
            click.echo(f"and {len(tally.counts) - 16} more strings")
        for name, other in list(named.items())[1:]:
            seen, luck = distance(tally, other)
            click.echo(f"{name}: total variation distance from the first {seen:.3f};"
                       f" shots alone would make {luck:.3f}")  # fmt: skip
    for name, record in shown.items():
        for what, words in record.provenance.items():
            if what == "cost" or what.startswith("warning"):
                click.echo(f"{name}: {what}: {words}")
        click.echo(f"{name}: run {record.id}, {record.source};"
                   f" see it again with: usecases jobs show {record.id}")  # fmt: skip


__all__ = ["command", "report"]
