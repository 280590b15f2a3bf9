"""Running the command as a user does, and the third-party package as pip would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from tests import warm
from usecases.vendors import environments
from usecases.vendors.catalogue import Vendor, vendor

ROOT = Path(__file__).resolve().parent.parent
THIRD_PARTY = ROOT / "tests" / "third_party_package"


def usecases(
    *words: object,
    cwd: Path | None = None,
    path: Path | None = None,
    timeout: float = 300,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """The `usecases` command in a process of its own; `path` is put on its module path."""
    environment = os.environ | {"PYTHONWARNINGS": "error", "COLUMNS": "200"} | variables
    if path:
        environment["PYTHONPATH"] = str(path)
    texts = [*map(str, words)]
    if "PYTHONHASHSEED" not in variables:
        return warm.run(texts, environment, cwd or Path.cwd(), timeout)
    return subprocess.run(
        [sys.executable, "-c", "from usecases.cli import main; main()", *texts],
        cwd=cwd,
        env=environment,
        timeout=timeout,
        capture_output=True,
        text=True,
        check=False,
    )


def record(*words: object, **options: Any) -> dict[str, Any]:
    """The record that `usecases run ... --json` prints."""
    done = usecases("run", *words, "--json", **options)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def timeless(found: dict[str, Any]) -> dict[str, Any]:
    """The record without times, and without the machine's own job ids."""
    kept = {k: v for k, v in found.items() if k not in ("timing", "digest")}
    kept["score"] = {k: v for k, v in found["score"].items() if not k.startswith("tts99")}
    kept["provenance"] = {k: v for k, v in found["provenance"].items() if k != "finished"}
    kept["improvements"] = [
        {k: v for k, v in step.items() if k != "seconds"} for step in found["improvements"]
    ]
    kept["calls"] = [
        {k: v for k, v in call.items() if k not in ("seconds", "queued", "job")}
        for call in found["calls"]
    ]
    return kept


@cache
def third_party() -> Path:
    """The third-party package, built into a wheel and unpacked as pip would install it."""
    work = Path(mkdtemp(prefix="third-party-"))
    shutil.copytree(THIRD_PARTY, work / "source")
    return build(work / "source", work / "site")


def needs(name: str) -> Vendor:
    """The vendor of this name; the test is skipped where its SDK is not installed."""
    of = vendor(name)
    if not (environments.made(of) or environments.importable(of)):
        pytest.skip(f"{of.title} is not installed: usecases backends add {name}")
    return of


def build(source: Path, site: Path) -> Path:
    """Build the package at `source` and unpack it at `site`."""
    wheels = source / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--no-index", "-w", str(wheels), str(source)]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(site)
    return site
