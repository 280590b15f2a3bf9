"""A vendor's side of the door: JSON lines in, JSON lines out; standard library only.

python child.py VENDOR_FILE, in the vendor's environment. Whatever a vendor's package prints goes
to stderr, so that stdout carries replies and nothing else. The limit on memory is set by whoever
starts this process.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

LONGEST = 64 << 20
"""Bytes of one line, asked or answered."""

HERE = Path(__file__).resolve().parent


class _Beside:
    """Finds `adapter` and vendors' helpers by their files, never a vendor's own file.

    That one often has the name of the package that it wraps, and would hide it on sys.path.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        places = [] if path is not None else [folder / f"{name}.py" for folder in self.folders]
        for place in places:
            if place.exists() and not place.with_suffix(".txt").exists():
                return importlib.util.spec_from_file_location(name, place)
        return None


def _end_with(parent: int) -> None:
    """End when the process that asks is gone: what is sent later, nobody would know of.

    Windows does not tell that a parent has ended; there only the end of the input does.
    """
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def main() -> None:
    """Answers until its input ends."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")
    vendor = Path(sys.argv[1])
    sys.path[:] = [place for place in sys.path if Path(place) != HERE]
    sys.meta_path.insert(0, _Beside(HERE, vendor.resolve().parent))
    machines: dict[str, Any] = {}
    for line in iter(lambda: sys.stdin.buffer.readline(LONGEST + 1), b""):
        if len(line) > LONGEST:
            return
        out.write(_written(_answered(vendor, machines, json.loads(line))) + "\n")
        out.flush()


def _written(answer: dict[str, Any]) -> str:
    """The answer as JSON; one that cannot be written, or is too large, is an error."""
    try:
        text = json.dumps(answer, allow_nan=False)
        what = "the reply is too large" if len(text) > LONGEST else ""
    except (TypeError, ValueError) as error:
        what = f"the reply cannot be written as JSON: {error}"
    return json.dumps({"error": {"kind": "JobFailed", "what": what}}) if what else text


def _answered(vendor: Path, machines: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    from adapter import Told  # type: ignore[import-not-found]

    try:
        module = _module(vendor)
        try:
            machine = _machine(module, machines, asked["device"], asked["settings"])
        except Told as error:
            return {"value": _tabled(module, error, asked)}
        return {"value": getattr(machine, asked["verb"])(*asked["arguments"])}
    except Told as error:
        said = {"kind": error.kind, "what": error.what, "retry_after": error.retry_after}
        return {"error": said}
    except MemoryError:
        return {"error": {"kind": "TooLarge", "what": "there is no memory left for this"}}
    except ImportError as error:
        return {"error": {"kind": "MissingExtra", "what": str(error.name or error)}}
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error}"[:2000]
        where = f"{Path(place.filename).name}:{place.lineno}"
        return {"error": {"kind": "", "what": what, "where": where}}


def _module(vendor: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"vendor_{vendor.stem}", vendor)
    assert spec and spec.loader  # noqa: S101 - the file is ours and stands there
    module = sys.modules.get(spec.name) or importlib.util.module_from_spec(spec)
    if spec.name not in sys.modules:
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module


def _machine(module: Any, machines: dict[str, Any], device: str, settings: Any) -> Any:
    """The machine under this name, opened once."""
    key = json.dumps([device, settings], sort_keys=True)
    if key not in machines:
        machines[key] = module.open(device, settings)
    return machines[key]


def _tabled(module: Any, error: Any, asked: dict[str, Any]) -> Any:
    """What a vendor's own table says of a machine whose credentials are not set; else the error."""
    missing = [name for name in module.CREDENTIALS if not os.environ.get(name)]
    known = error.kind == "AuthenticationFailed" and missing and hasattr(module, "tabled")
    if not known or asked["verb"] not in ("describe", "estimate"):
        raise error
    said = getattr(module.tabled(asked["device"]), asked["verb"])(*asked["arguments"])
    if asked["verb"] == "estimate":
        said["source"] += f"; nobody was asked, {', '.join(missing)} is not set"
    return said


if __name__ == "__main__":
    main()
