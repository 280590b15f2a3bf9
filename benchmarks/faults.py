"""What becomes of paid jobs when provider, line, process, disk and rivals fail.

python benchmarks/faults.py            run all trials and write benchmarks/results/faults.json
python benchmarks/faults.py --render   write docs/faults.md from the stored results
"""

from __future__ import annotations

import json
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faulty.machine import Faulty, Work, Works
from faulty.trial import (
    POINTS,
    Scene,
    attempt,
    child,
    processes,
    provider,
    reckoned,
    resumer,
    spender,
    started,
    transitions,
)
from usecases.store import Store

ROOT = Path(__file__).resolve().parent.parent
STORED = Path(__file__).with_name("results") / "faults.json"
PAGE = ROOT / "docs" / "faults.md"

KILLS = 500
SPENDERS, EACH, CAP = 16, 5, 20
RIVALS, QUEUE = 8, 5.0
PIECES = 3
"""Jobs of a run whose work one job would not take."""
PASSING = (("submit", "response lost"), ("submit", "502 after acceptance"), ("read", "503"),
           ("submit", "dropped before acceptance"), ("find", "503"), ("read", "garbage"),
           ("submit", "429 with Retry-After"))  # fmt: skip


def at_transitions(scene: Scene, pieces: int) -> dict[str, int]:
    """Kill a process before and after every step of each of a run's jobs, then start again."""
    points = [point for job in range(1, pieces + 1) for point in transitions(job)]
    for seed, point in enumerate(points):
        work = _work(seed, pieces)
        process = started(child, scene, work, point)
        process.join()
        assert process.exitcode == -9, point
        assert attempt(scene, work).counts, point
    reckoning = reckoned(scene)
    assert reckoning.jobs == pieces * len(points)
    return {"kills": len(points), "pieces": pieces} | vars(reckoning)


def _work(seed: int, pieces: int) -> Work | Works:
    return Work(seed=seed) if pieces == 1 else Works(pieces, seed)


