"""What docs/circuits.md says to do is done, word for word."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from tests.helpers import ROOT
from usecases.circuits import prepare, run
from usecases.cli import cli
from usecases.pennylane_device import UsecasesDevice

TEXT = (ROOT / "docs" / "circuits.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S) for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_of_the_page_work(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    words = shlex.split(line)
    assert words[0] == "usecases"
    done = CliRunner().invoke(cli, words[1:], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_the_teleported_state_is_undone() -> None:
    record = run(prepare(ROOT / "docs" / "circuits" / "teleport.qasm", shots=500))
    assert {key[0] for key in record.tallies[0].counts} == {"0"}
    assert len(record.tallies[0].counts) == 4


def test_the_qnode_of_the_page_works(monkeypatch: pytest.MonkeyPatch) -> None:
    import pennylane

    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    plain = pennylane.device
    monkeypatch.setattr(
        pennylane,
        "device",
        lambda name, **how: UsecasesDevice(**how) if name == "usecases" else plain(name, **how),
    )
    space: dict[str, object] = {}
    exec(compile(code, "circuits.md", "exec"), space)  # noqa: S102 - our own page
    device = space["device"]
    assert isinstance(device, UsecasesDevice)
    assert device.runs
