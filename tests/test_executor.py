"""Nothing is lost and nothing is sent twice, wherever a run is killed."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import ROOT, third_party, timeless, usecases
from usecases.executor import Executor, _worse

KILLER = """
import os, signal, sys
sys.path.insert(0, {site!r})
import usecases.executor as executor, usecases.store as store

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

{patch}
from usecases.cli import main
sys.argv = ["usecases", *{words!r}]
main()
"""

AT_CALL = """
plain = executor.Executor._execute
def _execute(self, program, backend):
    if len(self.calls) == {call}:
        die()
    return plain(self, program, backend)
executor.Executor._execute = _execute
"""

BEFORE = """
plain = {owner}.{name}
def patched(*words, **named):
    die()
{owner}.{name} = patched
"""

AFTER = """
plain = {owner}.{name}
def patched(*words, **named):
    plain(*words, **named)
    die()
{owner}.{name} = patched
"""

MACHINE = "__import__('municipality_backends.spool').spool.Spool"


def killed(patch: str, *words: str) -> None:
    """Run the command in a process that kills itself with SIGKILL at the patched place."""
    script = KILLER.format(site=str(third_party()), patch=patch, words=list(words))
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()


def test_of_what_machines_tell_the_worst_is_kept() -> None:
    assert _worse("0.5", "0.01") == "0.5"
    assert _worse("0.01", "0.5") == "0.5"
    assert _worse("calibration-1", "calibration-2") == "calibration-2"


def finished(*words: str) -> dict[str, Any]:
    done = usecases(*words, path=third_party())
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


LOCAL = ("run", "bin_lorries", "-a", "qaoa", "-p", "angles.iterations=7", "--shots", "50", "--json")


def test_a_local_run_killed_at_any_call_ends_with_the_same_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USECASES_HOME", str(tmp_path / "whole"))
    whole = finished(*LOCAL)
    monkeypatch.setenv("USECASES_HOME", str(tmp_path / "killed"))
    calls = len(whole["calls"])
    assert calls == 8
    for call in range(calls):
        killed(AT_CALL.format(call=call), *LOCAL)
    again = finished(*LOCAL)
    assert timeless(again) == timeless(whole)
    assert len(json.loads(usecases("jobs", "--json").stdout)) == 1


@pytest.mark.parametrize(
    "patch",
    [
        AFTER.format(owner="store.Store", name="intend"),
        AFTER.format(owner=MACHINE, name="submit"),
        AFTER.format(owner="store.Store", name="submitted"),
        AFTER.format(owner=MACHINE, name="collect"),
        AFTER.format(owner="store.Store", name="settled"),
        BEFORE.format(owner="store.Store", name="finish"),
    ],
    ids=lambda text: " ".join(text.split()[-3:])[-40:],
)
def test_a_remote_job_is_neither_lost_nor_sent_twice(
    patch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the steps of a job; those before them, and all of a provider's, are in test_jobs."""
    folder = tmp_path / "machine"
    words = (*LOCAL, "-b", "spool", "-s", f"folder={folder}")
    monkeypatch.setenv("USECASES_HOME", str(tmp_path / "killed"))
    killed(patch, *words)
    again = finished(*words)
    assert len(list(folder.glob("*.job"))) == 1
    monkeypatch.setenv("USECASES_HOME", str(tmp_path / "whole"))
    assert timeless(finished(*words)) == timeless(again)
    assert again["train_on"] == "statevector"


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    folder = tmp_path / "machine"
    folder.mkdir()
    return folder, (*LOCAL, "-b", "spool", "-s", f"folder={folder}")


def test_work_that_waits_is_picked_up_by_id(machine: tuple[Path, tuple[str, ...]]) -> None:
    folder, words = machine
    (folder / "machine.json").write_text('{"polls": 2}')
    waiting = usecases(*words, "--detach", path=third_party())
    assert waiting.returncode == 8
    run = waiting.stderr.split("usecases jobs attach ")[1].split()[0]
    listed = usecases("jobs", "--json", path=third_party())
    assert [r["status"] for r in json.loads(listed.stdout)] == ["queued"]
    found = finished("jobs", "attach", run, "--json")
    assert found["id"] == run
    assert len(list(folder.glob("*.job"))) == 1


def test_a_changed_setting_is_refused_on_resume(machine: tuple[Path, tuple[str, ...]]) -> None:
    folder, words = machine
    (folder / "machine.json").write_text('{"polls": 2}')
    waiting = usecases(*words, "--detach", path=third_party())
    run = waiting.stderr.split("usecases jobs attach ")[1].split()[0]
    for change, field in [
        (("-p", "layers=3"), "parameters"),
        (("--seed", "1"), "seed"),
        (("-i", "size=5,seed=1"), "instance"),
        (("--train-on", "lightning"), "train_on"),
        (("-s", f"folder={folder}2"), "backend"),
    ]:
        refused = usecases(*words, *change, "--resume", run, path=third_party())
        assert refused.returncode == 2
        assert field in refused.stderr
    assert finished(*words, "--resume", run)["id"] == run


