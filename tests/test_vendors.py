"""The door: every vendor's twins through processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from tests import helpers
from usecases import circuits, registry, run
from usecases.cli import cli
from usecases.cli.backends import _installed
from usecases.contracts import Backend
from usecases.errors import BackendUnavailable, Refused, TooLarge, UnknownName, Unreachable
from usecases.programs import SampleCircuits
from usecases.testing import check_backend
from usecases.vendors import environments, versions
from usecases.vendors.catalogue import Vendor, vendor, vendors
from usecases.vendors.door import Door
from usecases.vendors.failures import failure
from usecases.vendors.machine import Cloud, Twin
from usecases.vendors.process import Process

TWINS = {
    "ibm": "ibm/fake_manila",
    "iqm": "iqm/fake_adonis",
    "aqt": "aqt/offline_noisy",
    "braket": "braket/braket_sv",
    "dwave": "dwave/mock_pegasus",
    "qdk": "qdk/sparse",
    "quantinuum": "quantinuum/H1-1LE",
}
"""A small twin of each vendor that has one."""


def ready(name: str) -> Backend:
    """The twin, where its vendor is installed."""
    helpers.needs(name.partition("/")[0])
    return registry.backend(name)


@pytest.mark.parametrize("name", TWINS.values())
def test_a_twin_keeps_the_contract(name: str) -> None:
    assert check_backend(ready(name)) == []


def test_every_vendor_has_a_list_of_pins() -> None:
    assert set(TWINS) <= set(vendors())
    for of in vendors().values():
        assert of.pins
        assert all("==" in pin for pin in of.pins), of.name
        assert of.examples


def test_two_vendors_whose_packages_conflict_answer_in_one_session() -> None:
    names = ("ibm/fake_manila", "iqm/fake_adonis")
    machines = [ready(name) for name in names]
    records = [run("ground_state", "demo", "vqe", machine, shots=200) for machine in machines]
    assert tuple(r.backend for r in records) == names
    assert {r.source for r in records} == {"simulated"}
    ibm, iqm = (r.provenance["sdk"].split(" ")[0] for r in records)
    assert (ibm, iqm) == ("qiskit-ibm-runtime", "iqm-client")
    one, other = records
    assert (one.instance.sha256, one.seed) == (other.instance.sha256, other.seed)
    assert one.score.reference.value == other.score.reference.value
    assert one.score.stderr
    assert {"vendor", "device"}.isdisjoint(one.backend_settings)


def test_what_does_not_fit_is_refused_before_anything_is_sent() -> None:
    from qiskit import QuantumCircuit

    machine = ready("ibm/fake_manila")
    assert isinstance(machine, Twin)
    assert machine.holds() == 5
    with pytest.raises(TooLarge, match="ibm/fake_manila"):
        run("vehicle_routing", "demo", "qaoa", machine)
    circuit = QuantumCircuit(2, 2)
    circuit.measure(0, 0)
    circuit.reset(0)
    machine.check(SampleCircuits((circuit,), 10, 0))  # this machine can do it


def test_unknown_names_are_answered_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="ibm/fake_manila"):
        registry.backend("ibm/fake_manilla").holds()
    with pytest.raises(UnknownName, match=r"Did you mean .*ibm"):
        registry.backend("imb/fake_manila")


def test_what_is_no_twin_is_a_machine_of_the_cloud() -> None:
    machine = registry.backend("ibm/ibm_fez")
    assert isinstance(machine, Cloud)
    assert isinstance(machine, Door)


def test_a_cloud_s_limit_of_circuits_splits_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    from qiskit import QuantumCircuit

    said: dict[str, int] = {"most_circuits": 2}
    monkeypatch.setattr("usecases.vendors.door.described", lambda vendor, device: said)
    machine = registry.backend("ibm/ibm_fez")
    assert isinstance(machine, Cloud)
    program = SampleCircuits(tuple(QuantumCircuit(1, 1) for _ in range(5)), (1, 2, 3, 4, 5), 0)
    assert [part.each for part in machine.split(program).parts] == [(1, 2), (3, 4), (5,)]
    said.clear()
    assert machine.split(program).parts == (program,)
    said |= {"most_circuits": 2, "equal_shots": True}
    program = SampleCircuits(program.circuits, (7, 7, 7, 8, 7), 3)
    split = machine.split(program)
    assert [part.each for part in split.parts] == [(7, 7), (7,), (8,), (7,)]
    assert split.joined([["a", "b"], ["c"], ["d"], ["e"]]) == ["a", "b", "c", "d", "e"]


@pytest.fixture
def own(tmp_path: Path) -> Vendor:
    """A vendor whose machine misbehaves in every way that it is asked to."""
    (tmp_path / "bad.txt").write_text("nothing==1\n")
    path = tmp_path / "bad.py"
    path.write_text(BAD)
    return Vendor("bad", path, "Bad", "circuits", "json", ("",), ("x",), ("BAD_TOKEN",), "free")


BAD = """
import os, sys, time
from adapter import Adapter, Told
def open(device, settings):
    return Bad()
