"""Notebooks run at every level, replayed ones without a network, and hold no secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import ROOT, third_party, usecases
from usecases.errors import UsageError, VerificationFailed
from usecases.levels import Tour
from usecases.percent import notebook
from usecases.replay import Shipped
from usecases.tours import CellFailed, kernel, notebooks, pages, sources

TOURS = sources(ROOT)
NOTEBOOKS = notebooks(ROOT)
"""The tours, and the pages of the use cases."""
RUNS = ROOT / "notebooks" / "runs"

NO_NETWORK = """
import socket
def _refuse(*_, **__):
    raise OSError("no network when replaying")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = _refuse
"""

STAMPED = """
from matplotlib.backend_bases import FigureCanvasBase
def _checking(draw):
    def checked(canvas, *given, **how):
        said = " ".join(text.get_text() for text in canvas.figure.texts)
        if "replayed" not in said and "made in" not in said:
            print("a picture without its source")
        return draw(canvas, *given, **how)
    return checked
FigureCanvasBase.print_figure = _checking(FigureCanvasBase.print_figure)
"""

TOKEN = re.compile(
    r"(?i)(?:token|api_?key|secret|password)\s*[=:]\s*['\"][^'\"]+['\"]"
    r"|\b(?:sk|pk|ghp|gho|hf|AKIA|eyJ)[-_A-Za-z0-9]{20,}"
    r"|\bBearer\s+\S{16,}"
)
"""Something that is or assigns a secret."""


@pytest.fixture(scope="module")
def replaying() -> Iterator[Callable[[Path], Any]]:
    with kernel(ROOT / "notebooks", NO_NETWORK + STAMPED, USECASES_LEVEL="replay") as run:
        yield run


@pytest.fixture(scope="module")
def simulating() -> Iterator[Callable[[Path], Any]]:
    with kernel(ROOT / "notebooks", USECASES_LEVEL="simulate") as run:
        yield run


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_replays_without_a_network(name: str, replaying: Callable[[Path], Any]) -> None:
    found = replaying(NOTEBOOKS[name])
    assert pictures(found)
    assert "replaying" in told(found)
    assert "a picture without its source" not in told(found)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_simulates(name: str, simulating: Callable[[Path], Any]) -> None:
    found = simulating(NOTEBOOKS[name])
    assert pictures(found)
    assert "every run is made here" in told(found)
    if name.startswith("08"):  # whoever follows it has a use case that keeps its contract
        assert told(found).count("town/buskers keeps its contract") == 3
        assert told(found).count("town/buskers breaks its contract in 3 places") == 1
        assert "qaoa" in told(found, "text/markdown")


def test_the_same_cells_go_to_a_machine(tmp_path: Path, simulating: Callable[[Path], Any]) -> None:
    name = "logistics/vehicle_routing"
    setting, live = f'Tour("{name}")', f'Tour("{name}", "live", backend="aer precision=single")'
    text = NOTEBOOKS[name].read_text(encoding="utf-8")
    assert text.count(setting) == 1
    page = tmp_path / "page.py"
    page.write_text(text.replace(setting, live) + "\n# %%\nrecord.backend_settings\n")
    found = simulating(page)
    assert "every run is made on aer precision=single" in told(found)
    assert "'precision': 'single'" in told(found)
    assert pictures(found)


def pictures(found: Any) -> int:
    """How many pictures the notebook shows."""
    return sum("image/png" in o.get("data", {}) for o in outputs(found))


def told(found: Any, kind: str = "text/plain") -> str:
    """What the notebook prints and shows of this kind."""
    return "".join(str(o.get("data", {}).get(kind, o.get("text", ""))) for o in outputs(found))


def outputs(found: Any) -> list[Any]:
    return [output for cell in found.cells for output in cell.get("outputs", [])]


def test_the_notebooks_are_their_sources_and_hold_no_output() -> None:
    for path, text in pages(ROOT):
        assert path.read_text(encoding="utf-8") == text
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [c for c in cells if c["cell_type"] == "code"]
        assert not any(c["outputs"] or c["execution_count"] for c in code)
        assert code[0]["source"].startswith("%matplotlib inline")
        name = path.relative_to(ROOT / "notebooks").with_suffix("").as_posix()
        assert name == "widget" or f'Tour("{name}")' in code[0]["source"]
        assert name == "widget" or code[0]["source"].endswith("doctor()")


def test_no_notebook_and_no_stored_run_holds_a_secret() -> None:
    files = [*(ROOT / "notebooks").rglob("*.ipynb"), *TOURS.values(), *RUNS.rglob("*.json")]
    assert len(files) > 2 * len(NOTEBOOKS)
    for file in files:
        assert not TOKEN.search(file.read_text(encoding="utf-8")), file.name
    for bad in ('token = "abc"', "Bearer abcdefghijklmnop1234", "hf_" + 24 * "a"):
        assert TOKEN.search(bad)


@pytest.mark.parametrize("name", TOURS)
def test_the_header_tells_what_it_takes_and_the_end_has_three_exercises(name: str) -> None:
    cells = [c for c in notebook(TOURS[name]).cells if c.cell_type == "markdown"]
    for word in ("Time", "Memory, cost", "You need to know", "You will have"):
        assert f"**{word}**" in cells[0].source
    text = "\n".join(c.source for c in cells)
    assert [len(stars) for stars in re.findall(r"^\*\*(★+) ", text, re.M)] == [1, 2, 3]


def test_only_what_is_stored_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tour = Tour("00_first_ten_minutes", "replay")
    record = tour.run("logistics/vehicle_routing", "demo", "qaoa", parameters={"layers": 4})
    assert record.parameters["layers"] == 4
    with pytest.raises(UsageError, match="no stored run"):
        tour.run("logistics/vehicle_routing", "demo", "qaoa", seed=1)
    text = (RUNS / "00_first_ten_minutes.json").read_text(encoding="utf-8")
    changed = tmp_path / "changed.json"
    changed.write_text(text.replace('"gap":0.0', '"gap":0.5', 1), encoding="utf-8")
    with pytest.raises(VerificationFailed, match="was changed"):
        assert Shipped(changed).records


def test_a_mistake_is_told_in_one_line(tmp_path: Path, replaying: Callable[[Path], Any]) -> None:
    mistake = tmp_path / "mistake.py"
    first = 'from usecases.levels import Tour\ntour = Tour("00_first_ten_minutes")\n'
    mistake.write_text(f"# %%\n{first}tour.run('logistics/vehicle_rooting')\n", encoding="utf-8")
    with pytest.raises(CellFailed, match="vehicle_routing") as caught:
        replaying(mistake)
    assert "Traceback" not in str(caught.value.__cause__)
    assert "line" not in str(caught.value.__cause__).split("UnknownName", 1)[1]


def test_a_stored_run_is_what_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    runs = [
        Tour("00_first_ten_minutes", level).run("vehicle_routing", "demo", "qaoa")
        for level in ("replay", "simulate")
    ]
    assert runs[0].samples == runs[1].samples
    assert runs[0].score.gap == runs[1].score.gap


def test_the_level_is_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USECASES_LEVEL", "replay")
    assert Tour("00_first_ten_minutes").level == "replay"
    assert Tour("00_first_ten_minutes", "simulate").level == "simulate"
    with pytest.raises(UsageError, match="Choose one of: replay, simulate, live"):
        Tour("00_first_ten_minutes", "fast")
    with pytest.raises(UsageError, match="needs a machine"):
        Tour("00_first_ten_minutes", "live")


def test_live_runs_go_to_the_machine_that_is_named() -> None:
    tour = Tour("00_first_ten_minutes", "live", backend="aer precision=single")
    asked = {"parameters": {"layers": 1}, "train_on": "statevector"}
    moved = tour.run("energy/grid_partition", "demo", "qaoa", parameters={"layers": 1})
    assert (moved.backend, moved.backend_settings["precision"]) == ("aer", "single")
    named = tour.run("energy/grid_partition", "demo", "qaoa", "aer", **asked)
    assert (named.backend, named.backend_settings["precision"]) == ("aer", "double")
    assert tour.run("energy/grid_partition", "demo", "annealing").backend == "neal"
    assert tour.run("energy/grid_partition", "demo", "exact").backend is None


LIVE = """
import json, sys
from pathlib import Path
from usecases.errors import BudgetExceeded
from usecases.levels import Tour
queue = Path(sys.argv[1])
tour = Tour("00_first_ten_minutes", "live", backend=f"spool folder={queue}")
def ask():
    return tour.run("energy/grid_partition", "demo", "qaoa", shots=200)
(queue / "machine.json").write_text('{"price": 0.01}')
try:
    ask()
except BudgetExceeded:
    (queue / "machine.json").unlink()
record = ask()
stamps = [text.get_text() for text in tour.plot(record).texts]
print(json.dumps([record.backend, record.train_on, len([*queue.glob("*.job")]), stamps]))
"""


def test_a_remote_machine_is_given_the_samples_and_no_money(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(third_party())))}
    done = subprocess.run(
        [sys.executable, "-c", LIVE, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    backend, trainer, jobs, stamps = json.loads(done.stdout)
    assert (backend, trainer, jobs) == ("spool", "statevector", 1)
    assert "qaoa on spool" in stamps[0]
    assert stamps[1] == "made now, at the level live"


def test_an_unknown_tour_is_not_recorded() -> None:
    done = usecases("page", "--record", "99_nothing", cwd=ROOT)
    assert done.returncode == 2
    assert "99_nothing" in done.stderr
