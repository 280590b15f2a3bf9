"""What suites cost beside their runs, and what they survive.

python benchmarks/suites.py [PART...]   run everything, or these parts, into results/suites.json
python benchmarks/suites.py --render    write docs/suites.md from what is stored
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import numpy as np

from speed.machine import processor

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "suites.json"
PAGE = ROOT / "docs" / "suites.md"

RUNS, KILLS, PLANNED, LISTED, MUTATIONS, REPORTED = 1000, 20, 400, 10_000, 1000, 50

SMALL = """
title = "Runs of a few milliseconds"
[[matrix]]
usecases = ["logistics/tour"]
instances = ["size=4,seed=0", "size=4,seed=1"]
algorithms = ["exact", "chance shots=20"]
seeds = {seeds}
[[matrix]]
usecases = ["life_science/ground_state"]
algorithms = ["exact"]
seeds = {seeds}
"""

LONG = """
title = "Runs of more than a tenth of a second"
[[matrix]]
usecases = ["logistics/tour"]
instances = ["demo", "size=4,seed=1"]
algorithms = ["annealing"]
shots = 2500
seeds = {seeds}
"""


def suite(text: str, runs: int, each: int) -> Any:
    """The suite with so many runs, where each seed makes so many."""
    from usecases import suites

    return suites.parse(text.format(seeds=list(range(-(-runs // each)))))


def overhead() -> dict[str, Any]:
    """Processor time of a suite on two processes, less that of the same runs in a bare loop.

    Processor time, since this machine may be shared. Two sizes tell what a run costs from what
    the start of the processes does.
    """
    few, many = _spent(RUNS // 10), _spent(RUNS)
    each = (many["processor"] - few["processor"]) / (many["runs"] - few["runs"])
    bare = _bare()
    return many | {
        "work_ms": 1000 * bare,
        "overhead_ms": 1000 * (each - bare),
        "start_seconds": few["processor"] - few["runs"] * each,
    }


def _spent(runs: int) -> dict[str, Any]:
    """A suite of so many runs on two processes: seconds and processor time of all processes."""
    from usecases import bench
    from usecases.pool import processes
    from usecases.store import Store

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        begun, wall = _processor(), time.perf_counter()
        found = bench.planned(suite(SMALL, runs, 5), store)
        rows = bench.bench(found, processes(2), store)
        bench.complain(rows)
        spent = {"processor": _processor() - begun, "wall": time.perf_counter() - wall}
    return spent | {"runs": len(rows)}


def _bare() -> float:
    """Processor seconds of such a run's own work, as its record times it, in a loop.

    Proofs are left out: one that is remembered is told with what it took the first time.
    """
    from usecases import bench
    from usecases.records import RunRecord
    from usecases.store import Store
    from usecases.work import work

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        tasks = [task for _, task in bench.planned(suite(SMALL, RUNS, 5), store).tasks.values()]
    for task in tasks[:: len(tasks) // 5]:
        work(task)  # imports
    begun, wall = _processor(), time.perf_counter()
    replies = [work(task) for task in tasks]
    spent, wall = _processor() - begun, time.perf_counter() - wall
    timings = [RunRecord.model_validate_json(reply.text).timing for reply in replies]
    inside = sum(s for timing in timings for part, s in timing if part != "reference")
    return inside / wall * spent / len(tasks)


def _processor() -> float:
    """Processor seconds until now of this process and of all that it began and that ended."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # counted only once it has ended
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def dask() -> dict[str, Any]:
    """The same runs on one and on two Dask workers of one thread each, and on local processes.

    The true efficiency is T1 / (2 T2) by the wall clock, which wants two cores of one's own: the
    share of their time that the workers spend in runs tells how busy the machine left them.
    """
    from usecases.pool import processes

    asked = suite(LONG, 60, 2)
    one, _ = _clustered(asked, 1)
    two, records = _clustered(asked, 2)
    local, same = _timed(asked, processes(2))
    efficiency = one["wall"] / (2 * two["wall"])
    found = {"one": one, "dask": two, "local": local}
    return found | {"efficiency": efficiency, "identical": records == same}


def _clustered(asked: Any, count: int) -> tuple[dict[str, float], list[Any]]:
    """The suite on so many workers of a new cluster, which have imported what they need."""
    from distributed import LocalCluster

    from usecases.pool import dask as on_dask

    options: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None}
    with (
        LocalCluster(n_workers=count, host="127.0.0.1", **options) as cluster,
        on_dask(cluster.scheduler_address) as workers,
    ):
        _timed(suite(LONG, 4 * count, 2), workers)
        return _timed(asked, workers)


def _timed(asked: Any, workers: Any) -> tuple[dict[str, float], list[Any]]:
    from usecases import bench
    from usecases.store import Store

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        found = bench.planned(asked, store)
        begun = time.perf_counter()
        rows = bench.bench(found, workers, store)
        wall = time.perf_counter() - begun
        bench.complain(rows)
        records = [_timeless(store.record(row.id)) for row in rows if row.id]
    worked = sum(row.seconds for row in rows)
    times = {"runs": len(rows), "wall": wall, "mean": worked / len(rows)}
    return times | {"share": worked / (workers.count * wall)}, records


