"""Use case file → notebook and docs page, with the numbers of stored runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usecases import registry
from usecases.comparison import compare
from usecases.curves import Curve
from usecases.errors import Partial
from usecases.ladder import ladder, width
from usecases.percent import as_json, notebook
from usecases.records import RunRecord
from usecases.rows import COLUMNS, table
from usecases.scan import curve
from usecases.store import Store
from usecases.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLACE = "<!-- runs -->"
"""Where a page wants the table of its stored runs."""

LADDER = "<!-- ladder -->"
"""Where a page wants their errors, algorithm by instance."""

SHARES = "<!-- feasible shares -->"
"""Where a page wants the picture of their feasible shares."""

CURVE = re.compile(r"<!-- curve (\S+)(?: (.+?))? -->")
"""Where a page wants the picture of a family's stored curve: its name, and the algorithms."""


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Every generated file under the project's root, and what it should hold."""
    for name, entry in registry.entries("usecase").items():
        if root.resolve() not in entry.path.resolve().parents:
            continue  # a third party's page is the third party's to keep
        records, place = stored_runs(root, name), root / "docs" / "usecases" / f"{name}.md"
        told = _told_by(entry, root, records)
        text, beside = _as_markdown(told), place.stem
        above = "../" * (name.count("/") + 1) + f"docs/usecases/{name}"
        yield root / "notebooks" / f"{name}.ipynb", _shown(as_json(told), above)
        yield place, _shown(text, beside)
        if SHARES in text:
            yield place.with_name(f"{beside}-shares.svg"), _shares(records)
        for family, _ in CURVE.findall(text):
            picture = _curve(curve_file(root, entry.name, family))
            yield place.with_name(f"{beside}-{family}.svg"), picture


def runs_file(root: Path, name: str) -> Path:
    """Where the stored runs of a use case lie."""
    return root / "docs" / "runs" / f"{name}.json"


def record_runs(root: Path, name: str, store: Store, progress: Any) -> Path:
    """Run a use case's suggested algorithms on its small instances and keep the records."""
    case = registry.usecase(name)
    found = [
        record
        for form in (name, *(f"{name}:{other}" for other in case.formulations))
        for instance, algorithm in _cells(registry.usecase(form))
        for record in compare(form, instance, [algorithm], store=store, progress=progress)
    ]
    path = runs_file(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (record.model_dump_json() for record in found)
    path.write_text("[\n" + ",\n".join(texts) + "\n]\n", encoding="utf-8")
    return path


def _cells(case: Any) -> Iterator[tuple[str, str]]:
    """Every stored instance with each of its algorithms."""
    for instance in case.stored:
        named = isinstance(case.stored, Mapping)
        for algorithm in case.stored[instance] if named else case.algorithms:
            yield instance, algorithm


def curve_file(root: Path, name: str, family: str) -> Path:
    """Where the stored curve of a use case's family lies."""
    return runs_file(root, f"{name}-{family}")


def record_curves(root: Path, name: str, store: Store, progress: Any) -> Iterator[Path]:
    """Run the curves that a use case's page asks for; points that failed are kept as such."""
    page = registry.entries("usecase")[name].path.read_text(encoding="utf-8")
    for family, algorithms in CURVE.findall(page):
        chosen = algorithms.split(",") if algorithms else ()
        try:
            found = curve(name, family, chosen, store=store, progress=progress)
        except Partial as error:
            (found,) = error.finished
        path = curve_file(root, name, family)
        path.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
        yield path


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
        lines = [f"**{instance}**{_form(form)}, {width(chosen)} qubits", ""]
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


def _shown(text: str, beside: str) -> str:
    """The text with its pictures, whose files' names begin with `beside`."""
    shares = "Feasible share of shots over qubits, drawn from the stored runs"
    text = text.replace(SHARES, f"![{shares}]({beside}-shares.svg)")
    along = r"Answers and errors along \1, drawn from the stored curve"
    return CURVE.sub(rf"![{along}]({beside}-\1.svg)", text)


def _shares(records: list[RunRecord]) -> str:
    from usecases.share_figure import draw

    return _svg(lambda: draw(records))


def _curve(file: Path) -> str:
    from usecases.plots import plot

    return _svg(lambda: plot(Curve.model_validate_json(file.read_text(encoding="utf-8"))))


def _svg(draw: Callable[[], Figure]) -> str:
    """The picture as SVG text, the same whenever it is drawn."""
    import matplotlib

    from usecases.sheet import svg

    with matplotlib.rc_context({"svg.hashsalt": "usecases", "svg.fonttype": "none"}):
        return svg(draw())


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


def _told_by(entry: registry.Entry, root: Path, records: list[RunRecord]) -> Any:
    """The page's notebook with its tables of runs."""
    found, case = notebook(entry.path), registry.usecase(entry.name)
    shown = {
        PLACE: runs_table(records),
        LADDER: ladder(records, case.tolerance, case.accuracy),
    }
    for cell in found.cells:
        if cell.cell_type == "markdown":
            for place, text in shown.items():
                cell["source"] = cell["source"].replace(place, text)
            cell["source"] = told(cell["source"], records, case.tolerance)
            cell["source"] = CURVE.sub(partial(_kept, root, entry.name), cell["source"])
    return found


def _kept(root: Path, name: str, asked: re.Match[str]) -> str:
    """What asks for a curve, where one is stored; otherwise that there is none."""
    if curve_file(root, name, asked[1]).is_file():
        return asked[0]
    return f"No curve of {asked[1]} is stored yet: `usecases page --record` makes it."


def _as_markdown(found: Any) -> str:
    cells = (
        c["source"] if c.cell_type == "markdown" else f"```python\n{c['source']}\n```"
        for c in found.cells
    )
    return "\n\n".join(cells) + "\n"
