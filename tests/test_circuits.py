"""Circuits of one's own: runs with records, on local and on remote machines, side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import third_party, usecases
from usecases.beside import distance, split
from usecases.circuit_record import CircuitRecord, Tally
from usecases.circuits import prepare, run
from usecases.cli import _outcome

BELL = """OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q; bit[2] a; bit[1] b;
x q[2]; h q[0]; cx q[0], q[1];
a[0] = measure q[0]; a[1] = measure q[1]; b[0] = measure q[2];
"""


@pytest.fixture
def bell(tmp_path: Path) -> Path:
    path = tmp_path / "bell.qasm"
    path.write_text(BELL)
    return path


def said(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command, run in this process."""
    capfd.readouterr()
    code = _outcome([str(word) for word in words])
    found = capfd.readouterr()
    return code, found.out, found.err


def test_machines_stand_side_by_side_and_each_run_is_kept(
    bell: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machines = ("-b", "aer", "-b", "aer noise=manila")
    code, out, err = said(capfd, "circuit", bell, *machines, "--shots", 4000)
    assert code == 0, err
    assert "1 11" in out
    assert "total variation distance" in out
    listed = json.loads(said(capfd, "jobs", "--json")[1])
    assert [(r["usecase"], r["instance"], r["status"]) for r in listed] == [
        ("circuit", "bell.qasm", "done")
    ] * 2
    shown = said(capfd, "jobs", "show", listed[1]["id"], "--json")[1]
    ideal = CircuitRecord.model_validate_json(shown)
    assert ideal.digest == ideal.content_hash()
    (tally,) = ideal.tallies
    assert tally.text == BELL
    assert set(tally.counts) == {"100", "111"}
    assert all(low < 0.5 < high for low, high in tally.intervals.values())
    assert "aer (noise=manila)" in said(capfd, "circuit", bell, "--beside", listed[0]["id"])[1]
    assert said(capfd, "verify", listed[0]["id"])[0] == 0


@pytest.mark.parametrize(
    ("text", "words", "code", "says"),
    [
        ("OPENQASM 3.0; qubit q; nosuch q;", (), 3, "bad.qasm: circuit:"),
        ('OPENQASM 3.0; include "/etc/passwd";', (), 3, "bad.qasm: line 1: no file is included"),
        ("OPENQASM 2.0; qreg q[2000];", (), 4, "2,000 qubits"),
        ("OPENQASM 3.0; qubit q; U(1,2,3) q;", (), 3, "measures nothing"),
        (BELL, ("-b", "neal"), 5, "neal cannot run"),
        (BELL, ("-b", "aer noise=nosuch"), 2, "nosuch"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    text: str,
    words: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    path = tmp_path / "bad.qasm"
    path.write_text(text)
    found, out, err = said(capfd, "circuit", path, *words)
    assert found == code, err
    assert not out
    assert says in err
    assert len([line for line in err.splitlines() if line.startswith("usecases:")]) == 1


def test_a_queued_circuit_is_attached_to_and_cancelled(bell: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "machine.json").write_text('{"polls": 3, "price": 0.001}')
    words = ("circuit", bell, "-b", f"spool folder={folder}", "--max-wait", 0)
    path = third_party()
    priced = usecases(*words, "--dry-run", "--json", path=path)
    assert json.loads(priced.stdout)["cost"] == 1.0
    (folder / "machine.json").write_text('{"polls": 3, "price": 0.001, "secretive": true}')
    assert json.loads(usecases(*words, "-n", "--json", path=path).stdout)["cost"] is None
    assert usecases(*words, "--max-cost", 1, path=path).returncode == 5
    (folder / "machine.json").write_text('{"polls": 3, "price": 0.001}')
    assert usecases(*words, path=path).returncode == 7
    other = tmp_path / "other"
    queued = usecases(*words, "-b", f"spool folder={other}", "--max-cost", 1, path=path)
    assert queued.returncode == 8, queued.stderr
    assert len([*folder.glob("*.job")]) == len([*other.glob("*.job")]) == 1  # both are sent
    identity = queued.stderr.split(", of ")[1].split(",")[0]
    done = usecases("jobs", "attach", identity, "--json", path=path)
    assert done.returncode == 0, done.stderr
    assert len([*folder.glob("*.job")]) == 1  # never a second time
    record = CircuitRecord.model_validate_json(done.stdout)
    assert sum(record.tallies[0].counts.values()) == 1000
    assert usecases(*words, "--max-cost", 1, "--seed", 1, path=path).returncode == 8
    second = json.loads(usecases("jobs", "--json", path=path).stdout)[0]["id"]
    assert usecases("jobs", "cancel", second, path=path).returncode == 0
    assert len([*folder.glob("*.job")]) == 1


def test_the_same_seed_gives_the_same_counts(bell: Path) -> None:
    one, two, other = (
        run(prepare(bell, "aer", settings={"noise": "manila"}, seed=seed)) for seed in (0, 0, 1)
    )
    assert one.tallies == two.tallies
    assert one.tallies != other.tallies
    apart = distance(one.tallies[0], other.tallies[0])
    assert 0 < apart.seen < 3 * apart.by_chance


def test_registers_are_split_as_they_were_declared() -> None:
    assert split("100", (("a", 2), ("b", 1))) == "1 00"
    tally = Tally.of("text", (("c", 1),), {"0": 3, "1": 7})
    assert [*tally.counts] == ["1", "0"]


def test_counts_that_no_wrapper_mitigates_say_so(bell: Path) -> None:
    plain, wrapped = (
        usecases("circuit", str(bell)),
        usecases(*("circuit", str(bell), "-b", "readout machine=aer machine.noise=manila")),
    )
    assert wrapped.returncode == 0, wrapped.stderr
    assert "readout mitigates expectation values; these counts are as" in wrapped.stdout
    assert "warning" not in plain.stdout


def test_a_wrapper_is_shown_with_the_machine_that_it_wraps(
    bell: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, out, err = said(capfd, "circuit", bell, "-b", "readout machine=aer", "--shots", 10)
    assert "readout (machine=aer): warning: mitigation" in out, err
