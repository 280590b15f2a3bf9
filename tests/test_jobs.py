"""Paid jobs against a provider that fails and keeps its own books: nothing lost, nothing twice."""

from __future__ import annotations

import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from faulty.machine import Faulty, Work, Works
from faulty.matrix import CASES, Case, run_case
from faulty.trial import (
    POINTS,
    Scene,
    attempt,
    child,
    provider,
    reckoned,
    resumer,
    spender,
    started,
    transitions,
)
from tests.helpers import ROOT, third_party
from tests.test_budget import quote, reserve
from usecases import cancelling, jobs, patience
from usecases.database import FIRST, Database
from usecases.errors import (
    StillQueued,
    Unresolved,
    UsageError,
    UsecasesError,
    VerificationFailed,
)
from usecases.remote import Remote
from usecases.store import Store

QUICK = ("response lost", "dropped before acceptance", "502 after acceptance", "429",
         "429 with Retry-After", "expired token", "response lost, no look-up",
         "response lost, found only later", "price change before sending again")  # fmt: skip
IN_SUITE = [
    case
    for case in CASES
    if case.fault in QUICK or "in the queue" in case.fault or case.fault.endswith("counts")
]
"""Cases that cost no long wait; `benchmarks/faults.py` runs them all."""


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(patience, "FIRST_RETRY", 0.02)
    with provider(tmp_path) as found:
        yield found


@pytest.mark.parametrize("case", IN_SUITE, ids=lambda case: f"{case.fault} at {case.kind}")
def test_after_a_fault_the_books_hold_the_work_once(case: Case, scene: Scene) -> None:
    found = run_case(case, scene)
    assert found["ends"] == case.ends
    assert (found["lost"], found["twice"]) == (0, 0)
    assert found["jobs"] == (0 if case.ends == "refused" else 1)


def test_what_cannot_be_true_is_kept_and_read_again_without_paying(scene: Scene) -> None:
    scene.arm("read", "negative counts", 2)
    first = attempt(scene, Work())
    assert first.code == 5
    assert "cannot be true" in first.error
    with Store(scene.store) as store:
        (job,) = store.jobs()
        assert (job.status, job.result) == ("failed", None)
        (raw,) = store._rows("SELECT raw FROM jobs")
        assert json.loads(raw["raw"])["value"]["00"] == -5
    assert attempt(scene, Work()).counts == {"00": 50, "11": 50}
    assert len(scene.books()) == 1


def test_a_recalibration_and_a_higher_bill_are_told(scene: Scene) -> None:
    scene.state(queue=0.2)
    waiting = attempt(scene, Work(), max_wait=0.0)
    assert waiting.code == 8
    scene.state(calibration="c2", surcharge=3.0)
    told = attempt(scene, Work()).provenance
    assert told["calibration at submission"] == "c1"
    assert told["calibration"] == "c2"
    assert told["warning: bill"] == "charged 3.00 EUR, quoted 1.00"
    with Store(scene.store) as store:
        assert store.spent_in("day") == {"EUR": 3.0}


