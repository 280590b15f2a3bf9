"""Is this computer ready for a workshop? Found out in seconds, each failing with a way on."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from usecases.room import Check, Level, Room

GIB = 2**30
ROOMY, TIGHT = 2 * GIB, GIB
"""Bytes of free memory for the workshop's instances, and for any simulation at all."""

SLOW = 3.0
"""Seconds after which the first run of a simulator is called slow."""

CONTAINER = Path("/sys/fs/cgroup")
"""Where Linux keeps what a container may use."""


def doctor(reach: str = "") -> Room:
    """Look at this computer and choose how to take part: level and size of the instances.

    Nothing is asked of the network unless `reach` names a HOST or HOST:PORT, which is then
    tried for two seconds without sending anything.
    """
    begun = time.perf_counter()
    checks = [look() for look in (_cores, _memory, _disk, _simulator, _sectors, _pages)]
    if reach:
        checks.append(_network(reach))
    return Room(
        tuple(checks), _level(checks), _instance(checks), round(time.perf_counter() - begun, 2)
    )


def _level(checks: Sequence[Check]) -> Level:
    """Stored runs need no simulator; machines elsewhere need one here too, for training."""
    state = {check.name: check.state for check in checks}
    if "red" in (state["memory"], state["simulator"]):
        return "replay"
    return "live" if state.get("network") == "green" else "simulate"


def _instance(checks: Sequence[Check]) -> Literal["demo", "workshop"]:
    slow = {"memory", "simulator"}
    return "demo" if any(c.state != "green" for c in checks if c.name in slow) else "workshop"


def _cores() -> Check:
    cores = os.cpu_count() or 1
    found = f"{cores}, with Python {sys.version.split()[0]}"
    if cores < 2:
        return Check("cores", "amber", found, "close other programs; run one notebook at a time")
    return Check("cores", "green", found)


def _memory() -> Check:
    free = free_memory()
    found = f"{free / GIB:.1f} GiB free"
    if free < TIGHT:
        return Check("memory", "red", found, "stored runs: level replay")
    if free < ROOMY:
        return Check("memory", "amber", found, "the smaller instance: demo")
    return Check("memory", "green", found)


def free_memory() -> int:
    """Bytes that may still be taken: the computer's, or fewer where a container sets a limit."""
    import psutil

    free = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # no such files, or "max"
        limit = int((CONTAINER / "memory.max").read_text())
        free = min(free, max(limit - int((CONTAINER / "memory.current").read_text()), 0))
    return free


def _disk() -> Check:
    from usecases.errors import UsecasesError
    from usecases.store import Store

    try:
        with Store() as store:
            free = shutil.disk_usage(store.path.parent).free
            found = f"{free / GIB:.1f} GiB free at {store.path.parent}"
    except (UsecasesError, OSError) as error:
        return Check("disk", "red", str(error), "set USECASES_HOME to a folder of your own")
    if free < GIB // 4:
        return Check("disk", "amber", found, "set USECASES_HOME to a folder on another disk")
    return Check("disk", "green", found)


def _simulator() -> Check:
    """Two qubits that agree, prepared, sampled and counted here and now."""
    begun = time.perf_counter()
    try:
        counts = bell_pair()
    except Exception as error:  # whatever is wrong with an installation, the room goes on
        found = f"{type(error).__name__}: {error}".splitlines()[0][:100]
        return Check("simulator", "red", found, "stored runs: level replay")
    seconds = time.perf_counter() - begun
    found = f"a Bell pair in {seconds:.1f} s: {counts}"
    if set(counts) != {"00", "11"}:
        return Check("simulator", "red", found, "stored runs: level replay")
    if seconds > SLOW:
        return Check("simulator", "amber", found, "the smaller instance: demo")
    return Check("simulator", "green", found)


def bell_pair() -> dict[str, int]:
    """The counts of a Bell pair on Aer, 1000 shots."""
    from qiskit import QuantumCircuit

    from usecases.backends.aer import Aer
    from usecases.programs import SampleCircuits

    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    bell.measure_all()
    program = SampleCircuits((bell,), 1000, 0)
    (counts,) = program.read(Aer().run(program).value)
    return dict(counts)


SECTORS = {
    "logistics": ("ortools", "pyvrp", "searoute", "vrplib"),
    "life_science": ("pyscf",),
    "energy": ("ortools", "optiwindnet", "pandapower"),
}


def _sectors() -> Check:
    whole = [s for s, needed in SECTORS.items() if all(map(find_spec, needed))]
    found = f"complete: {', '.join(whole) or 'none'}"
    if whole == [*SECTORS]:
        return Check("sectors", "green", found)
    wanting = ",".join(s for s in SECTORS if s not in whole)
    return Check(
        *("sectors", "amber", found),
        f'named instances work; for the rest: pip install -c constraints.txt -e ".[{wanting}]"',
    )


def _pages() -> Check:
    if not find_spec("jupyterlab"):
        return Check("notebooks", "amber", "JupyterLab is missing", "the command: usecases run")
    if not (find_spec("ipywidgets") and find_spec("voila")):
        fallback = 'notebooks; for it: pip install -c constraints.txt -e ".[widget]"'
        return Check("notebooks", "amber", "JupyterLab, without the widget page", fallback)
    return Check("notebooks", "green", "JupyterLab and the widget page")


def _network(reach: str) -> Check:
    """Whether a connection opens within two seconds; nothing is sent over it."""
    host, _, port = reach.partition(":")
    with suppress(OSError, ValueError), socket.create_connection((host, int(port or 443)), 2.0):
        return Check("network", "green", f"{host} answers")
    return Check("network", "red", f"{host} does not answer", "no live machines: level simulate")


__all__ = ["doctor"]
