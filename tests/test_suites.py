"""Suites: strict data, runs that resume and do not depend on who does them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import timeless, usecases
from usecases import bench, costs, pool, registry, suites
from usecases.bench import Planned, Row
from usecases.budget import amounts
from usecases.errors import (
    BackendUnavailable,
    BadInstance,
    BudgetExceeded,
    Partial,
    StillQueued,
    UnknownName,
    UsageError,
)
from usecases.pace import Pace
from usecases.pool import Answered, Workers, dask, processes
from usecases.store import Store
from usecases.suites import Suite
from usecases.work import work

SMALL = """
title = "A few runs"
[[matrix]]
usecases = ["logistics/tour", "energy/unit_commitment"]
instances = ["size=4,seed=0"]
algorithms = ["exact", "annealing", "qaoa layers=1 angles=ramp"]
backends = ["neal", "statevector"]
shots = 40
seeds = [0, 1]
"""
HERE = {"host": "127.0.0.1", "protocol": "tcp://", "dashboard_address": None}
"""A Dask cluster of this machine."""

RUNS, UNFIT = 12, 8
"""Classical ones run once; annealers and gate machines take only what suits them."""


def done(suite: Suite, workers: Workers, store: Store) -> list[Row]:
    rows = bench.bench(bench.planned(suite, store), workers, store)
    bench.complain(rows)
    return rows


def records(store: Store) -> list[dict[str, Any]]:
    found = [store.record(run.id).model_dump(mode="json") for run in store.runs()]
    return sorted((timeless(record) for record in found), key=lambda r: str(r["id"]))


INSIDE = Workers(1, lambda tasks: (Answered(task, work(task)) for task in tasks))
"""The work is done in this process."""

PAID = """
title = "Paid runs"
[[matrix]]
usecases = ["energy/grid_partition"]
instances = ["size=4,seed=1"]
algorithms = ["qaoa layers=1 angles=ramp"]
backends = ["spool folder={folder}"]
shots = 50
seeds = [0, 1]
"""


@pytest.mark.usefixtures("municipality")
def test_a_suite_s_cap_is_held_before_and_while_it_pays(tmp_path: Path) -> None:
    suite = suites.parse(PAID.format(folder=tmp_path))

    def ask(cap: str) -> Planned:
        return costs.capped(bench.planned(suite, store), store, amounts(cap, "cap"))

    with Store() as store:
        (tmp_path / "machine.json").write_text('{"price": 0.1, "polls": 0}')
        rows = costs.priced(bench.planned(suite, store))
        assert [row.sends and row.sends.cost() for row in rows] == [{"EUR": 5.0}] * 2
        (tmp_path / "machine.json").write_text('{"price": 0.1, "polls": 0, "secretive": true}')
        with pytest.raises(BudgetExceeded, match="gives no price"):
            ask("10 EUR")
        (tmp_path / "machine.json").write_text('{"price": 0.1, "polls": 0}')
        for cap in ("9.99 EUR", "20 USD"):
            with pytest.raises(BudgetExceeded, match=r"costs 10\.00 EUR .* this suite"):
                ask(cap)
        admitted = ask("10 EUR")
        assert store.jobs() == []
        (tmp_path / "machine.json").write_text('{"price": 0.15, "polls": 0}')
        first, second = bench.bench(admitted, INSIDE, store)
        assert (first.status, second.status) == ("done", "skipped")
        assert "7.50 EUR are spent or reserved for this suite" in second.reason
        with pytest.raises(BudgetExceeded, match=r"7\.50 EUR .* the cap is 10"):
            ask("10 EUR")
        assert len(list(tmp_path.glob("*.job"))) == 1
        assert {row.status for row in bench.bench(ask("15 EUR"), INSIDE, store)} == {"kept", "done"}
        assert store.spent_in("project") == {"EUR": 15.0}


@pytest.mark.usefixtures("municipality")
def test_a_suite_leaves_what_waits_and_takes_it_up(tmp_path: Path) -> None:
    suite = suites.parse(PAID.format(folder=tmp_path))
    (tmp_path / "machine.json").write_text('{"polls": 1}')
    with Store() as store:
        left = bench.bench(bench.patient(bench.planned(suite, store), 0.0), INSIDE, store)
        assert {store.status(str(row.id)) for row in left} == {"queued"}
        with pytest.raises(StillQueued, match="2 of 2 runs wait"):
            bench.complain(left)
        first, second = bench.planned(suite, store).tasks.values()
        store.resume(first[1].id, first[1].request)  # as another process that is at it
        found = bench.planned(suite, store)
        assert found.rows[first[0]].reason.endswith(f"usecases jobs wait {first[1].id}")
        assert list(found.tasks) == [second[1].id]
        store.give_up(first[1].id, "queued", "")
        assert {row.status for row in done(suite, INSIDE, store)} == {"done"}
        assert len(list(tmp_path.glob("*.job"))) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = 'x'", "matrix"),
        ("title = 'x'\nmatrix = []", "matrix"),
        (SMALL + "colour = 1", "colour: Extra inputs"),
        (SMALL + "train_on = 3", "train_on"),
        (SMALL.replace("[0, 1]", "[-1]"), "greater than or equal to 0"),
        (SMALL.replace("[0, 1]", "[nan]"), "not a number"),
        (SMALL.replace("[0, 1]", "[1979-05-27]"), "not a suite"),
        (SMALL.replace("[0, 1]", str(list(range(30_000)))), "at most"),
        ("title = ", "not a suite in TOML"),
        ("a = " + "[" * 5000, "not a suite"),
        ("a = " + "9" * 5000, "not a suite"),
        (SMALL.replace("instances", "instnaces"), r"instnaces: .*Did you mean instances\?"),
    ],
)
def test_a_suite_is_read_strictly(text: str, says: str) -> None:
    with pytest.raises(BadInstance, match=says):
        suites.parse(text)


def test_a_suite_is_named_or_a_file_and_its_instances_lie_beside_it(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="workshop"):
        suites.load("workshp")
    file = tmp_path / "mine.toml"
    with pytest.raises(BadInstance, match=r"mine\.toml"):
        suites.load(str(file))
    file.write_text(SMALL.replace("size=4,seed=0", "town.json"), "utf-8")
    (tmp_path / "town.json").write_text("{}", "utf-8")
    (first, *_) = suites.load(str(file)).cells()
    assert first.instance == str(tmp_path / "town.json")
    large = tmp_path / "large.toml"
    large.write_text("# " + "x" * 2**20, "utf-8")
    with pytest.raises(BadInstance, match="at most 1 MB"):
        suites.load(str(large))


def test_shipped_suites_name_what_there_is() -> None:
    everything = set(registry.names("usecase"))
    for name in suites.names():
        found = suites.load(name)
        assert found.cells()
        if name != "backends":
            assert {cell.usecase for cell in found.cells()} == everything
    with Store() as store:
        rows = bench.planned(suites.load("backends"), store).rows.values()
    assert {row.status for row in rows} == {"to do"}, [r.reason for r in rows if r.reason]


def test_what_does_not_exist_stops_a_suite_before_anything_is_run() -> None:
    with Store() as store:
        for old, new in (("exact", "exakt"), ("neal", "niel"), ("layers=1", "layers=none")):
            with pytest.raises(UsageError):
                bench.planned(suites.parse(SMALL.replace(old, new)), store)


def test_a_suite_resumes_and_local_processes_and_dask_agree(tmp_path: Path) -> None:
    from dask import config
    from distributed import LocalCluster

    suite = suites.parse(SMALL)
    with Store(tmp_path / "local.db") as local, Store(tmp_path / "dask.db") as other:
        found = bench.planned(suite, local)
        steps: list[bench.Step] = []
        # Two runs, then the bench is stopped; what came back is kept.
        with pytest.raises(KeyboardInterrupt):
            bench.bench(found, processes(1), local, lambda s: _stop(steps, s))
        assert len(local.runs()) == 2
        rows = done(suite, processes(2), local)
        assert [r.status for r in rows].count("kept") == 2
        assert [r.status for r in rows].count("done") == RUNS - 2
        assert [r.status for r in rows].count("skipped") == UNFIT
        assert all("cannot run what" in r.reason for r in rows if r.status == "skipped")
        assert not [r for r in done(suite, processes(1), local) if r.status == "done"]
        since = bench.planned(suite, local, since=time.time() + 60)
        assert len(since.tasks) == RUNS
        assert not {*since.tasks} & {run.id for run in local.runs()}

        patience = {f"distributed.comm.timeouts.{what}": "300s" for what in ("connect", "tcp")}
        with (
            config.set(patience),
            LocalCluster(n_workers=2, threads_per_worker=1, **HERE) as cluster,
            dask(cluster.scheduler_address) as workers,
        ):
            done(suite, workers, other)
        assert records(local) == records(other)


def _stop(steps: list[bench.Step], step: bench.Step) -> None:
    steps.append(step)
    if len(steps) == 2:
        raise KeyboardInterrupt


def test_dask_refuses_shared_processes_and_an_absent_scheduler() -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, **HERE) as cluster,
        pytest.raises(UsageError, match="nthreads"),
        dask(cluster.scheduler_address),
    ):
        pass
    with pytest.raises(BackendUnavailable), dask("carrier-pigeon://roof"):
        pass


def test_a_run_that_fails_is_told_kept_and_done_again(tmp_path: Path) -> None:
    suite = mortal(tmp_path)
    found = usecases("bench", suite, "--workers", 2, "--json", path=tmp_path)
    assert found.returncode == 9, found.stderr
    rows = json.loads(found.stdout)["runs"]
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(failed) == 2, rows  # one that dies on its own, one that raises what is no error
    assert {row["seed"] for row in failed} == {0, 1}
    assert "ended from outside" in failed[0]["reason"]
    assert "ZeroDivisionError" in failed[1]["reason"]
    with Store() as store:
        assert [run.status for run in store.runs()].count("failed") == 2
    again = usecases("bench", suite, "--workers", 1, "--json", path=tmp_path, MORTAL="not")
    assert again.returncode == 0, again.stderr
    with Store() as store:
        assert {run.status for run in store.runs()} == {"done"}


def mortal(folder: Path) -> Path:
    """A suite of runs that end badly, and in the same folder the package that does them."""
    package = folder / "deadly"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    (package / "mortal.py").write_text(MORTAL, "utf-8")
    info = folder / "deadly-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[usecases.algorithms]\ndeadly = deadly\n", "utf-8")
    suite = folder / "s.toml"
    text = SMALL.replace('"annealing"', '"mortal"').replace(', "energy/unit_commitment"', "")
    suite.write_text(text, "utf-8")
    return suite


MORTAL = '''
"""Dies, or hears nobody."""
import ctypes
import os
from typing import ClassVar
from usecases.contracts import Algorithm, Outcome
from usecases.models import BQM
from usecases.observe import outcomes
import numpy as np

class Mortal(Algorithm):
    accepts: ClassVar[tuple[type, ...]] = (BQM,)
    def solve(self, model, execute, rng):
        bits = np.zeros((1, len(model.variables)), dtype=np.int8)
        if held := os.environ.get("HELD"):
            open(held, "w").close()
            ctypes.PyDLL(None).sleep(60)  # as a library that lets no other thread speak
        if os.environ.get("MORTAL") != "not":
            if rng.bit_generator.seed_seq.entropy == 0:
                os._exit(1)
            1 / 0
        return outcomes(model, bits)

algorithm = Mortal
'''


def test_a_dry_run_lists_what_is_to_do_and_does_nothing(tmp_path: Path) -> None:
    suite = tmp_path / "s.toml"
    suite.write_text(SMALL, "utf-8")
    listed = usecases("bench", suite, "--dry-run").stdout
    assert f"{RUNS} to do" in listed
    (line,) = (x for x in listed.splitlines() if "unit_commitment" in x and "annealing" in x)
    assert "0, 1" in line
    with Store() as store:
        assert store.runs() == []


def test_killed_at_any_moment_it_ends_with_exactly_the_planned_runs(tmp_path: Path) -> None:
    suite = tmp_path / "s.toml"
    suite.write_text(SMALL, "utf-8")
    script = "from usecases.cli import main; main()"
    command = [sys.executable, "-c", script, "bench", str(suite), "--workers", "2"]
    for seconds in (1.2, 1.7, 2.2):
        running = started(command)
        time.sleep(seconds)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert not still_there(running), "workers outlived their sender"
    assert usecases("bench", suite).returncode == 0
    with Store() as store:
        runs = store.runs()
    assert len(runs) == RUNS
    assert {run.status for run in runs} == {"done"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process that cannot listen")
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGKILL])
def test_workers_inside_a_library_end_with_their_sender(tmp_path: Path, ended: int) -> None:
    suite, words = mortal(tmp_path), ["--workers", "2"]
    script = "from usecases.cli import main; main()"
    held = tmp_path / "held"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "HELD": str(held)}
    running = started([sys.executable, "-c", script, "bench", str(suite), *words], env=environment)
    while not held.exists():
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(ended)
    running.wait()
    assert not still_there(running)


def started(command: list[str], **how: Any) -> subprocess.Popen[bytes]:
    """A process with a session of its own, by which its descendants are known."""
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    return subprocess.Popen(command, start_new_session=True, **quiet, **how)


def still_there(leader: subprocess.Popen[bytes]) -> list[int]:
    """What is left of a session some seconds after its leader has ended."""
    import psutil

    for _ in range(100):
        left = [pid for pid in psutil.pids() if _session(pid) == leader.pid]
        if not left:
            return []
        time.sleep(0.05)
    return left


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def test_partial_names_what_failed() -> None:
    cell = suites.parse(SMALL).cells()[0]
    with pytest.raises(Partial, match="1 of 1 runs failed"):
        bench.complain([Row(cell, "failed", "abc", "it broke")])


def test_an_algorithm_for_other_models_is_skipped_and_not_failed(tmp_path: Path) -> None:
    text = SMALL.replace("logistics/tour", "energy/network_reconfiguration")
    suite = suites.parse(text.replace(', "energy/unit_commitment"', "").replace("[0, 1]", "[0]"))
    with Store(tmp_path / "s.db") as store:
        (task,) = (
            task
            for cell, task in bench.planned(suite, store).tasks.values()
            if cell.algorithm == "annealing"
        )
    reply = work(task)
    assert reply.status == "skipped"
    assert "solves models of type" in reply.text


def test_what_is_left_follows_from_what_like_runs_took() -> None:
    pace = Pace(["qaoa", "qaoa", "qaoa", "exact", "exact"], workers=2)
    assert pace.left("qaoa", 6.0) == (2 * 6 + 2 * 6) / 2  # nothing is known of exact yet
    assert pace.left("exact", 2.0) == (2 * 6 + 2) / 2
    assert pace.left("exact", None) == 2 * 6 / 2
    assert pace.left("qaoa", 10.0) == 8.0  # one is left, and one worker does it
    assert pace.left("qaoa", 8.0) == 0.0


def test_workers_have_the_environment_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the second ones, which may be copies of a process that is older."""
    for word in ("first", "second"):
        monkeypatch.setenv("USECASES_WORD", word)
        with pool._processes(1) as workers:
            assert workers.submit(os.getenv, "USECASES_WORD").result() == word
            assert workers.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
