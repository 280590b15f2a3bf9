"""`usecases bundle`: runs as one file that can be checked elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from usecases.cli.shared import chosen, writable

if TYPE_CHECKING:
    from usecases.circuit_record import AnyRecord
    from usecases.records import RunRecord


@click.command("bundle")
@click.argument("runs", nargs=-1, metavar="RUN|FILE...")
@click.option("--suite", metavar="SUITE|FILE.toml", help="The finished runs of this suite.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip file to write.",
)
@click.option(
    "--add",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another file to put in.",
)
@click.option("--report", is_flag=True, help="Put in the page of usecases report.")
def command(
    runs: tuple[str, ...], suite: str | None, output: Path, add: tuple[Path, ...], report: bool
) -> None:
    """Write RUNs, or all of a suite's, to one zip file: `usecases verify` checks it anywhere."""
    from usecases import bundle, provenance, sources
    from usecases.errors import UsageError
    from usecases.records import RunRecord

    output = writable(output)
    of_suite: list[AnyRecord] = [*chosen((), suite)]
    kept = [*(record for run in runs for record in sources.records(run)), *of_suite]
    kept = list({record.id: record for record in kept}.values())
    files = {"constraints.txt": provenance.constraints(kept).encode(), **_answers(kept)}
    files |= {"report.html": _page([r for r in kept if isinstance(r, RunRecord)])} if report else {}
    for path in add:
        if path.name in files:
            raise UsageError(f"{path.name} is in the bundle already", "Give it another name")
        files[path.name] = path.read_bytes()
    output.write_bytes(bundle.pack(suite or "runs", kept, files))
    sources.read_bundle(output)  # what cannot be read again is no bundle
    click.echo(f"{output}: {len(kept)} runs, {output.stat().st_size / 1000:.0f} kB")


def _page(records: list[RunRecord]) -> bytes:
    from tempfile import TemporaryDirectory

    from usecases.cli.report import written

    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        written(path, records, quiet=True)
        return path.read_bytes()


def _answers(records: list[AnyRecord]) -> dict[str, bytes]:
    """What remote machines answered, by run; machines in the process left their shots only."""
    import json

    from usecases.store import Store

    found: dict[str, bytes] = {}
    with Store() as store:
        for record in records:
            jobs = store.jobs("run = ? AND result IS NOT NULL", record.id)
            answers = [{"backend": j.backend, "job": j.job, "result": j.result} for j in jobs]
            if answers:
                text = json.dumps(answers, allow_nan=False)
                found[f"jobs/{record.id}.json"] = text.encode()
    return found
