"""A process that has imported what commands need, and copies of which do what new ones would.

Most of what a new process costs is imports; a copy has them, and all else of its own: its
environment, folder, module path, output and exit. What a new interpreter makes of its own
settings, such as PYTHONHASHSEED, no copy can show.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module, invalidate_caches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = (
    *("usecases.algorithms", "usecases.backends", "usecases.cli", "usecases.kernel"),
    *("usecases.solvers", "logistics", "life_science", "energy"),
)
LIBRARIES = (
    *("dimod", "dwave.samplers", "matplotlib.figure", "networkx", "numba", "pyscf.fci"),
    *("ortools.sat.python.cp_model", "qiskit.compiler", "qiskit.quantum_info", "qiskit_aer"),
    *("qiskit_ibm_runtime", "samplomatic", "scipy.optimize", "scipy.sparse.linalg"),
)
"""What is imported beforehand: nothing that has threads once it is imported, as JAX has."""

_PLAIN = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONWARNINGS": "error"}


def run(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    """What the `usecases` command does; raises TimeoutExpired after so many seconds."""
    with TemporaryDirectory() as folder:
        told = [Path(folder) / name for name in ("out", "err")]
        asked = {"words": words, "environment": dict(environment)}
        asked |= {"cwd": str(cwd), "told": [*map(str, told)], "timeout": timeout}
        sent, answers = _server()
        sent.write(json.dumps(asked) + "\n")
        sent.flush()
        exited = int(answers.readline())
        out, err = (path.read_text(encoding="utf-8") for path in told)
    if exited == -signal.SIGALRM:
        raise subprocess.TimeoutExpired(["usecases", *words], timeout, out, err)
    return subprocess.CompletedProcess(["usecases", *words], exited, out, err)


@cache
def _server() -> tuple[IO[str], IO[str]]:
    """Where to ask for copies and where to learn how they ended."""
    command = [sys.executable, "-c", "from tests.warm import serve; serve()"]
    pipe = subprocess.PIPE
    server = subprocess.Popen(command, cwd=ROOT, env=_PLAIN, stdin=pipe, stdout=pipe, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    atexit.register(server.communicate)
    return server.stdin, server.stdout


def serve() -> None:
    """Make a copy for each line of standard input and print its exit code."""
    for package in map(import_module, PACKAGES):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(found.name)
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()  # else a copy looks through all that it was given
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if not process:
            _become(asked)
            _end(_exit_code())
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


def _exit_code() -> int:
    from usecases.cli import main

    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    return 1


def _end(code: int) -> None:
    """What an interpreter does at its end, but for clearing away all that it has imported."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _become(asked: dict[str, Any]) -> None:
    """What a new process with these words, in this folder and environment would be."""
    for stream, path in enumerate([os.devnull, *asked["told"]]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, stream)
        os.close(opened)
    os.chdir(asked["cwd"])
    wanted = asked["environment"]
    if wanted.get("PYTHONWARNINGS", "default") != os.environ["PYTHONWARNINGS"]:
        warnings.simplefilter(wanted.get("PYTHONWARNINGS", "default"))
    os.environ.clear()
    os.environ.update(wanted)
    own = wanted.get("PYTHONPATH", "")
    sys.path[1:1] = own.split(os.pathsep) if own else []
    invalidate_caches()
    sys.argv = ["-c", *asked["words"]]
    signal.alarm(int(asked["timeout"]))
