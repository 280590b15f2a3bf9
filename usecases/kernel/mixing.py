"""Mixing a line of vectors, forth and back, in sweeps that serve several qubits each.

A line is a sequence of 2^bits vectors that lie `unit` floats apart. Its qubits are those that
tell its vectors apart, and with `inner` those inside the vectors as well.
"""

from __future__ import annotations

from typing import Any

from usecases.kernel.compile import compiled
from usecases.kernel.lanes import rotation, rotation_back
from usecases.kernel.steps import reflect, reflect_back

SMALL = 6
"""Lines are mixed in parts of 2^SMALL vectors, which stay in the innermost cache."""

inner0, inner1, inner2, inner3 = (rotation(bits, True) for bits in range(4))
outer1, outer2, outer3 = (rotation(bits, False) for bits in (1, 2, 3))
inner_back0, inner_back1, inner_back2 = (rotation_back(bits, True) for bits in range(3))
outer_back1, outer_back2 = (rotation_back(bits, False) for bits in (1, 2))


@compiled
def lanes(state: Any) -> int:
    """How many amplitudes are in a vector."""
    return 8 if state.itemsize == 8 else 16


@compiled
def _sweep(
    state: Any, base: int, unit: int, size: int, low: int, high: int, inner: bool, t: float
) -> None:
    """1 + i t X on the bits low to high − 1 of a line of `size` vectors, and on the inner ones."""
    if inner:
        bits = min(3, high - low)
        for k in range(0, size, 1 << bits):
            if bits == 3:
                inner3(state, base + k * unit, unit, t)
            elif bits == 2:
                inner2(state, base + k * unit, unit, t)
            elif bits == 1:
                inner1(state, base + k * unit, unit, t)
            else:
                inner0(state, base + k * unit, unit, t)
        low += bits
    while low < high:
        bits = min(3, high - low)
        step = unit << low
        for outer in range(0, size, 1 << (low + bits)):
            for k in range(outer, outer + (1 << low)):
                if bits == 3:
                    outer3(state, base + k * unit, step, t)
                elif bits == 2:
                    outer2(state, base + k * unit, step, t)
                else:
                    outer1(state, base + k * unit, step, t)
        low += bits


@compiled
def mix(state: Any, base: int, unit: int, bits: int, inner: bool, t: float) -> None:
    """1 + i t X on every qubit of a line."""
    cut = min(bits, SMALL)
    for part in range(0, 1 << bits, 1 << cut):
        _sweep(state, base + part * unit, unit, 1 << cut, 0, cut, inner, t)
    _sweep(state, base, unit, 1 << bits, cut, bits, False, t)


@compiled
def _sweep_back(
    state: Any, other: Any, base: int, unit: int, size: int, low: int, high: int, inner: bool,
    t: float, weight: float, sums: Any,
) -> float:  # fmt: skip
    """Undo a sweep in both states and add up the overlaps; the weight of what follows."""
    square = 1.0 / (1.0 + t * t)
    if inner:
        bits = min(2, high - low)
        for k in range(0, size, 1 << bits):
            at = base + k * unit
            if bits == 2:
                inner_back2(state, other, at, unit, t, weight, square, sums)
            elif bits == 1:
                inner_back1(state, other, at, unit, t, weight, square, sums)
            else:
                inner_back0(state, other, at, unit, t, weight, square, sums)
        low += bits
        weight *= square**bits * (square**3 if lanes(state) == 8 else square**4)
    while low < high:
        bits = min(2, high - low)
        step = unit << low
        for outer in range(0, size, 1 << (low + bits)):
            for k in range(outer, outer + (1 << low)):
                at = base + k * unit
                if bits == 2:
                    outer_back2(state, other, at, step, t, weight, square, sums)
                else:
                    outer_back1(state, other, at, step, t, weight, square, sums)
        low += bits
        weight *= square**bits
    return weight


@compiled
def mix_back(
    state: Any, other: Any, base: int, unit: int, bits: int, inner: bool, t: float, weight: float,
    sums: Any,
) -> None:  # fmt: skip
    """Undo `mix` in both states and add up weight · Σ Im⟨other|X_i|state⟩.

    Both states carry a factor cos β less for each qubit that was undone; the weights of the
    overlaps make up for it.
    """
    cut, after = min(bits, SMALL), weight
    for part in range(0, 1 << bits, 1 << cut):
        at = base + part * unit
        after = _sweep_back(
            state, other, at, unit, 1 << cut, 0, cut, inner, t, weight, sums
        )  # fmt: skip
    _sweep_back(state, other, base, unit, 1 << bits, cut, bits, False, t, after, sums)


@compiled
def mirror(state: Any, one: int, two: int, size: int, t: float) -> None:
    """1 + i t X...X, which exchanges two rows of `size` floats, each read backwards."""
    for k in range(0, size, 2 * lanes(state)):
        reflect(state, one + k, two + size - 2 * lanes(state) - k, t)


@compiled
def mirror_back(state: Any, other: Any, one: int, two: int, size: int, t: float, sums: Any) -> None:
    """Undo `mirror` in both states and add up Im⟨other|X...X|state⟩."""
    for k in range(0, size, 2 * lanes(state)):
        facing = two + size - 2 * lanes(state) - k
        reflect_back(state, other, one + k, facing, t, 1.0, sums)