def _timeless(record: Any) -> Any:
    """What a run found, without the times it took."""
    found = record.model_dump(mode="json")
    score = {k: v for k, v in found["score"].items() if "tts" not in k}
    return [found[k] for k in ("id", "instance", "samples", "answer", "solution")], score


def kills() -> dict[str, Any]:
    """The command killed at random moments of its work, and what the store holds in the end."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "suite.toml"
        file.write_text(LONG.format(seeds=list(range(PLANNED // 2))), "utf-8")
        where = dict(os.environ, USECASES_HOME=folder)
        command = [sys.executable, "-c", "from usecases.cli import main; main()", "bench"]
        command += [str(file), "--workers", "2"]
        kept = []
        for _ in range(KILLS):
            running = subprocess.Popen(
                command, env=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _grown(Path(folder), kept[-1] if kept else 0)
            time.sleep(rng.uniform(0.0, 2.0))
            running.send_signal(signal.SIGKILL)
            running.wait()
            kept.append(_statuses(Path(folder)).get("done", 0))
        subprocess.run(command, env=where, check=True, capture_output=True)
        statuses = _statuses(Path(folder))
    return {"kills": KILLS, "planned": PLANNED, "after_each": kept, "in_the_end": statuses}


def _grown(folder: Path, done: int) -> None:
    """Wait until the store holds more finished runs than before, at most a minute."""
    for _ in range(120):
        time.sleep(0.5)
        if _statuses(folder).get("done", 0) > done:
            return


def _statuses(folder: Path) -> dict[str, int]:
    from usecases.store import Store

    with Store(folder / "store.db") as store:
        return dict(Counter(run.status for run in store.runs(1_000_000)))


def listing() -> dict[str, Any]:
    """Seconds to open a store of many runs and to list them; processor time, the best of five."""
    from usecases import run
    from usecases.plan import prepare
    from usecases.store import Store

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Store(path) as store:
            record = run("energy/unit_commitment", "demo", "annealing", store=store)
            plan = prepare("energy/unit_commitment", "demo", "annealing").request
            for k in range(1, LISTED):
                request = plan | {"seed": k}
                standing = store.standing(request)
                store.keep(request, standing.ordinal, record.model_copy(update={"id": standing.id}))
        size = path.stat().st_size
        return {
            "runs": LISTED,
            "bytes": size,
            "latest_20": min(_listed(path, 20) for _ in range(5)),
            "all": min(_listed(path, LISTED) for _ in range(5)),
        }


def _listed(path: Path, limit: int) -> float:
    from usecases.store import Store

    begun = time.process_time()
    with Store(path) as store:
        assert len(store.runs(limit)) == limit
    return time.process_time() - begun


def mutations() -> dict[str, Any]:
    """Single bytes changed at random places of a bundle, and how many were found."""
    from usecases import bundle, run
    from usecases.errors import VerificationFailed
    from usecases.store import Store

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "s.db") as store:
        seeds = range(10)
        records = [run("logistics/tour", algorithm="annealing", seed=s, store=store) for s in seeds]
    data = bundle.pack("ten runs", records, {"constraints.txt": b"numpy==2\n"})
    rng, found = np.random.default_rng(0), 0
    begun = time.process_time()
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        changed[rng.integers(len(data))] ^= rng.integers(1, 256)
        try:
            bundle.unpack(bytes(changed))
        except VerificationFailed:
            found += 1
    seconds = time.process_time() - begun
    assert zipfile.is_zipfile(io.BytesIO(data))
    return {"bytes": len(data), "mutations": MUTATIONS, "found": found, "seconds": seconds}


def report() -> dict[str, Any]:
    """Processor seconds and bytes of a page of stored runs, in a process that has just begun."""
    script = "import sys, suites; sys.stdout.write(suites.written())"
    where = dict(os.environ, PYTHONPATH=f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}")
    command = [sys.executable, "-c", script]
    done = [subprocess.run(command, env=where, check=True, capture_output=True) for _ in range(3)]
    found: dict[str, Any] = min((json.loads(d.stdout) for d in done), key=lambda f: f["seconds"])
    return found


def written() -> str:
    """What a page of every fifth run of the use cases' pages took, as JSON."""
    from usecases.records import RunRecord
    from usecases.report import report as drawn

    files = sorted((ROOT / "docs" / "runs").glob("*/*.json"))
    kept = [run for file in files for run in _runs(json.loads(file.read_text("utf-8")))]
    records = [RunRecord.model_validate_json(json.dumps(run)) for run in kept[::5][:REPORTED]]
    begun = time.process_time()
    text = drawn("Runs", "", records)
    spent = time.process_time() - begun
    about = {"runs": len(records), "figures": text.count("<figure>"), "seconds": spent}
    return json.dumps(about | {"bytes": len(text.encode())})


