"""Installs the peers of the speed benchmark, each into a virtualenv of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from speed.table import PLACE, Entry, listed, table

HEADERS = {
    "diagonal.h": "void apply_diagonal(double*, double*, double, double* const, size_t);",
    "fur.h": "void furx_all(double*, double*, double, unsigned int, size_t);\n"
    "void furxy_ring(double*, double*, double, unsigned int, size_t);\n"
    "void furxy_complete(double*, double*, double, unsigned int, size_t);",
    "qaoa_fur.h": "",
}
"""Declarations of what QOKit's C sources define: the package leaves its headers out."""


def qokit_c(home: Path) -> None:
    """Compiles QOKit's C simulator from the sources in the package."""
    (folder,) = home.glob("lib/python*/site-packages/qokit/fur/c/csim")
    sources = sorted(str(path) for path in folder.glob("src/*.c"))
    with tempfile.TemporaryDirectory() as headers:
        for name, text in HEADERS.items():
            (Path(headers) / name).write_text(f"#include <stddef.h>\n{text}\n")
        flags = ["-O3", "-march=native", "-fopenmp", "-fPIC", "-shared", f"-I{headers}"]
        target = str(folder / "libcsim.so")
        subprocess.run(["cc", *flags, *sources, "-o", target, "-lm"], check=True)


BUILDS = {"qokit_c": qokit_c}


def install(entry: Entry) -> str:
    """Makes one peer's virtualenv, unless it stands with the same pins."""
    home = PLACE / entry.name
    made = home / "pins.txt"
    pins = "\n".join(entry.pins)
    if made.exists() and made.read_text() == pins:
        return "stands"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
    python = str(home / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *entry.pins], check=True)
    if entry.build:
        BUILDS[entry.build](home)
    made.write_text(pins)
    return "installed"


def main() -> None:
    """Installs the peers named on the command line, or all; one that fails stops none."""
    wanted = sys.argv[1:]
    for entry in (*table(), *listed("electrons")):
        if entry.pins and (not wanted or entry.name in wanted):
            try:
                print(f"{entry.name}: {install(entry)}", flush=True)
            except subprocess.CalledProcessError as error:
                print(f"{entry.name}: does not install: {error}", flush=True)


if __name__ == "__main__":
    main()