class Bad(Adapter):
    def die(self): os._exit(9)
    def complain(self):
        print("x\\n" * 100_000, "\\033[31mno room for", os.environ["BAD_TOKEN"], file=sys.stderr)
        os.kill(os.getpid(), 11)
    def hang(self): time.sleep(60)
    def print(self): print("noise"); sys.stdout.flush(); return "heard"
    def seen(self): return sorted(os.environ)
    def tell(self, kind): raise Told(kind, "no", 3.0)
    def hashed(self): return hash("gate")
    def err(self): [][1]
    def large(self): return "x" * (70 << 20)
    def eat(self): return len(bytearray(64 << 30))
"""


def test_a_process_that_dies_is_started_again(own: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAD_TOKEN", "x")
    monkeypatch.setenv("OTHER_TOKEN", "y")
    process = Process(own)
    try:
        assert process.ask("d", {}, "print") == "heard"
        with pytest.raises(Unreachable, match="ended while it worked"):
            process.ask("d", {}, "die")
        monkeypatch.setenv("BAD_TOKEN", "canary-of-bad")
        process.close()
        with pytest.raises(Unreachable, match=r"signal SIGSEGV; .*\?\[31mno room for") as died:
            process.ask("d", {}, "complain")
        assert "canary" not in str(died.value)
        assert len(str(died.value)) < 2000
        seen = process.ask("d", {}, "seen")
        assert "BAD_TOKEN" in seen
        assert "OTHER_TOKEN" not in seen
        with pytest.raises(BackendUnavailable, match="too large"):
            process.ask("d", {}, "large")
        with pytest.raises(TooLarge, match="no memory left"):
            process.ask("d", {}, "eat")
        hashed = process.ask("d", {}, "hashed")
        assert process._child
        os.kill(process._child.pid, signal.SIGKILL)
        process._child.wait()
        assert process.ask("d", {}, "print") == "heard"
        assert process.ask("d", {}, "hashed") == hashed  # equal seeds compile to equal circuits
    finally:
        process.close()


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("Refused", "choose another machine"),
        ("Unreachable", "the same command again"),
        ("JobFailed", "See at the vendor"),
        ("TooLarge", "smaller instance"),
        ("BackendUnavailable", "usecases backends"),
        ("AuthenticationFailed", "Set BAD_TOKEN"),
        ("MissingExtra", "usecases backends add bad"),
    ],
)
def test_what_a_vendor_tells_says_what_to_do_next(own: Vendor, kind: str, then: str) -> None:
    """Every error of a vendor's names the machine and ends in a next step."""
    error = failure(own, "d", {"kind": kind, "what": "no", "retry_after": 3.0})
    assert type(error).__name__ in (kind, "BackendUnavailable")
    assert then in error.hint
    if isinstance(error, Refused | Unreachable):
        assert error.retry_after == 3.0


def test_an_error_that_a_vendor_does_not_expect_is_told_with_its_place(own: Vendor) -> None:
    process = Process(own)
    with pytest.raises(BackendUnavailable, match=r"bad/d: IndexError.*bad\.py:\d+.*check bad/d"):
        process.ask("d", {}, "err")
    with pytest.raises(Refused, match="bad/d: no"):
        process.ask("d", {}, "tell", "Refused")
    process.close()


def test_a_process_that_hangs_is_given_up(own: Vendor) -> None:
    process = Process(own, seconds=1.0)
    with pytest.raises(Unreachable, match="no answer within 1 s"):
        process.ask("d", {}, "hang")
    process.close()


