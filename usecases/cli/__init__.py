"""The `usecases` command: what, why and what to do next, in one line each."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from traceback import format_exception
from typing import Any

import click

from usecases.errors import UsecasesError, printable
from usecases.secrets import quiet_logs, scrub

COMMANDS = {
    "backends": "List vendors of machines; add or remove their environments; check a machine",
    "bench": "Run a suite: use cases × instances × algorithms × backends × seeds",
    "bundle": "Write runs to one file that can be verified elsewhere",
    "check": "Check a use case, an algorithm or a backend against its contract",
    "circuit": "Run an OpenQASM circuit of your own on one machine or several, side by side",
    "compare": "Run several algorithms and backends on one instance, side by side",
    "curve": "Run algorithms along a parameter, such as a bond length, beside the exact curve",
    "demo": "Run one problem of each sector and draw the results on one page",
    "doctor": "Say what works on this machine and what to install",
    "export": "Write an instance as a file of the field's own format, or runs as a table",
    "ghz": "Measure the fidelity with which machines prepare GHZ states, side by side",
    "jobs": "List runs; attach, wait for, cancel or reconcile their jobs",
    "list": "List use cases, algorithms, backends, or the instances of a use case",
    "new": "Start a use case, an algorithm or a backend from a working template",
    "page": "Write the notebooks and docs pages of the use cases",
    "progress": "Show how fast runs came near the reference: table, values or picture",
    "resources": "Estimate what an instance would take on an error-corrected machine",
    "report": "Write runs, or what changed since a date, as one offline page",
    "run": "Run a use case with an algorithm on a backend and score the answer",
    "secret": "Keep a vendor's token in the keyring or in a file that only you can read",
    "show": "Show what a use case is about, its instances and its sources",
    "verify": "Check run records and bundles: hashes, answers, reference and every score",
    "widget": "Serve a page where runs are chosen with the mouse",
}


class _Lazy(click.Group):
    """Commands are imported when they are called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]  # `list` is a command here once it is imported

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"usecases.cli.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS:
            from usecases.errors import UnknownName

            raise UnknownName("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="quantum-usecases")
def cli(debug: bool) -> None:
    """Real problems of logistics, life science and energy on quantum computers.

    use case × algorithm × backend → run record. Start with: usecases demo
    """


def main() -> None:
    """Run the command; a user's mistake is one line and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a sign shows another one instead of failing.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    quiet_logs()
    sys.exit(_outcome(sys.argv[1:]))


def _outcome(words: list[str]) -> int:
    """Run the words of a command; the exit code."""
    try:
        code = cli.main(args=words, prog_name="usecases", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except Exception as error:
        if "--debug" in words:
            print(scrub("".join(format_exception(error))), file=sys.stderr)
        return _explained(error)
    except (KeyboardInterrupt, SystemExit):
        return _complain("stopped. The same command takes an unfinished run up again", 130)
    return code if isinstance(code, int) else 0  # what a command gave to ctx.exit


def _explained(error: Exception) -> int:
    """One line for what went wrong, and its exit code."""
    if isinstance(error, UsecasesError):
        return _complain(str(error), error.code)
    if isinstance(error, click.Abort):
        return _complain("stopped. The same command takes an unfinished run up again", 130)
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "usecases"
        return _complain(f"{error.format_message()} See: {path} --help", error.exit_code)
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, sqlite3.Error):
        hint = "Move it away, or choose another folder with USECASES_HOME"
        return _complain(f"the store is damaged or in use ({error}). {hint}", 2)
    if isinstance(error, OSError):
        return _complain(f"{error.filename or 'the output'}: {error.strerror}", 2)
    return _complain(
        f"internal: {type(error).__name__}: {str(error)[:300]}. Run it again with"
        " usecases --debug ... and report what it prints",
        70,
    )


def _complain(text: str, code: int) -> int:
    """One line on stderr, without signs that would steer the terminal."""
    line = " ".join(scrub(text).split())
    shown = printable(line)
    with suppress(OSError, AttributeError):  # nobody may be listening
        print(f"usecases: {shown[:1000]}", file=sys.stderr)
    return code
