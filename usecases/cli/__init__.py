"""The `usecases` command: what, why and what to do next, in one line each."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from usecases.errors import UsecasesError

COMMANDS = {
    "check": "Check a use case, an algorithm or a backend against its contract",
    "compare": "Run several algorithms and backends on one instance, side by side",
    "demo": "Run one problem of each sector and draw the results on one page",
    "doctor": "Say what works on this machine and what to install",
    "jobs": "List runs; attach, wait for, cancel or reconcile their jobs",
    "list": "List use cases, algorithms, backends, or the instances of a use case",
    "new": "Start a use case, an algorithm or a backend from a working template",
    "page": "Write the notebooks and docs pages of the use cases",
    "run": "Run a use case with an algorithm on a backend and score the answer",
    "show": "Show what a use case is about, its instances and its sources",
    "verify": "Check a run record: hashes, answers, reference and every score",
}


class _Lazy(click.Group):
    """Commands are imported when they are called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"usecases.cli.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

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
    sys.exit(_outcome(sys.argv[1:]))


def _outcome(words: list[str]) -> int:
    try:
        cli.main(args=words, prog_name="usecases", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _complain("stopped. The same command takes an unfinished run up again", 130)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if "--debug" in words:
            raise
        if isinstance(error, UsecasesError):
            return _complain(str(error), error.code)
        problem = " ".join(str(error).split())[:300]
        return _complain(
            f"internal: {type(error).__name__}: {problem}. Run it again with"
            " usecases --debug ... and report what it prints",
            70,
        )
    return 0


def _complain(text: str, code: int) -> int:
    print(f"usecases: {' '.join(text.split())}", file=sys.stderr)
    return code
