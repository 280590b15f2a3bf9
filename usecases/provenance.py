"""Which code and which packages made a record."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from usecases.circuit_record import AnyRecord

PACKAGES = (
    "quantum-usecases",
    "cotengra",
    "dimod",
    "dwave-samplers",
    "ffsim",
    "numpy",
    "ortools",
    "pennylane",
    "pennylane-lightning",
    "pyscf",
    "pyvrp",
    "qiskit",
    "qiskit-addon-sqd",
    "qiskit-aer",
    "qiskit-ibm-runtime",
    "scipy",
)


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of every package that can touch a result."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def code() -> dict[str, Any]:
    """The git revision of this code and whether it was changed; None outside a clone."""
    root = Path(__file__).resolve().parent.parent
    system = f"{platform.system()} {platform.machine()}"
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return {"git_revision": None, "git_dirty": None, "platform": system}
    revision = _git(git, root, "rev-parse", "HEAD")
    status = _git(git, root, "status", "--porcelain")
    return {
        "git_revision": revision,
        "git_dirty": None if status is None else bool(status),
        "platform": system,
    }


def _git(git: str, root: Path, *words: str) -> str | None:
    command = [git, "-C", str(root), *words]
    # Inside a git hook GIT_DIR points at somebody else's repository.
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    found = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=plain
    )
    return found.stdout.strip() if found.returncode == 0 else None


def constraints(records: Iterable[AnyRecord]) -> str:
    """The versions that made the records, as pip takes them; where they differ, a remark."""
    met: dict[str, set[str]] = {}
    for record in records:
        for name, number in record.versions.items():
            met.setdefault(name, set()).add(number)
    lines = []
    for name, numbers in sorted(met.items()):
        pinned = len(numbers) == 1 and name not in ("python", "quantum-usecases")
        lines.append(f"{'' if pinned else '# '}{name}=={', '.join(sorted(numbers))}\n")
    return "".join(lines)
