"""How far each vendor's real code was driven: its twin, its cloud client against a server here.

python benchmarks/vendors.py [NAME ...]   drive all, or the named vendors, and store what held
python benchmarks/vendors.py --render     write docs/vendors.md from what is stored
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ranges
from loopbacks import CLOUDS
from usecases import registry
from usecases.contracts import RemoteBackend
from usecases.errors import UsecasesError
from usecases.programs import Program, SampleCircuits, SampleModel
from usecases.testing import check_backend
from usecases.vendors import environments
from usecases.vendors.catalogue import Vendor, vendors
from usecases.vendors.door import described
from usecases.vendors.process import process

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "benchmarks" / "results" / "vendors.json"
PAGE = ROOT / "docs" / "vendors.md"

NOT_BUILT = {
    "Quantinuum Nexus": "the machines behind Quantinuum's local emulators need a login by browser.",
}
"""Vendors without a file here, and how far they were tried."""


def main() -> None:
    """Drives what is asked for, keeping what is stored of the rest."""
    sys.path.insert(0, str(ROOT))
    if "--render" not in sys.argv:
        kept: dict[str, Any] = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
        for name in sys.argv[1:] or vendors():
            kept[name] = driven(vendors()[name])
            print(name, kept[name], flush=True)
        STORED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(render(json.loads(STORED.read_text("utf-8")), ranges.stored()), "utf-8")


def driven(vendor: Vendor) -> dict[str, Any]:
    """What held of a vendor's twin and of its cloud."""
    if not (environments.made(vendor) or environments.importable(vendor)):
        return {"title": vendor.title, "sdk": "", "price": vendor.price}
    found: dict[str, Any] = {"title": vendor.title, "price": vendor.price}
    twin = next((device for device in vendor.examples if vendor.is_twin(device)), None)
    if twin:
        backend = registry.backend(f"{vendor.name}/{twin}")
        found |= {"twin": backend.name, "findings": check_backend(backend)}
        found |= {"sdk": backend.described["version"], "seeded": backend.seeded}
    if vendor.name in CLOUDS:
        with CLOUDS[vendor.name]() as (device, environment), _seen(vendor, environment):
            cloud = registry.backend(f"{vendor.name}/{device}")
            assert isinstance(cloud, RemoteBackend)
            found |= {"cloud": _steps(cloud), "sdk": cloud.described["version"]}
    return found


@contextmanager
def _seen(vendor: Vendor, environment: dict[str, str]) -> Iterator[None]:
    """The vendor's process sees this environment, and a home with nothing in it."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as home:
        own = {
            "HOME": home,
            "NO_PROXY": "127.0.0.1",
            "USECASES_VENDORS": str(environments.folder()),
        }
        os.environ.update(environment | own)
        process(vendor.name).close()
        described.cache_clear()
        try:
            yield
        finally:
            process(vendor.name).close()
            described.cache_clear()
            os.environ.clear()
            os.environ.update(before)


def _steps(cloud: RemoteBackend) -> dict[str, str]:
    """Each step of a job's life and what came of it: "yes", or why not."""
    program = _work(cloud)
    kept: dict[str, Any] = {}

    def submitted() -> bool:
        cloud.check(program)
        kept["job"] = cloud.submit(program, "ours")
        return bool(kept["job"])

    def collected() -> bool:
        for _ in range(20):
            result = cloud.collect(kept["job"])
            if result is not None:
                return bool(program.read(result.value))
            time.sleep(0.05)
        return False

    def cancelled() -> bool:
        job = cloud.submit(program, "another")
        cloud.cancel(job)
        return cloud.status(job).state == "cancelled"

    steps = {
        "quote": _held(lambda: cloud.estimate(program).basis != "unknown"),
        "submit": _held(submitted),
    }
    if "job" not in kept:
        return steps
    return steps | {
        "find": _held(lambda: cloud.find("ours") == kept["job"] and cloud.find("none") is None),
        "status": _held(lambda: cloud.status(kept["job"]).state in ("queued", "running", "done")),
        "result": _held(collected),
        "cancel": _held(cancelled),
    }


def _held(step: Callable[[], bool]) -> str:
    try:
        return "yes" if step() else "no"
    except UsecasesError as error:
        return error.what


def _work(cloud: RemoteBackend) -> Program[Any]:
    """A pair of qubits, or a model of two variables."""
    import dimod
    from qiskit import QuantumCircuit

    if SampleModel in cloud.runs:
        model = dimod.BinaryQuadraticModel({"a": -1.0, "b": -1.0}, {("a", "b"): 2.0}, "BINARY")
        return SampleModel(model, 20, 1)
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return SampleCircuits((circuit,), 50, 1)


def render(stored: dict[str, Any], tried: dict[str, ranges.Tries]) -> str:
    """The page, with what other versions of the packages kept."""
    rows = "\n".join(_row(name, said) for name, said in sorted(stored.items()))
    absent = "\n".join(f"* **{name}**: {words}" for name, words in NOT_BUILT.items())
    return f"""# How far each vendor was driven

Every vendor's own package runs in an environment of its own: `usecases backends add NAME`. A twin
is the vendor's own emulator, offline; `usecases backends check` asks it for bit order, shots, seeds
and whether every recorded setting matters. A cloud's client was driven against a server on this
machine that speaks the vendor's protocol: this shows that jobs are sent once, found again by our
tag and read rightly, **not that a machine was reached: no paid job was ever run**. Generated by
`benchmarks/vendors.py` from a stored run.

| vendor | package | twin | twin keeps the contract | a seed repeats it | cloud's client | price |
|---|---|---|---|---|---|---|
{rows}

{ranges.section(tried, stored)}
## Not built in

{absent}
"""


def _row(name: str, said: dict[str, Any]) -> str:
    if not said["sdk"]:
        return f"| {said['title']} | not installed where this was run | | | | | {said['price']} |"
    twin = said.get("twin")
    kept = "yes" if twin and not said["findings"] else "; ".join(said.get("findings", ["–"]))
    seeded = "–" if not twin else "yes" if said["seeded"] else "no"
    steps = said.get("cloud")
    lacking = {step: held for step, held in (steps or {}).items() if held != "yes"}
    cloud = "not driven"
    if steps:
        done = ", ".join(step for step in steps if step not in lacking)
        reasons = {step: why.partition(": ")[2] for step, why in lacking.items()}
        missing = "".join(f"; not {s}{': ' if w else ''}{w}" for s, w in reasons.items())
        cloud = done + missing
    shown = f"`{twin}`" if twin else "none"
    cells = (said["title"], said["sdk"], shown, kept, seeded, cloud, said["price"])
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
