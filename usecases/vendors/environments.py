"""An environment of its own for each vendor, because their packages cannot live together."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from usecases.errors import BackendUnavailable
from usecases.home import home
from usecases.vendors.catalogue import Vendor

MADE = "requirements.txt"
"""In an environment: the list it was made of."""


def folder() -> Path:
    """Where vendors' environments are; `USECASES_VENDORS` moves it."""
    chosen = os.environ.get("USECASES_VENDORS")
    return Path(chosen) if chosen else home() / "vendors"


def made(vendor: Vendor) -> Path | None:
    """The Python of the vendor's own environment, if one was made."""
    place = folder() / vendor.name
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    return python if (place / MADE).exists() and python.exists() else None


def python(vendor: Vendor) -> Path:
    """The Python that runs the vendor's code: its environment's, else ours if it has the SDK.

    Raises BackendUnavailable that says how to install it.
    """
    own = made(vendor)
    if own:
        return own
    if importable(vendor):
        return Path(sys.executable)
    raise BackendUnavailable(
        f"{vendor.title} is not installed", f"Install it with: usecases backends add {vendor.name}"
    )


def importable(vendor: Vendor) -> bool:
    """Whether our own environment has the vendor's SDK; nothing is imported."""
    top, *rest = vendor.package.split(".")
    spec = find_spec(top)
    if spec is None or not rest:
        return spec is not None
    inside = [Path(folder, *rest) for folder in spec.submodule_search_locations or ()]
    return any(place.is_dir() or place.with_suffix(".py").exists() for place in inside)


def installed(vendor: Vendor) -> str:
    """The version of the SDK that would run, or nothing."""
    name = vendor.pins[0].partition("==")[0]
    if made(vendor):
        kept = (folder() / vendor.name / MADE).read_text("utf-8").splitlines()
        return next((v for v in (line.partition("==")[2] for line in kept) if v), "unknown")
    try:
        return version(name.partition("[")[0]) if importable(vendor) else ""
    except PackageNotFoundError:
        return ""


def add(vendor: Vendor) -> Path:
    """Make the vendor's environment from its list; a half-made one is never left in place.

    Raises BackendUnavailable with pip's last line.
    """
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder() / vendor.name
    building = Path(tempfile.mkdtemp(prefix=f".{vendor.name}-{os.getpid()}-", dir=folder()))
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(building))
        inside = building / ("Scripts" if sys.platform == "win32" else "bin")
        pip = (str(inside / "python"), "-m", "pip", "install", "--quiet")
        _run(*pip, "--disable-pip-version-check", "-r", str(vendor.requirements))
        shutil.copy(vendor.requirements, building / MADE)
        remove(vendor)
        building.rename(place)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return place


def remove(vendor: Vendor) -> bool:
    """Delete the vendor's environment, and what was left half-made; whether there was a whole."""
    import psutil

    for left in folder().glob(f".{vendor.name}-*-*"):
        if not psutil.pid_exists(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    place = folder() / vendor.name
    if not place.exists():
        return False
    shutil.rmtree(place)
    return True


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()
        raise BackendUnavailable(
            f"the environment could not be made: {said[-1][:300]}",
            "Check the network and the free space, then try again",
        )