def test_other_work_than_before_is_refused(machine: tuple[Path, tuple[str, ...]]) -> None:
    """As when the code has changed between a kill and the resume."""
    folder, words = machine
    killed(AFTER.format(owner="store.Store", name="submitted"), *words)
    changed = """
import usecases.angles as angles
plain = angles.field
angles.field = lambda cost: 1.01 * plain(cost)
"""
    script = KILLER.format(site=str(third_party()), patch=changed, words=list(words))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "asks for other work" in done.stderr
    assert len(list(folder.glob("*.job"))) == 1


def test_nothing_paid_is_sent_without_a_cap(machine: tuple[Path, tuple[str, ...]]) -> None:
    folder, words = machine
    (folder / "machine.json").write_text('{"price": 0.1, "polls": 0}')
    for cap in ((), ("--max-cost", "4.99")):
        refused = usecases(*words, *cap, path=third_party())
        assert refused.returncode == 7
        assert "5.00 EUR" in refused.stderr
        assert not list(folder.glob("*.job"))
    (folder / "machine.json").write_text('{"price": 0.1, "polls": 0, "secretive": true}')
    refused = usecases(*words, "--max-cost", "9", path=third_party())
    assert refused.returncode == 5
    assert "spool gives no price for this job" in refused.stderr
    assert not list(folder.glob("*.job"))
    (folder / "machine.json").write_text('{"price": 0.1, "polls": 0}')
    assert usecases(*words, "--max-wait", "nan", path=third_party()).returncode == 2
    done = usecases(*words, "--max-cost", "5", path=third_party())
    assert done.returncode == 0, done.stderr
    several = ("compare", *words[1:], "--seeds", "2", "--max-cost")
    assert "5.00 EUR" in usecases(*several, "4.99", path=third_party()).stderr
    assert usecases(*several, "5", path=third_party()).returncode == 0
    assert len(list(folder.glob("*.job"))) == 3


def test_jobs_whose_submission_was_not_confirmed_are_reconciled(
    machine: tuple[Path, tuple[str, ...]],
) -> None:
    folder, words = machine
    killed(AFTER.format(owner=MACHINE, name="submit"), *words)
    done = usecases("jobs", "reconcile", path=third_party())
    (job,) = folder.glob("*.job")
    assert f"is job {job.stem}" in done.stdout
    run = done.stdout.split("of run ")[1].split()[0]
    (folder / "machine.json").write_text('{"polls": 5}')
    cancelled = usecases("jobs", "cancel", run, path=third_party())
    assert f"run {run} is cancelled" in cancelled.stdout
    refused = usecases(*words, "--resume", run, path=third_party())
    assert refused.returncode == 2
    assert "is cancelled" in refused.stderr
    assert usecases("jobs", "cancel", "0000", path=third_party()).returncode == 2
    assert not list(folder.glob("*.job"))


FAILING = """
from usecases.errors import BackendUnavailable
spool = {machine}
plain = spool.collect
def collect(self, job):
    raise BackendUnavailable("the line went dead")
spool.collect = collect
"""


def test_a_job_whose_collection_failed_is_not_sent_again(
    machine: tuple[Path, tuple[str, ...]],
) -> None:
    folder, words = machine
    patch = FAILING.format(machine=MACHINE)
    script = KILLER.format(site=str(third_party()), patch=patch, words=list(words))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert "the line went dead" in done.stderr
    found = finished(*words)
    assert len(list(folder.glob("*.job"))) == 1
    assert found["circuits"]["two_qubit_gates"] > 0
    assert found["score"]["tts99"] > 0
    assert len(json.loads(usecases("jobs", "--json", path=third_party()).stdout)) == 1


def test_a_check_that_costs_is_refused_before_anything_is_sent(
    machine: tuple[Path, tuple[str, ...]],
) -> None:
    folder, _ = machine
    (folder / "machine.json").write_text('{"price": 0.1}')
    done = usecases("check", "backend", "spool", "-s", f"folder={folder}", path=third_party())
    assert done.returncode == 7
    assert not list(folder.glob("*.job"))


def test_improvements_are_counted_without_the_queue() -> None:
    """Ten seconds on a machine count, a hundred in its queue do not, the same when replayed."""
    execute = Executor(None, None)
    execute.improved(3.0)
    execute.machine, execute.queued, execute.inside = 10.0, 100.0, 0.0
    for energy in (2.0, 2.0, 5.0, -1.0):
        execute.improved(energy)
    first, second, third = execute.improvements
    assert [s.energy for s in execute.improvements] == [3.0, 2.0, -1.0]
    assert first.seconds < 10.0 <= second.seconds <= third.seconds < 100.0
    assert third.calls == 0


def test_the_start_of_a_machine_s_process_is_no_work_of_the_run() -> None:
    from qiskit import QuantumCircuit

    from usecases.backends.aer import Aer
    from usecases.programs import SampleCircuits

    class Late(Aer):
        def holds(self) -> int:
            time.sleep(0.5)
            return 2

    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    asked = SampleCircuits((circuit,), 10, 0)
    Executor(Aer(), None)(asked)  # what is imported is there
    executor = Executor(Late(), None)
    executor(asked)
    assert executor.inside > 0.5  # and so no classical work either
    assert executor.compiled + executor.machine < 0.5
