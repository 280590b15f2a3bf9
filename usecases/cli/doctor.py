"""`usecases doctor`: what works on this machine, and what to install for the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict

import click

from usecases.checkup import SECTORS, bell_pair

EXTRAS = {
    "exact": ("ortools",),
    **SECTORS,
    "ibm": ("qiskit_ibm_runtime",),
    "tensor": ("cotengra",),
}


@click.command("doctor")
@click.option("--workshop", is_flag=True, help="Green, amber, red: is this computer ready?")
@click.option("--reach", default="", metavar="HOST", help="Try a connection, with --workshop.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def command(workshop: bool, reach: str, as_json: bool) -> None:
    """Say what works on this machine and what to install.

    With --workshop, in five seconds: what a participant's computer can do and what to do
    instead; the network is tried only with --reach.
    """
    from usecases.cli.shared import echo_json
    from usecases.errors import UsageError

    if reach and not workshop:
        raise UsageError("--reach belongs to --workshop", "Give both")
    if workshop:
        from usecases.checkup import doctor

        room = doctor(reach)
        echo_json(asdict(room) | {"state": room.state}) if as_json else click.echo(str(room))
        return
    checks: dict[str, Callable[[], tuple[bool, str]]] = {
        "python": _python,
        "memory": _memory,
        "store": _store,
        "aer": _aer,
        **{f"extra {name}": _extra(name) for name in EXTRAS},
    }
    found = {name: check() for name, check in checks.items()}
    if as_json:
        echo_json({name: {"ok": ok, "detail": text} for name, (ok, text) in found.items()})
        return
    for name, (ok, text) in found.items():
        click.echo(f"  {'✓' if ok else '✗'} {name:<18} {text}")


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"{sys.version.split()[0]} on {os.cpu_count()} cores"


def _memory() -> tuple[bool, str]:
    from usecases.machine import largest_state

    return True, f"statevectors of up to {largest_state(16)} qubits"


def _store() -> tuple[bool, str]:
    from usecases.errors import UsageError
    from usecases.store import Store

    try:
        with Store() as store:
            return True, f"{store.path} holds {len(store.runs(100_000))} runs"
    except UsageError as error:
        return False, str(error)


def _aer() -> tuple[bool, str]:
    """A Bell pair sampled here and now."""
    counts = bell_pair()
    return set(counts) == {"00", "11"}, f"a Bell pair gave {counts}"


def _extra(name: str) -> Callable[[], tuple[bool, str]]:
    def check() -> tuple[bool, str]:
        from importlib.util import find_spec

        missing = [p for p in EXTRAS[name] if find_spec(p) is None]
        if not missing:
            return True, "installed"
        return False, f'pip install -c constraints.txt -e ".[{name}]"  (for {", ".join(missing)})'

    return check
