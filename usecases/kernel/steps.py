"""What happens to one vector of amplitudes: phases, costs, and the mirror image of the state."""

from __future__ import annotations

from typing import Any

from numba import types

from usecases.kernel.compile import instructions
from usecases.kernel.lanes import Writer

REAL, INDEX, TRUTH = types.float64, types.intp, types.boolean


@instructions
def start(
    typing: Any, state: Any, base: Any, cost: Any, at: Any, turns: Any, scale: Any
) -> Any:  # fmt: skip
    """state = scale · e^{2πi turns cost}: the uniform state after its first phases."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        no = context.get_constant(TRUTH, False)
        costs = w.costs(cost, args[2], args[3], no)
        parts = w.circle(builder.fmul(costs, w.splat(args[4])), args[5])
        w.keep(w.data(state, args[0]), args[1], *parts)
        return context.get_dummy_value()

    return types.void(state, INDEX, cost, INDEX, REAL, REAL), code


@instructions
def phase(
    typing: Any, state: Any, base: Any, cost: Any, at: Any, mirror: Any, turns: Any, scale: Any
) -> Any:
    """state *= scale · e^{2πi turns cost}."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        costs = w.costs(cost, args[2], args[3], args[4])
        turned = w.circle(builder.fmul(costs, w.splat(args[5])), args[6])
        data = w.data(state, args[0])
        w.keep(data, args[1], *w.times(*w.amplitudes(data, args[1]), *turned))
        return context.get_dummy_value()

    return types.void(state, INDEX, cost, INDEX, TRUTH, REAL, REAL), code


@instructions
def phase_back(
    typing: Any, state: Any, other: Any, base: Any, cost: Any, at: Any, mirror: Any, turns: Any,
    scale: Any, sums: Any,
) -> Any:  # fmt: skip
    """Add up Im⟨other|cost|state⟩, then multiply both by scale · e^{2πi turns cost}."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        costs = w.costs(cost, args[3], args[4], args[5])
        turned = w.circle(builder.fmul(costs, w.splat(args[6])), args[7])
        right, left = w.data(state, args[0]), w.data(other, args[1])
        mine, theirs = w.amplitudes(right, args[2]), w.amplitudes(left, args[2])
        w.add_to(sums, args[8], builder.fmul(w.narrowed(costs), w.cross(theirs, mine)))
        w.keep(right, args[2], *w.times(*mine, *turned))
        w.keep(left, args[2], *w.times(*theirs, *turned))
        return context.get_dummy_value()

    sig = types.void(state, other, INDEX, cost, INDEX, TRUTH, REAL, REAL, sums)
    return sig, code


@instructions
def measure(typing: Any, state: Any, base: Any, cost: Any, at: Any, mirror: Any, sums: Any) -> Any:
    """Add up cost · |state|²."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        costs = w.costs(cost, args[2], args[3], args[4])
        re, im = w.amplitudes(w.data(state, args[0]), args[1])
        w.add_to(sums, args[5], w.mul_add(re, re, builder.fmul(im, im)), costs)
        return context.get_dummy_value()

    return types.void(state, INDEX, cost, INDEX, TRUTH, sums), code


@instructions
def observe(typing: Any, state: Any, other: Any, base: Any, cost: Any, at: Any, mirror: Any) -> Any:
    """other = cost · state."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        narrow = w.narrowed(w.costs(cost, args[3], args[4], args[5]))
        re, im = w.amplitudes(w.data(state, args[0]), args[2])
        left = w.data(other, args[1])
        w.keep(left, args[2], builder.fmul(re, narrow), builder.fmul(im, narrow))
        return context.get_dummy_value()

    return types.void(state, other, INDEX, cost, INDEX, TRUTH), code


def _facing(w: Writer, data: Any, index: Any) -> tuple[Any, Any]:
    order = [*range(w.lanes)][::-1]
    re, im = w.amplitudes(data, index)
    return w.shuffled(re, order), w.shuffled(im, order)


def _face(w: Writer, data: Any, index: Any, parts: tuple[Any, Any]) -> None:
    order = [*range(w.lanes)][::-1]
    w.keep(data, index, w.shuffled(parts[0], order), w.shuffled(parts[1], order))


def _turned(w: Writer, one: Any, two: Any, t: Any) -> Any:
    """1 + i t X on a pair that X exchanges."""
    return tuple(
        (w.sub_mul(r, t, i2), w.mul_add(t, r2, i)) for (r, i), (r2, i2) in ((one, two), (two, one))
    )


@instructions
def reflect(typing: Any, state: Any, base: Any, facing: Any, t: Any) -> Any:
    """1 + i t X on all qubits at once, for a vector and the one that mirrors it."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        data = w.data(state, args[0])
        one, two = w.amplitudes(data, args[1]), _facing(w, data, args[2])
        one, two = _turned(w, one, two, w.narrowed(w.splat(args[3])))
        w.keep(data, args[1], *one)
        _face(w, data, args[2], two)
        return context.get_dummy_value()

    return types.void(state, INDEX, INDEX, REAL), code


@instructions
def reflect_back(
    typing: Any, state: Any, other: Any, base: Any, facing: Any, t: Any, weight: Any, sums: Any
) -> Any:
    """Undo `reflect` in both states and add up weight · Im⟨other|X...X|state⟩."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        right, left = w.data(state, args[0]), w.data(other, args[1])
        back = w.narrowed(w.splat(builder.fneg(args[4])))
        one, two = w.amplitudes(right, args[2]), _facing(w, right, args[3])
        mine, theirs = w.amplitudes(left, args[2]), _facing(w, left, args[3])
        overlap = builder.fadd(w.cross(mine, two), w.cross(theirs, one))
        w.add_to(sums, args[6], builder.fmul(overlap, w.narrowed(w.splat(args[5]))))
        for data, pair in ((right, (one, two)), (left, (mine, theirs))):
            first, second = _turned(w, *pair, back)
            w.keep(data, args[2], *first)
            _face(w, data, args[3], second)
        return context.get_dummy_value()

    return types.void(state, other, INDEX, INDEX, REAL, REAL, sums), code


@instructions
def fetch(typing: Any, state: Any, base: Any) -> Any:
    """Ask the memory for a vector that is soon needed."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        w = Writer(context, builder, state)
        w.fetch(w.data(state, args[0]), args[1])
        return context.get_dummy_value()

    return types.void(state, INDEX), code
