"""`usecases ghz`: the GHZ fidelity of machines beside one another."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from usecases.cli.shared import capped, echo_json, echo_table, only_json, patient


@click.command("ghz")
@click.option("-b", "--backend", "names", multiple=True, default=("aer",), metavar="NAME",
              help="A machine, as 'aer noise=manila'; several are compared with the first.",
)  # fmt: skip
@click.option("-n", "--qubits", type=click.IntRange(2, 100), default=3, show_default=True)
@click.option("--shots", type=click.IntRange(1), default=6000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@capped
@patient
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(
    names: tuple[str, ...], qubits: int, shots: int, seed: int, as_json: bool, **how: Any
) -> None:
    """Measure the fidelity with which machines prepare GHZ states, side by side.

    What a machine elsewhere was asked is kept; the same command takes it up and pays once.
    """
    from usecases.ghz import fidelity, taken
    from usecases.patience import each
    from usecases.registry import backend

    machines = [backend(name) for name in names]
    with only_json(as_json):
        for machine in machines:  # all may refuse before one works
            taken(machine, qubits, shots, seed)
        found = each(partial(fidelity, m, qubits, shots, seed, **how) for m in machines)
    if as_json:
        echo_json([f.model_dump() | {"interval": list(f.interval)} for f in found])
        return
    rows = []
    for name, one in zip(names, found, strict=True):
        low, high = one.interval
        apart = "–" if one is found[0] else f"{one.differs(found[0]):+.1f} σ"
        shown = (f"{one.value:.4f}", f"{low:.4f} to {high:.4f}")
        rows.append([name, *shown, f"{one.populations:.4f}", f"{one.coherence:.4f}", apart])
    columns = ("machine", "fidelity", "95 %", "populations", "coherence", "from the first")
    echo_table(f"GHZ state of {qubits} qubits, {found[0].shots} shots", columns, rows)
