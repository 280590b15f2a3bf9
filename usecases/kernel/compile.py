"""numba's decorators, typed: the compiled function is called like the one that is written."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def stamp(folder: Path) -> str:
    """A hash of all code in a folder."""
    return sha256(b"".join(p.read_bytes() for p in sorted(folder.glob("*.py")))).hexdigest()[:12]


STAMP = stamp(Path(__file__).parent)
"""What is kept is kept under it: numba sees that a function's own file has changed, but not one
that it takes code from."""


def compiled(function: F) -> F:
    """Compile at the first call, keep the result on disk, and run without Python's lock."""
    function.__qualname__ += f"_{STAMP}"  # the name of the file in which it is kept
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    try:
        made: F = njit(function, cache=True, **options)
    except RuntimeError:  # there is no folder to write to
        made = njit(function, **options)
    return made


def instructions(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that writes its own LLVM code: given types first, then values to work on."""
    made: Callable[..., Any] = intrinsic(function)
    return made
