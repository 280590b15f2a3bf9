"""numba's decorators, typed: the compiled function is called like the one that is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile at the first call, keep the result on disk, and run without Python's lock."""
    made: F = njit(function, nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
    return made


def instructions(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that writes its own LLVM code: given types first, then values to work on."""
    made: Callable[..., Any] = intrinsic(function)
    return made
