"""A vendor of one's own: what is told of a file that is wrong, and of a machine that tells all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from usecases.errors import BackendUnavailable, JobFailed, UsageError, UsecasesError
from usecases.testing import _guarded
from usecases.vendors import door
from usecases.vendors.answers import checked
from usecases.vendors.catalogue import Vendor, _folders, _read
from usecases.vendors.machine import Cloud
from usecases.vendors.process import Process
from usecases.vendors.queues import _asked

WHOLE = {
    "TITLE": '"Mine"',
    "WORK": '"circuits"',
    "PACKAGE": '"json"',
    "EXAMPLES": '("all",)',
    "CREDENTIALS": '("MINE_TOKEN",)',
    "PRICE": '"free"',
}

TELLING = '''
import os
from adapter import Adapter, Told
def open(device, settings):
    return Telling()
class Telling(Adapter):
    """Repeats its token wherever a machine can say something."""
    words = {"odd": "failed"}
    token = os.environ["MINE_TOKEN"]
    def describe(self): return {"source": "hardware", "gates": [self.token]}
    def estimate(self, work):
        return {"amount": 0.0, "currency": "EUR", "basis": "free", "source": self.token}
    def submit(self, work, tag): return f"job-{self.token}"
    def find(self, tag): raise ValueError(f"input_value={self.token[7:]}, input_type=")
    def status(self, job): return f"odd {self.token}", f"why {self.token}"
    def collect(self, job): raise Told("JobFailed", f"Authorization: Bearer {self.token}")
    def billed(self, job): return float("nan")
    def queue(self): return f"3 before {self.token}"
    def provenance(self):
        return {"login": "eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJjYW5hcnkifQ.c2lnbmF0dXJl"}
'''


def file(folder: Path, said: dict[str, str], pins: str = "mine==1.0\n", code: str = "") -> Path:
    (folder / "mine.txt").write_text(pins)
    path = folder / "mine.py"
    path.write_text("".join(f"{name} = {value}\n" for name, value in said.items()) + code)
    return path


@pytest.mark.parametrize(
    ("said", "pins", "told"),
    [
        (WHOLE | {"TITLE": '"Mine'}, "mine==1.0\n", r"mine\.py cannot be read .*line 1"),
        ({"TITLE": '"Mine"'}, "mine==1.0\n", r"mine\.py does not declare WORK"),
        (WHOLE | {"WORK": '"pulses"'}, "mine==1.0\n", r"mine\.py has another WORK"),
        (WHOLE | {"EXAMPLES": "3"}, "mine==1.0\n", r"mine\.py cannot be read"),
        (WHOLE, "# nothing yet\n", r"mine\.txt does not begin with NAME==VERSION"),
        (WHOLE, "mine\n", r"mine\.txt does not begin with NAME==VERSION"),
    ],
)
def test_a_vendor_s_file_that_is_wrong_is_named(
    tmp_path: Path, said: dict[str, str], pins: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told) as wrong:
        _read(file(tmp_path, said, pins))
    assert "docs/backends.md" in wrong.value.hint


def test_a_package_of_vendors_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"no_such_package\.vendors"):
        _folders("no_such_package.vendors")


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The process of a vendor whose machine repeats its token."""
    monkeypatch.setenv("MINE_TOKEN", "canary-of-mine")
    of: Vendor = _read(file(tmp_path, WHOLE, code=TELLING))
    found = Process(of)
    monkeypatch.setattr(door, "process", lambda name: found)
    monkeypatch.setattr(door, "vendor", lambda name: of)
    yield found
    found.close()


def test_nothing_that_a_machine_says_holds_its_token(process: Process) -> None:
    machine = Cloud(vendor="mine", device="all")
    words = [str(machine.described), str(machine.status("job")), _asked(process, "all")]
    words += [str(machine.ask("estimate", {})), machine.ask("submit", {}, "tag")]
    words += [str(machine.provenance())]
    for ask in (machine.collect, machine.find):
        with pytest.raises(UsecasesError) as told:
            ask("job")
        words.append(str(told.value))
    assert [word for word in words if "[secret]" not in word] == words[-1:]
    assert not [word for word in words if "canary" in word or "of-mine" in word or "eyJ" in word]
    (found,) = _guarded(lambda: iter([_raised()]), "check")
    assert found == "check: raises ValueError: told [secret]"


def _raised() -> str:
    raise ValueError("told canary-of-mine")


def test_an_answer_that_is_no_json_fails_and_ends_no_process(process: Process) -> None:
    process.ask("all", {}, "queue")
    begun = process._child
    with pytest.raises(JobFailed, match=r"cannot be written as JSON: Out of range"):
        process.ask("all", {}, "billed", "job")
    assert process._child is begun


@pytest.mark.parametrize(
    ("verb", "answer", "told"),
    [
        ("describe", {"qubits": 3}, "source: Field required"),
        ("run", {"value": []}, "machine: Field required"),
        ("collect", {"machine": 0.0, "value": [], "provenance": {"a": 1}}, "provenance: a: .*str"),
        ("submit", "", ".*at least 1 character"),
        ("said", {"words": {}, "word": None, "reason": ""}, "word: .*string"),
    ],
)
def test_an_answer_of_another_kind_is_told_with_its_place(
    verb: str, answer: Any, told: str
) -> None:
    with pytest.raises(BackendUnavailable, match=rf"mine/x gives .* to {verb} \({told}"):
        checked("mine/x", verb, answer)
