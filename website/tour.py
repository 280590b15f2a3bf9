"""The hand-written notebooks as pages to read; they are run in a clone or a container."""

from __future__ import annotations

from pathlib import Path

from usecases.percent import notebook
from usecases.tours import sources

HOW = """!!! tip "Run it"
    This page is the notebook `notebooks/{name}.ipynb`: `make lab` opens it.
"""


def files(root: Path) -> dict[str, str]:
    """A page for each notebook, by name."""
    return {f"tours/{name}.md": _page(name, path) for name, path in sources(root).items()}


def _page(name: str, path: Path) -> str:
    first, *rest = (
        cell["source"] if cell.cell_type == "markdown" else f"```python\n{cell['source']}\n```"
        for cell in notebook(path).cells
    )
    title, _, text = first.partition("\n")
    return "\n\n".join([title, HOW.format(name=name), text, *rest]) + "\n"
