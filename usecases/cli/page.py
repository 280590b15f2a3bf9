"""`usecases page`: notebooks and docs pages from the use case files."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from usecases.cli.shared import watched


@click.command("page")
@click.argument("name", required=False)
@click.option("--check", is_flag=True, help="Write nothing; fail when a page is not current.")
@click.option("--record", is_flag=True, help="Make the stored runs anew, which takes minutes.")
def command(name: str | None, check: bool, record: bool) -> None:
    """Write all notebooks and docs pages, or make the stored runs of NAME, a use case or tour."""
    from usecases import page, registry, tours
    from usecases.errors import UsageError, VerificationFailed
    from usecases.store import Store

    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        raise UsageError("pages are written in a clone", "Change to the project's root first")
    if record and name in tours.sources(root):
        click.echo(tours.record(root, str(name)).relative_to(root))
    elif record:
        ours = [n for n, e in registry.entries("usecase").items() if root in e.path.parents]
        for each in [registry.full_name(name)] if name else ours:
            with watched() as progress, Store() as store:
                click.echo(page.record_runs(root, each, store, progress).relative_to(root))
                for path in page.record_curves(root, each, store, progress):
                    click.echo(path.relative_to(root))
    written = chain(page.pages(root), tours.pages(root))
    stale = [(path, text) for path, text in written if not _current(path, text)]
    if check and stale:
        names = ", ".join(str(path.relative_to(root)) for path, _ in stale)
        raise VerificationFailed(f"not current: {names}", "Write them with: usecases page")
    for path, text in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(path.relative_to(root))
    if not stale:
        click.echo("All pages are current.")


def _current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
