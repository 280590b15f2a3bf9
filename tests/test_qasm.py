"""Circuits from users: what is too large or strange is refused before it can do harm."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.quantum_info import Operator

from usecases.errors import BadInstance, TooLarge, UsecasesError
from usecases.qasm import parse as parsing
from usecases.qasm.parse import parse, read
from usecases.qasm.scan import scan

V3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
V2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
TEN = "".join(f"gate g{k} a {{{f' g{k - 1} a;' * 10}}}\n" for k in range(1, 19))
BOMB = V2 + "qreg q[1];\ngate g0 a { x a; }\n" + TEN + "g18 q[0];"

TOO_LARGE = {
    "nested gates": BOMB,
    "a wide register": V3 + "qubit[100000000] q;",
    "many registers": V3 + "".join(f"qubit[100] q{k}; " for k in range(11)),
    "many bits": V2 + "creg c[100000];",
    "a long loop": V3 + "qubit q; for int i in [0:1000000000] { x q; }",
    "an empty long loop": V3 + "qubit q; for int i in [0:1000000000] { }",
    "loops in loops": V3 + "qubit q; " + "for int i in [0:99] { " * 5 + "x q;" + "}" * 5,
    "a power": V3 + "qubit q; pow(1000000) @ x q;",
    "powers of powers": V3 + "qubit q; " + "pow(9e300) @ " * 5000 + "x q;",
    "single qubits": V3 + "qubit[1000] q; " + "x q[1];" * 60_000 + "x q[1:2];" * 41,
    "whole registers": V3 + "qubit[1000] q; " + "x q;" * 101,
    "much text": V3 + " " * (1 << 20),
}
STRANGE = {
    "nothing": "",
    "no version": "qubit q;",
    "another version": "OPENQASM 4.0;",
    "a file": V3 + 'include "/etc/passwd";',
    "a file of version 2": 'OPENQASM 2.0; include "../qelib1.inc";',
    "an endless loop": V3 + "qubit q; bit c; while (true) { x q; }",
    "a loop without bounds": V3 + "qubit q; for int i in [0:n] { x q; }",
    "a subroutine": V3 + "def f(qubit a) { x a; }",
    "pulses": V3 + "defcal x q { }",
    "a pragma": V3 + "pragma take /* this",
    "an annotation": V3 + "qubit q;\n@note {\nx q;",
    "inputs": V3 + "input angle t;",
    "deep brackets": V3 + "qubit q; rx(" + "(" * 500 + "1" + ")" * 501 + " q;",
    "deep conditions": V3 + "qubit q; bit c; " + "if (c) " * 500 + "x q;",
    "an open bracket": V3 + "qubit q; if (true) { x q;",
    "an open comment": V3 + "/* " * 100_000,
    "an open text": V3 + '"' * 100_000,
    "many marks": V3 + "@" * 500_000,
    "a sign": V3 + "qubit q; \0",
    "no end": V3 + "qubit q; x q",
    "an unknown gate": V3 + "qubit q; nosuch q;",
    "an opaque gate": V2 + "opaque my a; qreg q[1]; my q[0];",
    "a gate of itself": V2 + "gate g a { g a; } qreg q[1]; g q[0];",
    "infinity": V3 + "qubit q; rx(1e400) q;",
    "a division by zero": V3 + "qubit q; rx(1/0) q;",
}


WORDS = {
    V3 + "qubit q; bit c; rx(1e400) q;": "an angle of 'rx' is no finite number",
    V3 + "bit c;": "it declares no qubit",
}


@pytest.mark.parametrize("text", WORDS)
def test_the_reason_is_told_in_the_words_of_circuits(text: str) -> None:
    with pytest.raises(BadInstance, match=WORDS[text]):
        parse(text)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_parsed(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(TooLarge, match="at most"):
        scan(TOO_LARGE[name])
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_strange_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(BadInstance) as refused:
        parse(STRANGE[name])
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_what_is_parsed_is_the_circuit_that_was_written() -> None:
    text = V3 + (
        "gate mine(a) p, r { rx(a) p; ctrl @ h p, r; inv @ s p; pow(2) @ t r; }\n"
        "qubit[3] q; let pair = q[0:1]; mine(pi/3) q[0], q[2]; h pair;\n"
        "for int i in [0:2] { rz(i * 0.1) q[1]; }\n"
        "negctrl @ x q[0], q[1]; ctrl(2) @ z q[0], q[1], q[2]; U(1, 2, 3) q[0];"
    )
    written = QuantumCircuit(3)
    written.append(qasm3.loads(text.replace("for int i in [0:2] { rz(i * 0.1) q[1]; }",
                                            "rz(0.3) q[1];")), range(3))  # fmt: skip
    assert Operator(parse(text)).equiv(Operator(written))
    text = V2 + "gate two a { h a; t a; } qreg q[2]; two q; u3(1,2,3) q[0]; rzz(0.4) q[0],q[1];"
    legacy = qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    assert Operator(parse(text)).equiv(Operator(legacy))


def test_branches_and_registers_are_kept() -> None:
    found = parse(
        V3 + "qubit[2] q; bit[2] a; bit d; x q[0]; a = measure q; d = measure q[0];\n"
        "if (a == 1) { x q[1]; } else { h q[1]; }\nif (!d) x q[0]; a[1] = measure q[1];"
    )
    assert [(r.name, r.size) for r in found.cregs] == [("a", 2), ("bit2", 1)]
    from qiskit_aer import AerSimulator

    assert AerSimulator().run(found, shots=20).result().get_counts() == {"1 11": 20}


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are those of POSIX")
def test_the_child_has_little_memory_no_files_and_no_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the scan would refuse is handed to the child all the same."""
    monkeypatch.setattr(parsing, "scan", lambda text: 3 if "3.0" in text[:15] else 2)
    monkeypatch.setenv("SOME_TOKEN", "canary")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "qiskit.py").write_text("raise SystemExit('a file beside the circuit was run')")
    (tmp_path / "other.inc").write_text("gate stolen a { x a; }")
    with pytest.raises(UsecasesError):
        parse(V2 + "qreg q[2000000000]; h q;")
    for text in (V2 + 'include "other.inc";', f'OPENQASM 2.0; include "{tmp_path}/other.inc";'):
        with pytest.raises(BadInstance, match=r"other\.inc"):
            parse(text)
    assert not {"SOME_TOKEN", "HOME"} & {*parsing.environment()}


def test_a_file_is_read_within_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "c.qasm"
    with pytest.raises(BadInstance, match="No such file"):
        read(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadInstance, match="UTF-8"):
        read(path)
    os.truncate(path, 1 << 21)
    with pytest.raises(TooLarge, match="more than"):
        read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "c.qasm"
    os.mkfifo(path)
    with pytest.raises(BadInstance, match="no regular file"):
        read(path)
