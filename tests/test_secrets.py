"""Secrets: canaries are pushed through every path, and found nowhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest

from tests.helpers import ROOT, usecases
from usecases import secrets
from usecases.disguises import HIDDEN
from usecases.errors import AuthenticationFailed, BadInstance, UsageError
from usecases.store import home
from usecases.vendors import process
from usecases.vendors.catalogue import vendor

IN_ENV, IN_FILE = 'canary-e"nv/7f3a9c', "canary-file-51d0be"
SMALL = ("logistics/vehicle_routing", "-i", "size=2,seed=1", "-a", "qaoa", "--shots", "20")

SUITE = """
title = "Everything that leaks"
[[matrix]]
usecases = ["logistics/vehicle_routing"]
instances = ["size=2,seed=1"]
algorithms = ["qaoa"]
backends = ["leaky", "leaky fails=yes"]
shots = 20
seeds = [3]
"""

LEAKY = '''
"""Leaky: a machine that tells its secrets in every way there is."""
import base64, json, logging
from typing import ClassVar
from urllib.parse import quote
from pydantic import Field
from usecases import secrets
from usecases.disguises import HIDDEN
from usecases.backends.aer import Aer
from usecases.contracts import JobResult, Quote, RemoteBackend
from usecases.programs import SampleCircuits


HELD = []


class Leaky(RemoteBackend):
    runs: ClassVar = (SampleCircuits,)
    fails: str = Field(default="")

    def _told(self):
        found = [secrets.read("LEAKY_TOKEN") or "", secrets.read("FILED_TOKEN") or ""]
        assert all(found)
        both = "".join(found)
        coded = base64.b64encode(b"user:" + both.encode()).decode()
        return f"{both} {json.dumps(both)} {both!r} {quote(both, safe='')} {coded}"

    def submit(self, program, tag):
        logging.getLogger("vendor").warning("token %s", self._told())
        if self.fails:
            try:
                raise KeyError(self._told())
            except KeyError as error:
                raise RuntimeError(f"refused {self._told()}") from error
        HELD.append(Aer().run(program))
        return "job-1"

    def collect(self, job):
        return JobResult(HELD[-1].value, 0.0, provenance={self._told(): self._told()})

    def find(self, tag, since=0.0): return None
    def estimate(self, program): return Quote(amount=0.0, currency="EUR", basis="free")
    def cancel(self, job): pass


backend = Leaky
'''


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a keyring, as most clusters are."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(secrets, "_read", set())


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A folder to import from with the machine that tells everything."""
    package, info = tmp_path / "leaky_backends", tmp_path / "leaky-1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").touch()
    (package / "leaky.py").write_text(LEAKY)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[usecases.backends]\nleaky = leaky_backends\n")
    return tmp_path


def leaks(text: str) -> list[str]:
    """Which forms of a canary stand in the text; the middle stands for those that are coded."""
    forms = [IN_ENV, IN_FILE, json.dumps(IN_ENV)[1:-1], quote(IN_ENV, safe=""), "canary"]
    coded = ["Y2FuYXJ5", "NhbmFye", "jYW5hcn"]  # "canary" in base64, at each of three places
    return [form for form in (*forms, *coded) if form in text]