def at_random(scene: Scene, kills: int, seed: int = 0) -> dict[str, Any]:
    """Kill processes at random moments, in the midst of passing faults, until all have ended.

    Every second run is of several jobs.
    """
    rng, found, work = random.Random(seed), Counter[str](), 0  # noqa: S311 - not for secrets
    usual, stage = 0.3, ""
    while found.total() < kills:
        if rng.random() < 0.2:
            scene.arm(*rng.choice(PASSING))
        begun = processes.Event()
        process = started(child, scene, _turn(work), "", begun)
        begun.wait()
        since = time.perf_counter()
        looking = Faulty.lag if stage == "intent" else 0.0  # else no job would get any further
        process.join(looking + rng.uniform(0.0, 1.3 * usual))
        if process.exitcode is None:
            process.kill()
            process.join()
            stage = _stage(scene, work)
            found[stage] += 1
            work += stage == ENDED
        else:  # however busy this computer is, kills fall all over the work
            taken, stage = time.perf_counter() - since - looking, ""
            usual = 0.7 * usual + 0.3 * min(max(taken, 0.05), 1.0)
            work += process.exitcode == 0
        usual *= 1.02
    scene.machine.tell("/faults", [])
    assert attempt(scene, _turn(work)).counts
    reckoning, works = reckoned(scene), work + 1
    assert reckoning.jobs == works + works // 2 * (PIECES - 1)
    known = {"kills": found.total(), "works": works, "split": works // 2, "pieces": PIECES}
    return known | {"stages": dict(found)} | vars(reckoning)


def _turn(work: int) -> Work | Works:
    return _work(work, PIECES if work % 2 else 1)


ENDED = "run ended"
STAGES = ("intent", "unsent", "submitted", "done")


def _stage(scene: Scene, work: int) -> str:
    """How far the killed process was with the job that was least far of those written down."""
    with Store(scene.store) as store:
        runs = [run for run in store.runs(1000) if run.request == {"work": work}]
        jobs = store.jobs("run = ?", runs[0].id) if runs else []
        if runs and runs[0].status == "cancelled":
            return ENDED
        stages = (job.status for job in jobs)
        return min(stages, key=STAGES.index, default="nothing written")


def under_a_cap(scene: Scene) -> dict[str, Any]:
    """Many processes spend from one store at once."""
    with Store(scene.store) as store:
        store.set_budget("day", f"{CAP} EUR")
    crowd = [started(spender, scene, EACH * n, EACH) for n in range(SPENDERS)]
    for process in crowd:
        process.join()
    billed = sum(row["price"] for row in scene.books())
    asked = SPENDERS * EACH
    return {"processes": SPENDERS, "asked": asked, "cap": CAP, "billed": billed} | vars(
        reckoned(scene)
    )


def rivals(scene: Scene) -> dict[str, Any]:
    """Many processes are at one stopped run at once, by its id or by asking for the same."""
    scene.state(queue=QUEUE)
    process = started(child, scene, Work(), "after submit 1")
    process.join()
    with Store(scene.store) as store:
        (run,) = store.runs()
    crowd = [started(resumer, scene, run.id, 0) for _ in range(RIVALS // 2)]
    crowd += [started(child, scene, Work()) for _ in range(RIVALS // 2)]
    for process in crowd:
        process.join()
    won = sum(process.exitcode == 0 for process in crowd)
    return {"processes": RIVALS, "won": won} | vars(reckoned(scene))


TRIALS: dict[str, Callable[[Scene], dict[str, Any]]] = {
    "transitions": lambda scene: at_transitions(scene, 1),
    "split": lambda scene: at_transitions(scene, PIECES),
    "cap": under_a_cap,
    "rivals": rivals,
    "random": lambda scene: at_random(scene, KILLS),
}


def run_all() -> dict[str, Any]:
    """Every trial, each with books and a store of its own."""
    from faulty.matrix import run_all as matrix

    found: dict[str, Any] = {"matrix": []}
    for row in matrix():
        found["matrix"].append(row)
        print(*row.values(), sep=" | ", flush=True)
    for name, trial in TRIALS.items():
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder, provider(Path(folder)) as scene:
            found[name] = trial(scene) | {"seconds": round(time.perf_counter() - begun, 1)}
        print(name, found[name], flush=True)
    return found | {"python": platform.python_version(), "system": platform.system()}


HEAD = """# What becomes of paid jobs when things fail

Generated by `benchmarks/faults.py` from stored trials; nothing here is typed. A provider runs as
an HTTP server in a process of its own and keeps its own books: a job stands there exactly when
the provider took it and bills it. Our side meets a fault, is started again up to four times, and
is then compared with the books. A job is *lost* when it is billed and our store does not know it,
and *paid twice* when the books hold the same work again. All of it is a simulation on one
computer; no vendor was asked.
"""


def render(found: dict[str, Any]) -> str:
    """The page as Markdown."""
    rows = found["matrix"]
    trials = [found[name] for name in TRIALS]
    lost, twice = (sum(r[k] for r in [*rows, *trials]) for k in ("lost", "twice"))
    jobs = sum(r["jobs"] for r in [*rows, *trials])
    stages = ", ".join(f"{n} × {name}" for name, n in sorted(found["random"]["stages"].items()))
    cap, races, kills = found["cap"], found["rivals"], found["random"]
    parts = [
        HEAD,
        f"**Of {jobs} jobs in the books, {lost} were lost and {twice} paid twice.**",
        "## Faults of the provider and the line",
        _table(rows),
        '*Ends*: "failed, kept" is a result that cannot be true; what came back is kept and the'
        " work is not paid for again unless a person asks for it.",
        "## Processes that die",
        f"Killed with SIGKILL before and after each of {len(POINTS)} steps of a job"
        f" ({', '.join(POINTS)}). A machine that takes less at once than a run asks for makes"
        " several jobs of it; the run is killed at the steps of each of them.",
        _kills(found["transitions"], found["split"]),
        f"Killed at random moments, in the midst of passing faults: {kills['kills']} kills over"
        f" {kills['works']} runs, {kills['split']} of them of {kills['pieces']} jobs;"
        f" {kills['jobs']} jobs in the books, {kills['lost']} lost, {kills['twice']} paid twice."
        f" How far the job that was least far was when its process died: {stages}.",
        "## Many processes, one store",
        f"{cap['processes']} processes asked at once for {cap['asked']} jobs of 1 EUR under a"
        f" day's cap of {cap['cap']} EUR: {cap['billed']:.2f} EUR are in the books.",
        f"{races['processes']} processes were at one stopped run at once, half of them by its id"
        f" and half by asking for the same: {races['won']} got its result, the others were"
        f" refused; {races['jobs']} job in the books.",
        f"Python {found['python']}, {found['system']}.",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _kills(*found: dict[str, int]) -> str:
    lines = ["| jobs of a run | runs, each killed once | jobs in the books | lost | paid twice |"]
    lines.append("|---|---|---|---|---|")
    for one in found:
        cells = (one[name] for name in ("pieces", "kills", "jobs", "lost", "twice"))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _table(rows: list[dict[str, Any]]) -> str:
    words = {"submit": "sending", "read": "reading"}
    lines = ["| fault | while | ends | starts | jobs | lost | paid twice | first told |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for r in rows:
        said = r["said"].split(". ")[0].replace("|", "/")
        numbers = (r["tries"], r["jobs"], r["lost"], r["twice"])
        cells = (r["fault"], words[r["where"]], r["ends"], *map(str, numbers), said)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run and store, or render what was stored."""
    if "--render" not in sys.argv:
        STORED.write_text(json.dumps(run_all(), indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
