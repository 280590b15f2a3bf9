"""Which versions of each vendor's SDK keep the contract: the range around the pinned one.

python benchmarks/versions.py NAME VERSION ...   try a vendor's versions, and keep what held
python benchmarks/versions.py --render           write the page, and the ranges into lists of pins

The vendor's environment is copied, changed from one version to the next, and deleted; the pins
beside the SDK stay, or are pip's choice where they do not go together with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ranges
import vendors as driving
from usecases.errors import UsecasesError
from usecases.vendors import environments
from usecases.vendors.catalogue import Vendor, vendor
from usecases.vendors.machine import described
from usecases.vendors.process import process

HELD = ("sdk", "findings", "cloud")


def main() -> None:
    """Tries what is asked for, keeping what is stored of the rest."""
    sys.path.insert(0, str(driving.ROOT))
    stored = ranges.stored()
    if "--render" not in sys.argv:
        name, *versions = sys.argv[1:]
        for version, found in tried(vendor(name), versions):
            stored.setdefault(name, {})[version] = found
            print(name, version, found, flush=True)
            text = json.dumps(stored, indent=1, ensure_ascii=False)
            ranges.STORED.write_text(text + "\n", "utf-8")
    driven: dict[str, Any] = json.loads(driving.STORED.read_text("utf-8"))
    for name, tries in stored.items():
        of = vendor(name)
        of.requirements.write_text(ranges.listed(of, tries, driven[name]), "utf-8")
    driving.PAGE.write_text(driving.render(driven, stored), "utf-8")


def tried(of: Vendor, versions: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What held of the vendor's twin and cloud with each version, and what stood beside it."""
    made = environments.made(of)
    with tempfile.TemporaryDirectory() as place:
        if made:
            shutil.copytree(made.parent.parent, Path(place) / of.name, symlinks=True)
        os.environ["USECASES_VENDORS"] = place
        if not made:
            environments.add(of)
        for version in versions:
            yield version, _tried(of, version)
            process(of.name).close()
            described.cache_clear()


def _tried(of: Vendor, version: str) -> dict[str, Any]:
    why = _installed(of, version)
    if why:
        return {"failed": f"cannot be installed: {why}"}
    beside = {"beside": _beside(of)}
    try:
        found = driving.driven(of)
    except UsecasesError as error:
        return beside | {"failed": error.what}
    return beside | {what: found[what] for what in HELD if what in found}


def _installed(of: Vendor, version: str) -> str:
    """Install this version into the vendor's environment; why it cannot be, or nothing."""
    first, *others = of.pins
    sdk = f"{first.partition('==')[0]}=={version}"
    said = ""
    for beside in (others, [pin.partition("==")[0] for pin in others]):
        done = subprocess.run(
            [str(environments.python(of)), "-m", "pip", "install", "--quiet", sdk, *beside],
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.returncode:
            return ""
        said = done.stderr.strip().splitlines()[-1].partition(": for help")[0]
    return said


def _beside(of: Vendor) -> list[str]:
    """The versions that were installed of the packages beside the SDK."""
    names = [pin.partition("==")[0].partition("[")[0] for pin in of.pins[1:]]
    told = "f'{n}=={m.version(n)}' for n in sys.argv[1:]"
    code = f"import sys, importlib.metadata as m; print(*({told}))"
    python = str(environments.python(of))
    done = subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True)
    return done.stdout.split()


if __name__ == "__main__":
    main()
