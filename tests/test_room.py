"""The check of a computer before a workshop: what is found, and what is chosen instead."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, usecases
from usecases import checkup, doctor


def test_this_computer_is_ready_within_five_seconds_of_work() -> None:
    before = sum(os.times()[2:4])
    found = json.loads(usecases("doctor", "--workshop", "--json").stdout)
    assert sum(os.times()[2:4]) - before < 5
    assert {c["name"]: c["state"] for c in found["checks"]}["simulator"] in ("green", "amber")
    assert found["level"] == "simulate"


def test_every_check_that_is_not_green_names_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "ROOMY", 2**60)
    tight = doctor()
    assert (tight.state, tight.level, tight.instance) == ("amber", "simulate", "demo")
    monkeypatch.setattr(checkup, "TIGHT", 2**60)
    monkeypatch.setenv("USECASES_HOME", str(ROOT / "pyproject.toml"))
    worst = doctor()
    assert (worst.state, worst.level, worst.instance) == ("red", "replay", "demo")
    assert {c.name for c in worst.checks if c.state == "red"} == {"memory", "disk"}
    assert all(c.fallback for c in worst.checks if c.state != "green")
    shown = worst._repr_html_()
    assert "red" in shown and "USECASES_HOME" in shown and "→ stored runs" in shown


def test_a_container_has_the_memory_that_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "CONTAINER", tmp_path)
    plain = checkup.free_memory()
    (tmp_path / "memory.current").write_text(f"{300 * 2**20}\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert checkup.free_memory() > plain / 2
    (tmp_path / "memory.max").write_text(f"{800 * 2**20}\n")
    assert checkup.free_memory() == 500 * 2**20


def test_the_network_is_tried_only_when_asked() -> None:
    assert "network" not in {c.name for c in doctor().checks}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert doctor(f"127.0.0.1:{port}").level == "live"
    closed = doctor(f"127.0.0.1:{port}")
    assert (closed.state, closed.level) == ("red", "simulate")
    assert usecases("doctor", "--reach", "127.0.0.1").returncode == 2


def test_a_broken_simulator_leaves_the_stored_runs() -> None:
    script = (
        "import sys; sys.modules['qiskit_aer'] = None\n"
        "from usecases import doctor; found = doctor()\n"
        "print(found.level, found.state, found.instance)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["replay", "red", "demo"]


def test_the_container_copies_what_there_is() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    words = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"}
    lines = re.sub(r"\\\n|^#.*\n", "", text, flags=re.M).split("\n")
    assert {line.split()[0] for line in lines if line.strip()} == words
    copied = [w for line in lines if line.startswith("COPY") for w in line.split()[2:-1]]
    assert len(copied) > 6
    assert all((ROOT / name).exists() for name in copied)
    editor = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert (
        ROOT / ".devcontainer" / editor["build"]["dockerfile"]
    ).resolve() == ROOT / "Containerfile"
    assert f"useradd --create-home {editor['remoteUser']}" in text
