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
@click.option("--replays", is_flag=True, help="Make only those anew that notebooks replay.")
def command(name: str | None, check: bool, record: bool, replays: bool) -> None:
    """Write all notebooks and docs pages, or make the stored runs of NAME, a use case or tour."""
    from usecases import page, registry, tours
    from usecases.errors import UsageError, VerificationFailed
    from usecases.store import Store

    root = Path.cwd()
    if not (root / "pyproject.toml").is_file():
        raise UsageError("pages are written in a clone", "Change to the project's root first")
    by_hand = tours.sources(root)
    named = name if name is None or name in by_hand else registry.full_name(name)
    chosen = [named] if named else [*tours.notebooks(root)]
    if record:
        for each in (one for one in chosen if one not in by_hand):
            with watched() as progress, Store() as store:
                click.echo(page.record_runs(root, each, store, progress).relative_to(root))
                for path in page.record_curves(root, each, store, progress):
                    click.echo(path.relative_to(root))
    if record or replays:
        for each in chosen:
            click.echo(tours.record(root, each).relative_to(root))
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
