"""Use case file → notebook and docs page, with the numbers of stored runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from usecases import registry
from usecases.compare import COLUMNS, compare, table
from usecases.records import RunRecord
from usecases.store import Store

PLACE = "<!-- runs -->"
"""Where a page wants the table of its stored runs."""

SHARES = "<!-- feasible shares -->"
"""Where a page wants the picture of their feasible shares."""


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Every generated file under the project's root, and what it should hold."""
    for name, entry in registry.entries("usecase").items():
        if root.resolve() not in entry.path.resolve().parents:
            continue  # a third party's page is the third party's to keep
        picture = Path("docs", "usecases", f"{name}-shares.svg")
        notebook = _notebook(entry, root)
        text, place = _as_markdown(notebook), root / "docs" / "usecases" / f"{name}.md"
        above = "../" * (name.count("/") + 1)
        told = _as_json(notebook).replace(SHARES, _image(f"{above}{picture.as_posix()}"))
        yield root / "notebooks" / f"{name}.ipynb", told
        yield place, text.replace(SHARES, _image(picture.name))
        if SHARES in text:
            yield root / picture, _shares(stored_runs(root, entry.name))


def runs_file(root: Path, name: str) -> Path:
    """Where the stored runs of a use case lie."""
    return root / "docs" / "runs" / f"{name}.json"


def record_runs(root: Path, name: str, store: Store, progress: Any) -> Path:
    """Run a use case's suggested algorithms on its small instances and keep the records."""
    case = registry.usecase(name)
    found = [
        record
        for form in (name, *(f"{name}:{other}" for other in case.formulations))
        for instance in registry.usecase(form).stored
        for algorithm in registry.usecase(form).algorithms
        for record in compare(form, instance, [algorithm], store=store, progress=progress)
    ]
    path = runs_file(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (record.model_dump_json() for record in found)
    path.write_text("[\n" + ",\n".join(texts) + "\n]\n", encoding="utf-8")
    return path


def stored_runs(root: Path, name: str) -> list[RunRecord]:
    """The records that a page shows."""
    path = runs_file(root, name)
    if not path.is_file():
        return []
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [RunRecord.model_validate_json(json.dumps(item)) for item in kept]


def runs_table(records: list[RunRecord]) -> str:
    """The stored runs as Markdown, a table for each instance."""
    parts: list[str] = []
    for instance, form in dict.fromkeys((r.instance.name, r.usecase) for r in records):
        chosen = [r for r in records if (r.instance.name, r.usecase) == (instance, form)]
        lines = [f"**{instance}**{_form(form)}, {min(r.qubits for r in chosen)} qubits", ""]
        lines += ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
        lines += ["| " + " | ".join(row[c] for c in COLUMNS) + " |" for row in table(chosen)]
        lines += ["", "; ".join(f"{r.algorithm}: {_settings(r)}" for r in chosen)]
        # A bare dollar sign would start a formula.
        parts.append("\n".join(lines).replace("$", "\\$"))
    if not parts:
        return "No runs are stored yet: `usecases page --record` makes them."
    made = records[0]
    parts.append(
        f"Runs with qiskit {made.versions.get('qiskit')} and seed {made.seed}; shares in percent"
        " with Wilson's 95 % interval; the time is that of the whole solution, without queue."
    )
    return "\n\n".join(parts)


def _image(path: str) -> str:
    return f"![Feasible share of shots over qubits, drawn from the stored runs]({path})"


def _shares(records: list[RunRecord]) -> str:
    """The picture as SVG text, the same whenever it is drawn."""
    import matplotlib

    from usecases.plots import svg
    from usecases.share_figure import draw

    with matplotlib.rc_context({"svg.hashsalt": "usecases", "svg.fonttype": "none"}):
        return svg(draw(records))


def _form(usecase: str) -> str:
    """The formulation in words, where it is not the use case's own."""
    plain, colon, name = usecase.partition(":")
    title = registry.usecase(plain).formulations[name].title if colon else ""
    return f", `{name}` ({title})" if colon else ""


def _settings(record: RunRecord) -> str:
    found = {"qubits": record.qubits} | {
        k: v for k, v in record.parameters.items() if v is not None
    }
    return ", ".join(f"{k} {_told(v)}" for k, v in found.items())


def _told(value: Any) -> str:
    """A setting's value; one with settings of its own by its name, these in brackets."""
    if not isinstance(value, dict):
        return str(value)
    name = value.get("kind") or value.get("name")
    rest = {k: v for k, v in value.items() if k not in ("kind", "name") and v is not None}
    inner = ", ".join(f"{k} {_told(v)}" for k, v in rest.items())
    return f"{name} ({inner})" if inner else str(name)


def _notebook(entry: registry.Entry, root: Path) -> Any:
    import jupytext

    notebook = jupytext.reads(entry.path.read_text(encoding="utf-8"), fmt="py:percent")
    shown = runs_table(stored_runs(root, entry.name))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        if cell.cell_type == "markdown":
            cell["source"] = cell["source"].replace(PLACE, shown)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def _as_json(notebook: Any) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _as_markdown(notebook: Any) -> str:
    cells = (
        c["source"] if c.cell_type == "markdown" else f"```python\n{c['source']}\n```"
        for c in notebook.cells
    )
    return "\n\n".join(cells) + "\n"