def test_a_process_ends_with_whoever_asked(own: Vendor, tmp_path: Path) -> None:
    asking = f"""
from pathlib import Path
from usecases.vendors.catalogue import Vendor
from usecases.vendors.process import Process, process
of = Vendor("bad", Path({str(own.path)!r}), "", "circuits", "json", ("",), (), (), "free")
process = Process(of)
process.ask("d", {{}}, "print")
print(process._child.pid, flush=True)
process.ask("d", {{}}, "hang")
"""
    with subprocess.Popen([sys.executable, "-c", asking], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
    gone, alive = psutil.wait_procs([psutil.Process(child)], timeout=10)
    assert gone
    assert not alive


def test_an_environment_is_made_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USECASES_VENDORS", str(tmp_path / "vendors"))
    (tmp_path / "v.txt").write_text("no-such-package-of-anybody==0.0.0\n")
    path = tmp_path / "v.py"
    of = Vendor("v", path, "V", "circuits", "no_such_package", (), ("x",), (), "free")
    with pytest.raises(BackendUnavailable, match="usecases backends add v"):
        environments.python(of)
    with pytest.raises(BackendUnavailable, match="could not be made"):
        environments.add(of)
    assert not list((tmp_path / "vendors").iterdir())
    (tmp_path / "v.txt").write_text("# nothing but Python\n")
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    for maker in (dead.pid, os.getpid()):
        (tmp_path / "vendors" / f".v-{maker}-half").mkdir()
    environments.add(of)
    assert [p.name for p in (tmp_path / "vendors").glob(".v-*")] == [f".v-{os.getpid()}-half"]
    assert environments.made(of) == tmp_path / "vendors" / "v" / "bin" / "python"
    assert environments.remove(of)
    assert environments.made(of) is None


def test_the_command_lists_vendors_without_asking_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    for of in vendors().values():
        for name in of.credentials:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("usecases.vendors.process._started", None)  # whoever asks starts one
    done = CliRunner().invoke(cli, ["backends", "--json"])
    found = {told["name"]: told for told in json.loads(done.output)}
    assert found["ibm"]["credentials"] == {"QISKIT_IBM_TOKEN": None}
    assert found["ibm"]["queue"] == {"ibm/ibm_fez": "not asked"}
    assert "ibm/fake_manila" in found["ibm"]["twins"]
    assert "ibm/fake_manila" in CliRunner().invoke(cli, ["list", "backends"]).output


@pytest.mark.parametrize(
    ("version", "told"), [("1.0.0", ""), ("0.9", ", not tested: usecases backends add mine")]
)
def test_only_versions_out_of_the_tested_range_are_complained_of(
    version: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("# tested: 1.0.0 to 1.10\nmine==1.2\n")
    of = Vendor(
        "mine", tmp_path / "mine.py", "M", "circuits", "mine", (), ("x",), ("NO_SUCH_KEY",), "free"
    )
    place = tmp_path / "mine" / "bin"
    place.mkdir(parents=True)
    (place / "python").touch()
    (place.parent / environments.MADE).write_text(f"# tested: 0.1 to 0.2\nmine=={version}\n")
    monkeypatch.setenv("USECASES_VENDORS", str(tmp_path))
    monkeypatch.setattr("usecases.vendors.catalogue.vendors", lambda: {"mine": of})
    (found,) = json.loads(CliRunner().invoke(cli, ["backends", "--json"]).output)
    assert (found["pinned"], found["tested"]["range"]) == ("1.2", "1.0.0 to 1.10")
    assert found["tested"]["installed"] == (not told)
    assert _installed(found) == version + told


def test_a_version_is_in_a_range_by_its_numbers_not_by_its_letters() -> None:
    told = versions.tested("# tested: 0.9.0 to 0.10.2\nx==0.10.1\n", "0.10.1")
    assert str(told) == "0.9.0 to 0.10.2"
    assert [v for v in ("0.8", "0.9.0", "0.10.0", "0.10.2", "0.10.3", "unknown") if v in told] == [
        "0.9.0",
        "0.10.0",
        "0.10.2",
    ]
    assert str(versions.tested("x==1.2\n", "1.2")) == "1.2 only"


def test_an_installation_without_vendors_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("usecases.vendors.catalogue.vendors", dict)
    for words in (["backends"], ["run", "ground_state", "-b", "ibm/fake_manila"]):
        done = CliRunner().invoke(cli, words)
        assert "older than its code" in str(done.exception)


def test_a_package_that_is_importable_here_goes_through_the_door_all_the_same() -> None:
    of = vendor("ibm")
    if environments.made(of) or not environments.importable(of):
        pytest.skip("this environment has no package of IBM's, or IBM has one of its own")
    asked = """
import sys
from usecases import registry
from usecases.vendors.process import process
assert registry.backend("ibm/fake_manila").holds() == 5
assert process("ibm")._child.args[0] == sys.executable
print(sorted(name for name in sys.modules if name.startswith(("qiskit_ibm", "qiskit."))))
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_show_knows_machines_and_offers_names_of_every_kind() -> None:
    def shown(name: str) -> str:
        done = CliRunner().invoke(cli, ["show", name])
        return done.output + str(done.exception or "")

    assert "IBM Quantum fake_manila · offline twin" in shown("ibm/fake_manila")
    assert "-s optimization_level" in shown("ibm/fake_manila")
    assert "optimization_level" not in shown("dwave/mock_pegasus")
    assert "not among its examples" in shown("ibm/fake_manilla")
    assert "Did you mean qaoa" in shown("qaoaa")
    assert "Did you mean ibm/fake_manila" in shown("imb/fake_manila")
    assert "Did you mean ibm" in str(UnknownName("vendor", "IBM", ["ibm", "iqm"]))
    assert "logistics/vehicle_routing" in shown("vehicle_routng")


def test_a_circuit_that_is_too_wide_is_told_what_its_user_can_do(tmp_path: Path) -> None:
    ready("ibm/fake_manila")
    file = tmp_path / "wide.qasm"
    file.write_text("OPENQASM 3.0;\nqubit[9] q;\nbit[9] c;\nc = measure q;\n")
    for words in (["-n"], []):
        done = CliRunner().invoke(cli, ["circuit", str(file), "-b", "ibm/fake_manila", *words])
        assert isinstance(done.exception, TooLarge)
        assert "machine of more qubits" in str(done.exception)
        assert "exact" not in str(done.exception)


def test_a_delay_is_refused_by_a_machine_that_lists_none(tmp_path: Path) -> None:
    ready("qdk/sparse")
    file = tmp_path / "waits.qasm"
    file.write_text("OPENQASM 3.0;\nqubit q;\nbit c;\ndelay[100ns] q;\nc = measure q;\n")
    done = CliRunner().invoke(cli, ["circuit", str(file), "-b", "qdk/sparse"])
    assert isinstance(done.exception, BackendUnavailable)
    assert "cannot do a delay" in str(done.exception)


def test_a_dry_run_refuses_what_the_run_would() -> None:
    ready("ibm/fake_manila")
    done = CliRunner().invoke(cli, ["run", "vehicle_routing", "-b", "ibm/fake_manila", "-n"])
    assert isinstance(done.exception, TooLarge)


def test_qdk_refuses_the_conditions_that_it_reads_in_reverse(tmp_path: Path) -> None:
    ready("qdk/sparse")
    text = (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nx q[0];\n'
        "c[0] = measure q[0];\nif (CONDITION) { x q[1]; }\nc[1] = measure q[1];\n"
    )
    file = tmp_path / "conditional.qasm"
    for condition, code in (("c == 1", 5), ("c[0]", 0)):
        file.write_text(text.replace("CONDITION", condition))
        words = ("circuit", str(file), "-b", "qdk/sparse", "--shots", "20")
        told = helpers.usecases(*words)
        assert told.returncode == code
        assert ("in reverse" if code else "│ 11") in told.stdout + told.stderr


def test_half_turns_leave_the_state_that_they_should(tmp_path: Path) -> None:
    """qdk 1.33 has rx(π) wrong beside ry, which compiled conditional gates hold."""
    ready("qdk/sparse")
    file = tmp_path / "half.qasm"
    file.write_text(
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[3] c;\n'
        "x q[2]; c[2] = measure q[2];\n"
        "ry(0.7) q[0]; rx(pi) q[0]; ry(0.7) q[0]; c[0] = measure q[0];\n"
        "ry(0.7) q[1]; if (c[2]) { rx(-pi) q[1]; } ry(0.7) q[1]; c[1] = measure q[1];\n"
    )
    record = circuits.run(circuits.prepare(file, "qdk/sparse", shots=200, seed=1))
    assert dict(record.tallies[0].counts) == {"111": 200}
