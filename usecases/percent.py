"""Percent source → notebook without outputs: a tour as it stands, a page opened for readers."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

GUARD = 'if __name__ == "__main__":\n'
"""What keeps the cells of a page from running when it is imported."""

SETTING = "page = usecases.Tour("
"""What the cell of a page that chooses the level holds."""

LEVELS = """## Where the answers come from

The cells are the same at three levels, and the next cell chooses: `"replay"` shows stored runs, at
once and without a network; `"simulate"`, where nothing is said, makes every run on this computer;
`"live"` sends them to a machine, and spends nothing unless `max_cost` allows it. Every picture says
which it was. What is no run, such as a count or a proof, is computed here at each level. Below the
cell stands whether this computer is ready: green is, amber works with what is said beside it, red
does not."""

FIRST = """%matplotlib inline
{setting}  # or with a level: Tour(..., "replay")
print(page)
usecases.doctor()"""


def notebook(path: Path) -> Any:
    """The notebook of a percent source; of a page its level is chosen in the first code cell.

    A Python file has its docstring and its imports first, so that cell stands lower in a page.
    """
    import jupytext

    found = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    for cell in found.cells:
        if cell.cell_type == "code":
            cell["source"] = opened(cell["source"])
    found.cells[1:1] = _chooser(found.cells)
    for number, cell in enumerate(found.cells):
        cell["id"] = f"cell-{number:03d}"
        cell["metadata"] = {}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    found["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    found["nbformat"], found["nbformat_minor"] = 4, 5
    return found


def opened(source: str) -> str:
    """A cell's code without its guard, so that a notebook shows what the cell ends with."""
    before, _, guarded = source.partition(GUARD)
    return before + dedent(guarded)


def _chooser(cells: list[Any]) -> list[Any]:
    """What a page's notebook begins with; the cell that chooses the level is taken from `cells`."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    for cell in cells:
        if cell.cell_type == "code" and SETTING in cell["source"]:
            cells.remove(cell)
            return [
                new_markdown_cell(LEVELS),
                new_code_cell(FIRST.format(setting=cell["source"])),
            ]
    return []


def as_json(found: Any) -> str:
    """The notebook's file."""
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
