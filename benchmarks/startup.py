"""How long the command takes to start: medians of whole processes, on this machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

TIMES = 15
TARGETS = {"--help": 150, "list": 400}
"""Milliseconds that the design allows on two cores."""


def milliseconds(words: list[str]) -> float:
    """The wall time of one process."""
    begun = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Print a line for each command: median, spread, target."""
    command = str(Path(sys.executable).parent / "usecases")
    bare = [milliseconds([sys.executable, "-c", "pass"]) for _ in range(TIMES)]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {TIMES} runs each")
    print(f"{'python -c pass':<16} {statistics.median(bare):6.0f} ms")
    for word, target in TARGETS.items():
        milliseconds([command, word])  # writes the byte code
        times = [milliseconds([command, word]) for _ in range(TIMES)]
        low, high = min(times), max(times)
        median = statistics.median(times)
        print(
            f"usecases {word:<7} {median:6.0f} ms   ({low:.0f} to {high:.0f}, target {target} ms)"
        )


if __name__ == "__main__":
    main()
