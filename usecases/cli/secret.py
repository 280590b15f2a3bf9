"""`usecases secret`: keep a vendor's token where only its owner can read it."""

from __future__ import annotations

import sys

import click


@click.command("secret")
@click.argument("name")
@click.option("--where", is_flag=True, help="Say where it is kept, and keep nothing.")
def command(name: str, where: bool) -> None:
    """Keep the secret NAME, such as IQM_TOKEN, in the keyring or a file of mode 0600.

    The value is asked for, or read from a pipe; it is never an argument, which others could see.
    """
    from usecases import secrets

    if where:
        click.echo(f"{name}: {secrets.present(name) or 'nowhere'}")
        return
    secrets.present(name)  # a wrong name is told before anything is typed
    piped = not sys.stdin.isatty()
    value = sys.stdin.readline() if piped else click.prompt(name, hide_input=True, err=True)
    click.echo(f"{name} is kept in the {secrets.place(name, value.strip())}")
