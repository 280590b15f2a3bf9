"""Notebooks at work: tours, written by hand, and pages run in a kernel; their runs are recorded."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from usecases import registry
from usecases.errors import UnknownName, UsecasesError
from usecases.percent import as_json, notebook
from usecases.replay import Shipped
from usecases.store import Store

LONGEST_CELL = 240
"""Seconds that one cell may take."""

MOST_RUNS = 10_000


class CellFailed(UsecasesError):
    """A cell of a notebook ended with an error."""


def sources(root: Path) -> dict[str, Path]:
    """The sources of the hand-written notebooks under the project's root, by name."""
    return {path.stem: path for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.py"))}


def notebooks(root: Path) -> dict[str, Path]:
    """The sources of all notebooks with levels by name: the tours and the pages of use cases."""
    found = {name: entry.path.resolve() for name, entry in registry.entries("usecase").items()}
    ours = {name: path for name, path in found.items() if path.is_relative_to(root.resolve())}
    return sources(root) | ours


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Every hand-written notebook, tours and the widget's page, and what it should hold."""
    for path in (*sources(root).values(), root / "notebooks" / "widget.py"):
        yield path.with_suffix(".ipynb"), as_json(notebook(path))


@contextmanager
def kernel(folder: Path, before: str = "", **variables: str) -> Iterator[Callable[[Path], Any]]:
    """A kernel in this folder that runs tours one after the other, each with nothing defined.

    `before` is run first in the kernel's process, whose environment has the `variables`. What is
    yielded takes a source and gives its notebook with outputs; it raises CellFailed.
    """
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env=os.environ | variables)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LONGEST_CELL)
        yield partial(_run, manager, client, f"{before}\n%reset -f")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def _run(manager: Any, channels: Any, before: str, path: Path) -> Any:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from nbformat.v4 import new_code_cell

    found = notebook(path)
    found.cells.insert(0, new_code_cell(before))
    client = NotebookClient(found, km=manager, timeout=LONGEST_CELL)
    client.kc = channels
    try:
        client.execute()
    except CellExecutionError as error:
        raise CellFailed(f"{path.name}: {error.ename}: {error.evalue}") from error
    del found.cells[0]
    return found


def record(root: Path, name: str) -> Path:
    """Run a notebook at the level "simulate" and keep the runs that it made, to be replayed."""
    known = notebooks(root)
    if name not in known:
        raise UnknownName("notebook", name, known)
    shipped = Shipped(root / "notebooks" / "runs" / f"{name}.json")
    with tempfile.TemporaryDirectory() as home:
        with kernel(root / "notebooks", USECASES_LEVEL="simulate", USECASES_HOME=home) as run:
            run(known[name])
        with Store(Path(home) / "store.db") as store:
            done = [made for made in reversed(store.runs(MOST_RUNS)) if made.status == "done"]
            once = {json.dumps(made.request): made.id for made in done}
            shipped.write(store.record(identity) for identity in once.values())
    return shipped.path