def test_a_run_waits_for_as_long_as_it_may(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", pauses.append)
    scene.state(queue=100.0)
    told = attempt(scene, Work(), max_wait=50.0)
    assert told.code == 8
    assert "queued (QUEUED), after 50 s" in told.error
    assert sum(pauses) == pytest.approx(50.0)
    assert pauses[1] == 2 * pauses[0]
    pauses.clear()
    scene.arm("read", "429 with Retry-After")
    attempt(scene, Work(), max_wait=1.0)
    assert pauses[0] == 0.2


@pytest.mark.parametrize("job", [1, 2])
def test_a_process_may_die_at_every_step(job: int, scene: Scene) -> None:
    """Of a run's only job, and of the last of several."""
    for seed, point in enumerate(transitions(job)):
        work = Work(seed=seed) if job == 1 else Works(job, seed)
        process = started(child, scene, work, point)
        process.join()
        assert process.exitcode == -9
        assert attempt(scene, work).counts
    found = reckoned(scene)
    assert (found.jobs, found.lost, found.twice) == (job * len(transitions(job)), 0, 0)


def test_many_processes_stay_within_the_cap(scene: Scene) -> None:
    with Store(scene.store) as store:
        store.set_budget("day", "7 EUR")
    crowd = [started(spender, scene, 2 * n, 2) for n in range(16)]
    for process in crowd:
        process.join()
    assert sum(row["price"] for row in scene.books()) == 7.0


def test_many_processes_take_up_one_run(scene: Scene) -> None:
    """By its id, or by asking for the same."""
    scene.state(queue=1.5)
    process = started(child, scene, Work(), "after submit 1")
    process.join()
    with Store(scene.store) as store:
        (run,) = store.runs()
    crowd = [started(resumer, scene, run.id, 0) for _ in range(2)]
    crowd += [started(child, scene, Work()) for _ in range(2)]
    for process in crowd:
        process.join()
    assert [process.exitcode for process in crowd].count(0) == 1
    assert len(scene.books()) == 1


def test_what_a_living_process_sends_is_left_alone(tmp_path: Path) -> None:
    """Its job may be on the way: it is neither freed nor looked up before its time."""
    with Store(tmp_path / "store.db") as store:
        reserve(store, 0, quote(1.0), most=2.0)
        (line,) = jobs.reconcile(store)
        assert "its run is at work" in line
        (job,) = store.jobs()
        with pytest.raises(StillQueued, match=r"1 jobs .* are not cancelled"):
            list(cancelling.cancel(store, job.run))
        assert store.spent_in("day") == {"EUR": 1.0}
        store.unsent(job.tag)
        assert store.spent_in("day") == {}
        store.submitted(job.tag, "job-1")  # the machine took it after all
        assert store.spent_in("day") == {"EUR": 1.0}
        with pytest.raises(UsageError, match="which asks for the same"):
            store.begin({"step": 0}, alone=True)
        assert store.status(job.run) == "cancelled"  # so that it sends nothing more
        with pytest.raises(UsageError, match="is cancelled"):
            store.intend(job.run, 1, "key", "machine", quote(1.0), provenance={}, most=2.0)


def test_a_cancelled_run_is_over_also_when_a_job_of_it_has_a_result(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "machine_of", lambda store, job: scene.machine)
    scene.arm("read", "failed")
    assert attempt(scene, Works(2)).code == 5
    with Store(scene.store) as store:
        first, second = store.jobs()
        assert (first.status, second.status) == ("failed", "submitted")
        lines = [*cancelling.cancel(store, first.run)]
        assert any("job-2 has ended already, with a result" in line for line in lines)
        assert "its result is given up; 1.00 EUR are charged" in lines[-1]
        assert {job.status for job in store.jobs()} == {"cancelled"}
        assert store.status(first.run) == "cancelled"
    assert attempt(scene, Works(2)).counts  # a run of its own, paid anew
    assert len(scene.books()) == 4


def test_jobs_that_no_machine_tells_of_are_forgotten_on_request(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.state(queue=100.0)
    assert attempt(scene, Works(2), max_wait=0.0).code == 8
    monkeypatch.setattr(jobs, "machine_of", lambda store, job: Faulty(port=1))
    with Store(scene.store) as store:
        run = store.jobs()[0].run
        with pytest.raises(StillQueued, match=r"2 jobs .* are not cancelled"):
            list(cancelling.cancel(store, run))
        assert all("the line broke" in line for line in cancelling.cancel(store, run, forget=True))
        assert store.status(run) == "cancelled"
        assert store.spent_in("day") == {"EUR": 2.0}  # whoever forgets may be billed all the same


SLOW_VENDOR = """
import pathlib, time
class Machine:
    def submit(self, begun, sent):
        pathlib.Path(begun).touch()
        time.sleep(1.5)
        pathlib.Path(sent).touch()
def open(device, settings):
    return Machine()
"""

ASKER = """
import json, subprocess, sys
child, vendor, begun, sent = sys.argv[1:]
asked = {"device": "d", "settings": {}, "verb": "submit", "arguments": [begun, sent]}
started = subprocess.Popen([sys.executable, child, vendor], stdin=subprocess.PIPE)
started.stdin.write(json.dumps(asked).encode() + b"\\n")
started.stdin.flush()
started.wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="told by the input's end only")
def test_a_vendors_process_sends_nothing_once_its_asker_is_dead(tmp_path: Path) -> None:
    """What it sent after a restart had looked the job up would be paid twice."""
    vendor, begun, sent = tmp_path / "vendor.py", tmp_path / "begun", tmp_path / "sent"
    vendor.write_text(SLOW_VENDOR)
    child = ROOT / "usecases" / "sdks" / "child.py"
    command = [sys.executable, "-c", ASKER, *map(str, (child, vendor, begun, sent))]
    for kills in (False, True):
        asker = subprocess.Popen(command)
        while not begun.exists():
            time.sleep(0.02)
        if kills:
            asker.kill()
        time.sleep(2.0)
        assert sent.exists() is not kills
        asker.kill()
        asker.wait()
        begun.unlink()
        sent.unlink(missing_ok=True)


def fills_its_disk(scene: Scene, where: str) -> None:
    """A process that may write no more from a step on."""
    owner: Any = Faulty
    plain = getattr(owner, where)

    def patched(*words: Any) -> Any:
        found = plain(*words)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        return found

    setattr(owner, where, patched)
    try:
        attempt(scene, Work())
    except UsecasesError as error:  # not even the failure can be noted
        assert "cannot be used" in str(error)
        sys.exit(3)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX's")
@pytest.mark.parametrize(("where", "sent"), [("estimate", 0), ("submit", 1), ("collect", 1)])
def test_with_a_full_disk_nothing_is_sent_that_is_not_written(
    where: str, sent: int, scene: Scene
) -> None:
    process = started(fills_its_disk, scene, where)
    process.join()
    assert process.exitcode == 3
    assert len(scene.books()) == sent
    assert attempt(scene, Work()).counts
    assert len(scene.books()) == 1


def test_a_flipped_byte_is_told_and_never_believed(scene: Scene) -> None:
    for seed in range(3):
        assert attempt(scene, Work(seed=seed)).counts
    with Store(scene.store) as store:
        whole = (store.jobs(), store.runs())
        store._rows("PRAGMA wal_checkpoint(TRUNCATE)")
    plain, told = scene.store.read_bytes(), 0
    rng = random.Random(7)  # noqa: S311 - not for secrets
    written = [place for place, byte in enumerate(plain) if byte]
    damaged = scene.store.with_name("damaged.db")
    for _ in range(150):
        shutil.copy(scene.store, damaged)
        place = rng.choice(written)
        data = bytearray(plain)
        data[place] ^= 1 << rng.randrange(8)
        damaged.write_bytes(data)
        try:
            with Store(damaged) as store:
                assert (store.jobs(), store.runs()) == whole
        except (UsageError, VerificationFailed):
            told += 1
        for left in damaged.parent.glob("damaged.db*"):
            left.unlink()
    assert told > 50
    damaged.write_bytes(b"no" + plain[2:])
    with pytest.raises(VerificationFailed, match=r"damaged .*Restore a copy"):
        Store(damaged)


def test_an_older_store_is_brought_up_and_a_newer_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old = sqlite3.connect(path)
    old.executescript(FIRST)
    request = json.dumps({"usecase": "x"})
    insert = f"INSERT INTO {{}} VALUES ({', '.join('?' * 11)})"  # noqa: S608
    row = ("abc123", "key", 0, request, "done", "", 1.0, 2.0, None, '{"id": 1}', None)
    old.execute(insert.format("runs"), row)
    job = ("tag", "abc123", 0, "key", "machine", "submitted", "job-1", None, 2.5, "EUR", 1.0)
    old.execute(insert.format("jobs"), job)
    old.commit()
    old.close()
    with Store(path) as store:
        (kept,) = store.jobs()
        assert (kept.cost, kept.quote.basis, kept.job) == (2.5, "dated table", "job-1")
        assert store.request("abc123") == {"usecase": "x"}
        with pytest.raises(VerificationFailed, match="of another version"):
            store.record("abc123")
        store._connection.execute("UPDATE runs SET record = '{}'")
        with pytest.raises(VerificationFailed, match="damaged"):
            store.record("abc123")
        store._connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match=r"newer version \(99\)"):
        Database(path)


KINDS = ("submit", "read", "find", "quote", "state", "cancel")
FAULTS = ("response lost", "dropped before acceptance", "502 after acceptance", "503", "garbage",
          "429 with Retry-After", "expired token", "retired device", "partial results", "failed",
          "cannot look up")  # fmt: skip


WORKS = (0, 1)
PIECES = 2
"""Jobs that each work is split into."""


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class Books(RuleBasedStateMachine):
    """Any order of faults, deaths, restarts, looks and withdrawals leaves the books right."""

    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self.path = self.scene.store.with_name(f"{random.SystemRandom().random()}.db")
        self.machine = Patient(port=self.scene.port)
        self.machine.tell("/faults", [])
        self.scene.state(queue=0.0)
        with Store(self.path) as store:
            self.runs = [store.begin({"work": work}) for work in WORKS]
            self.label = store.label()

    def ask(self, work: int, dies: str = "") -> Any:
        """One process: it takes up the run, and may die at a step."""
        with Store(self.path) as store, pytest.MonkeyPatch.context() as patch:
            when, _, name = dies.partition(" ")
            if dies:
                owner: Any = Patient if name in ("submit", "collect") else Store
                patch.setattr(owner, name, dying(getattr(owner, name), when))
            try:
                named: Any = {"most": 2.5, "max_wait": 0.3, "say": lambda words: None}
                ways = Remote(store, self.runs[work], **named)
                pieces = [Work(seed=2 * work + k) for k in range(PIECES)]
                answers = ways.answers(pieces, self.machine, 0)
                return [result.value for _, result in answers]
            except (UsecasesError, Killed):
                return None

    def taken(self, work: int, piece: int) -> list[str]:
        """The machine's jobs for this piece of work."""
        rows = self.scene.books(f"tag LIKE '{self.label}-{self.runs[work]}-{piece}-%'")
        return [row["job"] for row in rows]

    @rule(kind=sampled_from(KINDS), fault=sampled_from(FAULTS))
    def goes_wrong(self, kind: str, fault: str) -> None:
        self.scene.arm(kind, fault)

    @rule(queue=sampled_from([0.0, 100.0]))
    def queues(self, queue: float) -> None:
        self.scene.state(queue=queue)

    @rule(work=sampled_from(WORKS))
    def asks(self, work: int) -> None:
        self.ask(work)

    @rule(
        work=sampled_from(WORKS),
        when=sampled_from(["before", "after"]),
        name=sampled_from(POINTS),
    )
    def dies(self, work: int, when: str, name: str) -> None:
        self.ask(work, f"{when} {name}")

    @rule()
    def withdraws(self) -> None:
        with Store(self.path) as store:
            for job in store.jobs(cancelling.OPEN):
                with suppress(UsecasesError):
                    cancelling.dropped(store, job, self.machine)

    @invariant()
    def is_paid_once(self) -> None:
        assert all(len(self.taken(*one)) <= 1 for one in product(WORKS, range(PIECES)))

    def teardown(self) -> None:
        """When all is well again, a last start finds whatever there is."""
        self.machine.tell("/faults", [])
        self.scene.state(queue=0.0)
        for work in WORKS:
            value = self.ask(work)
            with Store(self.path) as store:
                found = [store.job(self.runs[work], piece) for piece in range(PIECES)]
            for piece, job in enumerate(found):
                books = self.taken(work, piece)
                assert books == ([job.job] if job and job.status != "unsent" else [])
            ended = {job.status if job else "unsent" for job in found}
            assert ended == {"done"} if value else "cancelled" in ended


class Patient(Faulty):
    """The same client with little to wait for."""

    lag = 0.05


def dying(plain: Any, when: str) -> Any:
    def patched(*words: Any, **named: Any) -> Any:
        if when == "after":
            plain(*words, **named)
        raise Killed

    return patched


def test_the_books_are_right_whatever_happens(scene: Scene) -> None:
    machine = type("Here", (Books,), {"scene": scene})
    plan = settings(max_examples=15, stateful_step_count=12, deadline=None, database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck))  # fmt: skip
    machine.TestCase.settings = plan
    machine.TestCase().runTest()


def test_what_a_machine_cannot_look_up_waits_for_a_person(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "machine_of", lambda store, job: scene.machine)
    scene.machine.tell("/faults", [{"kind": "submit", "fault": "dropped before acceptance",
                                    "times": 1}, {"kind": "find", "fault": "cannot look up",
                                                  "times": 9}])  # fmt: skip
    told = attempt(scene, Work())
    assert told.code == Unresolved.code == StillQueued.code
    assert "usecases jobs resolve" in told.error
    with Store(scene.store) as store:
        (job,) = store.jobs()
        with pytest.raises(UsageError, match="has no such job"):
            jobs.resolve(store, job.tag, "job-1")
        jobs.resolve(store, job.tag, None)
        with pytest.raises(UsageError, match="is unsent already"):
            jobs.resolve(store, job.tag, None)
    assert attempt(scene, Work()).counts
    assert len(scene.books()) == 1
    armed = (("submit", "response lost"), ("find", "cannot look up"))
    faults = [{"kind": kind, "fault": fault, "times": 1} for kind, fault in armed]
    scene.machine.tell("/faults", faults)
    assert attempt(scene, Work(seed=1)).code == Unresolved.code
    with Store(scene.store) as store:
        first, second = store.jobs()
        with pytest.raises(UsageError, match=f"job-1 is known already, as {first.tag}"):
            jobs.resolve(store, second.tag, "job-1")
        jobs.resolve(store, second.tag, "job-2")
        with pytest.raises(UsageError, match="is submitted already as job job-2"):
            jobs.resolve(store, second.tag, None)
    assert attempt(scene, Work(seed=1)).counts
    assert len(scene.books()) == 2


def test_a_run_is_left_and_found_by_a_short_id(tmp_path: Path) -> None:
    """From another process, as from a notebook whose kernel has died."""
    folder = tmp_path / "machine"
    folder.mkdir()
    (folder / "machine.json").write_text('{"polls": 2}')
    left = f"""
import sys; sys.path.insert(0, {str(third_party())!r})
import usecases
handle = usecases.run("bin_lorries", algorithm="qaoa", backend="spool", shots=20, detach=True,
                      settings={{"folder": {str(folder)!r}}})
print(handle.id, handle.status)
"""
    command = [sys.executable, "-c", left]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    short, status = done.stdout.split()
    assert (len(short), status) == (4, "queued")
    found = f"""
import sys; sys.path.insert(0, {str(third_party())!r})
import usecases
handle = usecases.attach({short!r})
(job,) = handle.jobs
assert job.status == "submitted" and [job.job in line for line in handle.reconcile()] == [True]
record = handle.record()
assert handle.record() == record and handle.status == "done"
print(record.id, len(record.calls))
"""
    done = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0].startswith(short)
    assert len(list(folder.glob("*.job"))) == 1