def notebook(folder: Path, leaky: Path) -> Path:
    """A notebook that was run: one cell with a record, one whose run fails."""
    import nbformat
    from nbclient import NotebookClient

    call = "usecases.run('logistics/vehicle_routing', 'size=2,seed=1', 'qaoa', 'leaky', shots=20"
    cells = [f"import usecases; {call})", f"{call}, settings={{'fails': 'yes'}})"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    environment = os.environ | {"PYTHONPATH": str(leaky), "LEAKY_TOKEN": IN_ENV}
    client = NotebookClient(book, allow_errors=True, resources={"metadata": {"path": str(ROOT)}})
    client.execute(env=environment)
    assert book.cells[0].outputs[-1].output_type == "execute_result", book.cells[0].outputs
    assert "refused [secret]" in str(book.cells[1].outputs)
    path = folder / "run.ipynb"
    nbformat.write(book, path)
    return path


@pytest.mark.usefixtures("no_keyring")
def test_canaries_appear_nowhere(leaky: Path, tmp_path: Path) -> None:
    secrets.place("FILED_TOKEN", IN_FILE)
    suite = tmp_path / "leaky.toml"
    suite.write_text(SUITE)
    told = {"path": leaky, "LEAKY_TOKEN": IN_ENV, "PYTHONWARNINGS": "default"}
    seen = []
    for words in (
        ("run", *SMALL, "-b", "leaky", "--json"),
        ("--debug", "run", *SMALL, "-b", "leaky", "-s", "fails=yes"),
        ("run", *SMALL, "-b", "leaky", "-s", f"fails={IN_ENV}", "--dry-run"),
        ("run", *SMALL, "-b", "leaky", "-s", f"strange={IN_ENV}"),
        ("run", *SMALL, "-b", IN_FILE),
        ("bench", suite, "--workers", 1),
        ("report", "-o", tmp_path / "home.html"),
        ("jobs", "--json"),
    ):
        done = usecases(*words, **told)  # type: ignore[arg-type]
        seen.append((words, done.returncode, done.stdout + done.stderr))
    assert [code for _, code, _ in seen][:5] == [0, 70, 2, 2, 2], seen
    assert all(HIDDEN in text for _, _, text in seen[:2])
    assert "holds a secret" in seen[2][2]
    assert "Traceback" in seen[1][2]
    for words, _, text in seen:
        assert not leaks(text), words[:2]
    assert '"[secret]' in seen[0][2]  # the provenance that the record kept
    assert [code for _, code, _ in seen][-2:] == [0, 0], seen[-2][2][-900:]
    kept = [p for p in home().rglob("*") if p.is_file() and p.name != "secrets"]
    kept += [tmp_path / "home.html", notebook(tmp_path, leaky)]
    assert len(kept) > 2
    for path in kept:
        assert not leaks(path.read_bytes().decode("latin-1")), path


@pytest.mark.usefixtures("no_keyring")
def test_an_error_carries_no_secret_in_its_whole_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_API_KEY", IN_FILE)
    try:
        try:
            raise OSError(5, f"told {IN_FILE}")
        except OSError as cause:
            raise BadInstance("field", f"told {IN_FILE}", f"not {IN_FILE}") from cause
    except BadInstance as error:
        text = "".join(traceback.format_exception(secrets.scrubbed(error)))
    assert not leaks(text)
    assert text.count(HIDDEN) == 3


@pytest.mark.usefixtures("no_keyring")
def test_logs_of_any_package_are_scrubbed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SOME_PASSWORD", IN_FILE)
    factory = logging.getLogRecordFactory()
    try:
        secrets.quiet_logs.cache_clear()
        secrets.quiet_logs()
        logging.getLogger("vendor.http").warning("sent %r to %s", {"token": IN_FILE}, "there")
    finally:
        logging.setLogRecordFactory(factory)
        secrets.quiet_logs.cache_clear()
    assert "there" in caplog.text
    assert not leaks(caplog.text)


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX systems")
def test_a_file_that_others_may_read_is_refused() -> None:
    assert secrets.place("SOME_TOKEN", IN_FILE) == "file"
    path = home() / "secrets"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (secrets.read("SOME_TOKEN"), secrets.present("SOME_TOKEN")) == (IN_FILE, "file")
    path.chmod(0o640)
    with pytest.raises(AuthenticationFailed, match="chmod 600"):
        secrets.read("SOME_TOKEN")


@pytest.mark.usefixtures("no_keyring")
def test_a_vendors_process_gets_its_own_secrets_and_nobody_elses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = subprocess.run(
        [sys.executable, "-c", "from usecases.cli import main; main()", "secret", "VENDOR_TOKEN"],
        input=IN_FILE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (kept.stdout, kept.stderr) == ("VENDOR_TOKEN is kept in the file\n", "")
    monkeypatch.setenv("OTHER_TOKEN", IN_ENV)
    asked: dict[str, Any] = {}
    monkeypatch.setattr(process.subprocess, "Popen", lambda *words, **how: asked.update(how))
    known = replace(vendor("ibm"), credentials=("VENDOR_TOKEN",))
    process._started(known)
    assert asked["env"]["VENDOR_TOKEN"] == IN_FILE
    assert IN_ENV not in asked["env"].values()


def test_the_environment_goes_before_the_keyring_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keyring

    kept: dict[tuple[str, str], str] = {}
    ring = ModuleType("ring")
    ring.get_password = lambda *at: kept.get(at)  # type: ignore[attr-defined]
    ring.set_password = lambda *at: kept.update({at[:2]: at[2]})  # type: ignore[attr-defined]
    monkeypatch.setattr(keyring, "get_password", ring.get_password)
    monkeypatch.setattr(keyring, "set_password", ring.set_password)
    assert secrets.place("A_TOKEN", "from-the-ring") == "keyring"
    assert not (home() / "secrets").exists()
    assert secrets.read("A_TOKEN") == "from-the-ring"
    monkeypatch.setenv("A_TOKEN", "from-the-environment")
    assert secrets.read("A_TOKEN") == "from-the-environment"
    with pytest.raises(UsageError):
        secrets.read("../x")
    with pytest.raises(UsageError):
        secrets.place("A_TOKEN", "two\nlines")


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AZURE_QUANTUM_CONNECTION_STRING", "Workspace=w;ApiKey=canary-of==;Endpoint=https://a/"),
        ("HTTPS_PROXY", "http://student:canary-of==@proxy.example:8080"),
    ],
)
def test_a_secret_within_a_longer_one_is_hidden_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert secrets.scrub("sent canary-of== to https://a/") == f"sent {HIDDEN} to https://a/"
