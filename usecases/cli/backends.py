"""`usecases backends`: vendors' machines, their environments and what is known before asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from usecases.cli.shared import capped

if TYPE_CHECKING:
    from usecases.budget import Amounts
    from usecases.vendors.catalogue import Vendor


@click.group("backends", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the vendors of machines; add or remove a vendor's environment; check a machine."""
    if context.invoked_subcommand is None:
        context.invoke(listed, as_json=as_json)


@command.command("list", short_help="List vendors, twins, credentials, prices and queues.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
def listed(as_json: bool = False) -> None:
    """Say of each vendor what is installed, its twins, credentials, prices and queues.

    Only vendors whose credentials are set are asked, for their queues; nobody else is.
    """
    from usecases.cli.shared import echo_json, echo_table
    from usecases.vendors.catalogue import declared
    from usecases.vendors.queues import queues

    vendors = declared()
    waits = queues(vendors.values())
    found = [_told(vendor) | {"queue": waits[name]} for name, vendor in vendors.items()]
    if as_json:
        echo_json(found)
        return
    rows = [
        (
            f"{told['name']}\n{told['title']}",
            _installed(told),
            told["tested"]["range"],
            "\n".join(told["twins"]) or "none",
            _lines(told["credentials"], "not set"),
            told["price"],
            _queue(told["queue"]),
        )
        for told in found
    ]
    columns = (
        "vendor",
        "installed",
        "tested with",
        "offline twins",
        "credentials",
        "price",
        "queue",
    )
    echo_table("", columns, rows)
    click.echo("A machine is named VENDOR/DEVICE: usecases run ground_state -b ibm/fake_manila")


def _installed(told: dict[str, Any]) -> str:
    """The version that would run, and whether it is one of those that were tested."""
    if not told["installed"]:
        return f"no: usecases backends add {told['name']}"
    if told["tested"]["installed"]:
        return str(told["installed"])
    return f"{told['installed']}, not tested: usecases backends add {told['name']}"


def _lines(words: dict[str, str | None], none: str) -> str:
    return "\n".join(f"{name}: {word or none}" for name, word in words.items()) or "none"


def _queue(words: dict[str, str]) -> str:
    """A line for each machine that was asked; one for all where none was."""
    from usecases.vendors.queues import NOT_ASKED

    return NOT_ASKED if set(words.values()) == {NOT_ASKED} else _lines({**words}, "")


def _told(vendor: Vendor) -> dict[str, Any]:
    """What is known of a vendor without asking anybody; of credentials, where they are."""
    from usecases import secrets
    from usecases.vendors import environments

    installed, tested = environments.installed(vendor), vendor.tested
    return {
        "name": vendor.name,
        "title": vendor.title,
        "work": vendor.work,
        "installed": installed,
        "environment": "its own" if environments.made(vendor) else "this one",
        "package": vendor.pins[0].partition("==")[0],
        "pinned": vendor.pinned,
        "tested": {
            "range": str(tested),
            "first": tested.first,
            "last": tested.last,
            "installed": installed in tested,
        },
        "twins": [f"{vendor.name}/{d}" for d in vendor.examples if vendor.is_twin(d)],
        "machines": [f"{vendor.name}/{d}" for d in vendor.examples if not vendor.is_twin(d)],
        "credentials": {name: secrets.present(name) for name in vendor.credentials},
        "price": vendor.price,
    }


@command.command("add")
@click.argument("names", nargs=-1, required=True)
def add(names: tuple[str, ...]) -> None:
    """Make the environments of vendors NAMES from their pinned lists."""
    from usecases.vendors import environments
    from usecases.vendors.catalogue import vendor

    for one in [vendor(name) for name in names]:
        click.echo(f"{one.name}: installing {', '.join(one.pins)}", err=True)
        click.echo(f"{one.name}: ready in {environments.add(one)}")


@command.command("remove")
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Delete the environments of vendors NAMES."""
    from usecases.vendors import environments
    from usecases.vendors.catalogue import vendor

    for one in [vendor(name) for name in names]:
        gone = environments.remove(one)
        click.echo(f"{one.name}: {'removed' if gone else 'it had no environment of its own'}")


@command.command("check", short_help="Check a machine against its contract.")
@click.argument("name", metavar="VENDOR/DEVICE")
@click.option("-s", "--setting", multiple=True, metavar="KEY=VALUE", help="To check with.")
@capped
@click.pass_context
def check(
    context: click.Context, name: str, setting: tuple[str, ...], max_cost: Amounts | None
) -> None:
    """Check a machine: bit order, shots, seeds, tags, and that every setting matters."""
    from usecases.cli.check import command as contract

    context.invoke(
        contract, kind="backend", name=name, setting=setting, change=(), max_cost=max_cost
    )
