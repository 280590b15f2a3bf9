"""Every fault where it can happen, and what has to come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faulty.machine import Work
from faulty.trial import Scene, attempt, provider, reckoned
from usecases.jobs import believe
from usecases.store import Store

ALWAYS = 10**6


@dataclass(frozen=True)
class Case:
    """A fault, at a kind of request, so many times; and how the work has to end."""

    fault: str
    kind: str
    times: int = 1
    ends: str = "result"


RESULTS = ("partial results", "NaN counts", "negative counts", "missing counts", "null counts",
           "wrong shot total", "wrong width", "NaN time", "100 MB reply", "failed")  # fmt: skip

CASES = (
    Case("none", "submit"),
    Case("response lost", "submit"),
    Case("dropped before acceptance", "submit"),
    Case("502 after acceptance", "submit"),
    Case("503", "submit"),
    Case("slow", "submit"),
    Case("garbage", "submit"),
    Case("429", "submit"),
    Case("429 with Retry-After", "submit", 2),
    Case("expired token", "submit"),
    Case("retired device", "submit", ALWAYS, "refused"),
    Case("response lost, found only later", "submit"),
    Case("response lost, look-up fails", "submit"),
    Case("response lost, no look-up", "submit", 1, "result, after a person's word"),
    *(Case(fault, "read", 2) for fault in ("503", "429", "429 with Retry-After", "garbage",
                                           "response lost", "slow", "unknown status")),
    Case("expired token", "read"),
    Case("retired device", "read", ALWAYS, "kept waiting"),
    *(Case(fault, "read", ALWAYS, "failed, kept") for fault in RESULTS),
    *(Case(fault, "read", 2) for fault in ("partial results", "100 MB reply")),
    Case("recalibration in the queue", "read"),
    Case("price change in the queue", "read"),
    Case("price change before sending again", "submit", 1, "refused"),
)  # fmt: skip


def run_case(case: Case, scene: Scene) -> dict[str, Any]:
    """Meet the fault, start again up to four times, and compare with the books."""
    work = Work(shots=100, seed=CASES.index(case))
    _prepare(case, scene)
    said: list[str] = []
    most = 1.5 if case.ends == "refused" and "price" in case.fault else 100.0
    tries = 0
    while tries < 4:
        tries += 1
        told = attempt(scene, work, most=most)
        said += [told.error, *(w for w in told.said if "job" not in w or "UX" in w)]
        said += [f"{k} {v}" for k, v in told.provenance.items() if k.startswith("warning")]
        if told.counts:
            break
        if "jobs resolve" in told.error:
            _believe(scene)
        if case.fault in ("price change before sending again", "response lost, look-up fails"):
            scene.machine.tell("/faults", [])
            scene.state(price=0.02 if "price" in case.fault else 0.01)
    books = reckoned(scene)
    return {
        "fault": case.fault,
        "where": case.kind,
        "ends": _end(told.counts, told.error, said, scene),
        "expected": case.ends,
        "tries": tries,
        "said": next((s for s in said if s), ""),
        "jobs": books.jobs,
        "lost": books.lost,
        "twice": books.twice,
    }


def _prepare(case: Case, scene: Scene) -> None:
    armed = [{"kind": case.kind, "fault": case.fault, "times": case.times}]
    if "," in case.fault:
        armed[0]["fault"] = "response lost"
    if "look-up fails" in case.fault:
        armed.append({"kind": "find", "fault": "retired device", "times": ALWAYS})
    if "no look-up" in case.fault:
        armed.append({"kind": "find", "fault": "cannot look up", "times": ALWAYS})
    if "price change before" in case.fault:
        armed[0]["fault"] = "dropped before acceptance"
    if "found only later" in case.fault:
        scene.state(lag=0.4)
    scene.machine.tell("/faults", armed)
    if "in the queue" in case.fault:
        scene.state(queue=0.3)
        attempt(scene, Work(shots=100, seed=CASES.index(case)), max_wait=0.0)
        scene.state(**({"calibration": "c2"} if "recal" in case.fault else {"surcharge": 2.0}))


def _believe(scene: Scene) -> None:
    """The person looks at the machine, and says what stands there."""
    with Store(scene.store) as store:
        (job,) = store.jobs("status = 'intent'")
        books = scene.books(f"tag = '{job.tag}'")
        believe(store, job, books[0]["job"] if books else None)


def _end(counts: Any, error: str, said: list[str], scene: Scene) -> str:
    if counts:
        asked = any("jobs resolve" in words for words in said)
        return "result, after a person's word" if asked else "result"
    with Store(scene.store) as store:
        (job,) = store.jobs()
    return {"failed": "failed, kept", "unsent": "refused", "submitted": "kept waiting"}.get(
        job.status, f"{job.status}: {error}"
    )


def run_all() -> Iterator[dict[str, Any]]:
    """Every case, each with fresh books and a fresh store."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder, provider(Path(folder)) as scene:
            yield run_case(case, scene)