def _runs(found: Any) -> list[Any]:
    """The runs of a file; one of a curve has points instead."""
    return found if isinstance(found, list) else []


SBATCH = """#!/bin/sh
# A stand-in for SLURM's sbatch: runs the job here and gives it a number.
sh "$1" >/dev/null 2>&1 &
echo "Submitted batch job $!"
"""


def slurm() -> dict[str, Any]:
    """A suite on dask-jobqueue's SLURM cluster; jobs are begun by a stand-in for sbatch."""
    from dask_jobqueue import SLURMCluster

    from usecases.pool import dask as on_dask
    from usecases.pool import processes

    asked = suite(LONG, 12, 2)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("sbatch", SBATCH), ("scancel", '#!/bin/sh\nkill "$@"\n')):
            script = Path(folder) / name
            script.write_text(text, "utf-8")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        options: dict[str, Any] = {"cores": 1, "processes": 1, "memory": "2GB"}
        options["death_timeout"] = 600  # a crowded machine takes its time
        with SLURMCluster(
            **options, local_directory=folder, log_directory=folder, interface="lo"
        ) as cluster:
            cluster.scale(jobs=2)
            cluster.wait_for_workers(2, timeout=500)
            with on_dask(cluster.scheduler_address) as workers:
                count, (times, records) = workers.count, _timed(asked, workers)
    _, same = _timed(asked, processes(2))
    return times | {"jobs": count, "identical": records == same}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    part.__name__: part for part in (overhead, dask, kills, listing, mutations, report, slurm)
}


def render(found: dict[str, Any]) -> str:
    """The docs page of what is stored."""
    over, cluster, killed = found["overhead"], found["dask"], found["kills"]
    listed, bundle, batch = found["listing"], found["mutations"], found["slurm"]
    drawn = found["report"]
    faster = ""
    if "efficiency" in cluster:
        faster = (
            f"; one worker takes {_ms(cluster['one']['wall'])}, two {_ms(cluster['dask']['wall'])}"
        )
        faster += f": a parallel efficiency of {100 * cluster['efficiency']:.0f} %"
    lines = [
        "# What suites cost and survive",
        "",
        "Generated by `benchmarks/suites.py` from stored measurements; nothing here is typed. How"
        " to use suites: [benchmarking](benchmarking.md).",
        "",
        f"Machine: {found['machine']}, shared with other work while this was measured, so that"
        " costs are processor time and efficiencies are shares within one run.",
        "",
        "| what | measured |",
        "|---|---|",
        f"| {over['runs']} runs on 2 processes, {over['work_ms']:.1f} ms of work each |"
        f" {over['overhead_ms']:.1f} ms a run beside the work, and {over['start_seconds']:.1f} s"
        " once to start the processes:"
        f" {over['overhead_ms'] + 1000 * over['start_seconds'] / over['runs']:.1f} ms with it |",
        f"| {cluster['dask']['runs']} runs of {_ms(cluster['dask']['mean'])} on 2 Dask workers |"
        f" {100 * cluster['dask']['share']:.0f} % of the workers' time is spent in runs{faster} |",
        f"| the same on 2 local processes | {100 * cluster['local']['share']:.0f} %, the start of"
        f" the processes included; results identical: {_yes(cluster['identical'])} |",
        f"| {batch['runs']} runs by {batch['jobs']} jobs of a SLURM cluster (dask-jobqueue, with"
        f" a stand-in for sbatch) | results identical: {_yes(batch['identical'])} |",
        f"| {killed['kills']} times killed at random while {killed['planned']} runs were planned |"
        f" in the end {_told(killed['in_the_end'])} |",
        f"| a store of {listed['runs']} runs ({listed['bytes'] / 1e6:.0f} MB) | opened and the"
        f" latest 20 listed in {_ms(listed['latest_20'])}, all in {_ms(listed['all'])} |",
        f"| {bundle['mutations']} single bytes changed in a bundle of {bundle['bytes'] / 1e3:.0f}"
        f" kB | {bundle['found']} found, in {_ms(bundle['seconds'])} |",
        f"| a report of {drawn['runs']} runs, {drawn['figures']} figures | written in"
        f" {_ms(drawn['seconds'])}, imports included; {drawn['bytes'] / 1e6:.2g} MB |",
        "",
        f"Finished runs after each kill: {', '.join(map(str, killed['after_each']))}.",
    ]
    return "\n".join(lines) + "\n"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.2g} s"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _told(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in statuses.items())


def main() -> None:
    """Run and store, or render what was stored."""
    words = sys.argv[1:]
    found = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    if words != ["--render"]:
        for name in words or PARTS:
            found[name] = PARTS[name]()
            print(name, found[name], flush=True)
            found["machine"] = f"{os.cpu_count()} cores of {processor()}"
            STORED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    if PARTS.keys() <= found.keys():
        PAGE.write_text(render(found), "utf-8")


if __name__ == "__main__":
    main()
