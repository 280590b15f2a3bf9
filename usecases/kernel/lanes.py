"""Vector instructions for alternating states, written as LLVM code through numba.

A state of 2^n amplitudes is one array of floats in groups: the real parts of LANES neighbouring
amplitudes, then their imaginary parts, so that the lowest qubits live inside a vector and all
others between vectors. One load and store of a handful of vectors serves several qubits. LLVM
lowers the vectors to what the processor has.

The rotation e^{iβX} is applied as 1 + i t X with t = tan β: two multiply-adds an amplitude
instead of four. The factors cos β are put back where the phases are applied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numpy.polynomial import chebyshev, polynomial

from usecases.kernel.compile import instructions

VECTOR_BITS = 512

FUSED = ("contract",)
"""A product and a sum may become one multiply-add; nothing else may be reordered."""

ROUND = 6755399441055744.0
"""1.5 · 2^52: adding and subtracting it rounds a double to a whole number."""

DOUBLE = ir.DoubleType()


def _in_powers(function: Callable[[Any], Any], degree: int) -> list[float]:
    """Coefficients in w of the polynomial through a function at Chebyshev points of [0, 1/4]."""
    series = chebyshev.chebinterpolate(lambda x: function((x + 1) / 8), degree)
    total = np.zeros(1)
    for coefficient in chebyshev.cheb2poly(series)[::-1]:
        total = polynomial.polyadd(polynomial.polymul(total, [-1, 8]), [coefficient])
    return [float(c) for c in total[: degree + 1]]


SINE, SINE_SINGLE = (_in_powers(lambda w: np.pi * np.sinc(np.sqrt(w)), n) for n in (7, 4))
COSINE, COSINE_SINGLE = (_in_powers(lambda w: np.cos(np.pi * np.sqrt(w)), n) for n in (8, 5))
"""sin(πu)/u and cos(πu) in w = u² for |u| ≤ 1/2; to the last digits of each precision."""


class Writer:
    """Writes vector instructions: loads, stores, rotations and phases of whole vectors."""

    def __init__(self, context: Any, builder: Any, state: Any) -> None:
        self.context, self.b = context, builder
        self.number = context.get_data_type(state.dtype)
        self.lanes = VECTOR_BITS // int(state.dtype.bitwidth)
        self.vector = ir.VectorType(self.number, self.lanes)
        self.doubles = ir.VectorType(DOUBLE, self.lanes)

    def data(self, kind: Any, array: Any) -> Any:
        """Where the numbers of an array lie."""
        return self.context.make_array(kind)(self.context, self.b, array).data

    def shifted(self, index: Any, by: int) -> Any:
        return self.b.add(index, ir.Constant(index.type, by)) if by else index

    def load(self, data: Any, index: Any, vector: Any = None) -> Any:
        """A vector, at any address that suits one of its numbers."""
        pointer = self.b.gep(data, [index])
        kind = vector or self.vector
        return self.b.load(self.b.bitcast(pointer, kind.as_pointer()), align=2, typ=kind)

    def store(self, data: Any, index: Any, value: Any) -> None:
        pointer = self.b.bitcast(self.b.gep(data, [index]), value.type.as_pointer())
        self.b.store(value, pointer, align=4)

    def amplitudes(self, data: Any, index: Any) -> tuple[Any, Any]:
        """Real and imaginary parts of a vector of amplitudes."""
        return self.load(data, index), self.load(data, self.shifted(index, self.lanes))

    def keep(self, data: Any, index: Any, re: Any, im: Any) -> None:
        self.store(data, index, re)
        self.store(data, self.shifted(index, self.lanes), im)

    def constant(self, value: float, vector: Any = None) -> Any:
        return ir.Constant(vector or self.vector, [value] * self.lanes)

    def shuffled(self, value: Any, order: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order)
        return self.b.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), mask)

    def splat(self, scalar: Any) -> Any:
        """A vector that holds a scalar in every lane."""
        vector = ir.VectorType(scalar.type, self.lanes)
        zero = ir.Constant(ir.IntType(32), 0)
        one = self.b.insert_element(ir.Constant(vector, ir.Undefined), scalar, zero)
        return self.shuffled(one, [0] * self.lanes)

    def narrowed(self, value: Any) -> Any:
        """Doubles as numbers of the state's precision."""
        return value if self.number == DOUBLE else self.b.fptrunc(value, self.vector)

    def widened(self, value: Any) -> Any:
        return value if self.number == DOUBLE else self.b.fpext(value, self.doubles)

    def mul_add(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c."""
        return self.b.fadd(self.b.fmul(a, b, flags=FUSED), c, flags=FUSED)

    def sub_mul(self, c: Any, a: Any, b: Any) -> Any:
        """c − a b."""
        return self.b.fsub(c, self.b.fmul(a, b, flags=FUSED), flags=FUSED)

    def times(self, re: Any, im: Any, cos: Any, sin: Any) -> tuple[Any, Any]:
        """(re + i im)(cos + i sin)."""
        real = self.sub_mul(self.b.fmul(re, cos, flags=FUSED), im, sin)
        return real, self.mul_add(re, sin, self.b.fmul(im, cos, flags=FUSED))

    def cross(self, left: tuple[Any, Any], right: tuple[Any, Any]) -> Any:
        """Im(left* right)."""
        return self.sub_mul(self.b.fmul(left[0], right[1], flags=FUSED), left[1], right[0])

    def mirrored(self, value: Any, mirror: Any) -> Any:
        """The lanes in reverse order if `mirror`, a truth value of the running code."""
        return self.b.select(mirror, self.shuffled(value, [*range(self.lanes)][::-1]), value)

    def costs(self, kind: Any, array: Any, index: Any, mirror: Any) -> Any:
        """A vector of costs as doubles; they may be stored as small whole numbers."""
        stored = ir.VectorType(self.context.get_data_type(kind.dtype), self.lanes)
        found = self.load(self.data(kind, array), index, stored)
        if isinstance(kind.dtype, types.Integer):
            found = self.b.sitofp(found, self.doubles)
        return self.mirrored(found, mirror)

    def circle(self, turns: Any, radius: Any) -> tuple[Any, Any]:
        """radius · cos and sin of 2π times a vector of doubles, by way of the half angle."""
        large = self.constant(ROUND, self.doubles)
        whole = self.b.fsub(self.b.fadd(turns, large), large)
        u = self.narrowed(self.b.fsub(turns, whole))
        w = self.b.fmul(u, u)
        double = self.number == DOUBLE
        sin = self.b.fmul(self._horner(SINE if double else SINE_SINGLE, w), u)
        cos = self._horner(COSINE if double else COSINE_SINGLE, w)
        size = self.narrowed(self.splat(radius))
        twice = self.b.fmul(sin, self.b.fadd(size, size))
        return self.sub_mul(size, twice, sin), self.b.fmul(twice, cos)

    def _horner(self, coefficients: list[float], w: Any) -> Any:
        total = self.constant(coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            total = self.mul_add(total, w, self.constant(coefficient))
        return total

    def fetch(self, data: Any, index: Any) -> None:
        """Ask for a vector of amplitudes that is soon needed."""
        kind = ir.FunctionType(ir.VoidType(), [ir.PointerType(), *[ir.IntType(32)] * 3])
        prefetch = self.b.module.declare_intrinsic("llvm.prefetch.p0", (), kind)
        hints = [ir.Constant(ir.IntType(32), hint) for hint in (1, 3, 1)]
        for part in (index, self.shifted(index, self.lanes)):
            self.b.call(prefetch, [self.b.gep(data, [part]), *hints])

    def add_to(self, kind: Any, array: Any, value: Any, factor: Any = None) -> None:
        """Add a vector, times one of doubles, to the running sums, which are doubles."""
        data, zero = self.data(kind, array), ir.Constant(ir.IntType(64), 0)
        old, new = self.load(data, zero, self.doubles), self.widened(value)
        total = self.mul_add(new, factor, old) if factor else self.b.fadd(old, new)
        self.store(data, zero, total)


class Sheaf:
    """The vectors of amplitudes on which one sweep works, held in registers."""

    def __init__(self, w: Writer, data: Any, base: Any, step: Any, bits: int) -> None:
        self.w, self.data, self.bits = w, data, bits
        places = (w.b.mul(step, ir.Constant(step.type, j)) for j in range(1 << bits))
        self.index = [w.b.add(base, place) for place in places]
        self.parts = [w.amplitudes(data, index) for index in self.index]

    def neighbours(self, qubit: int) -> list[tuple[Any, Any]]:
        """X applied to a qubit: a lane's first, then those that tell vectors apart."""
        inner = self.w.lanes.bit_length() - 1
        if qubit >= inner:
            return [self.parts[j ^ (1 << (qubit - inner))] for j in range(len(self.parts))]
        order = [lane ^ (1 << qubit) for lane in range(self.w.lanes)]
        return [(self.w.shuffled(r, order), self.w.shuffled(i, order)) for r, i in self.parts]

    def turn(self, neighbours: list[tuple[Any, Any]], t: Any) -> None:
        """Apply 1 + i t X."""
        pairs = zip(self.parts, neighbours, strict=True)
        self.parts = [
            (self.w.sub_mul(r, t, other_i), self.w.mul_add(t, other_r, i))
            for (r, i), (other_r, other_i) in pairs
        ]

    def keep(self) -> None:
        for index, (re, im) in zip(self.index, self.parts, strict=True):
            self.w.keep(self.data, index, re, im)


def _qubits(writer: Writer, bits: int, inner: bool) -> range:
    first = writer.lanes.bit_length() - 1
    return range(0 if inner else first, first + bits)


def rotation(bits: int, inner: bool) -> Any:
    """(state, base, step, t): 1 + i t X on `bits` qubits whose vectors lie `step` floats apart.

    With `inner`, on the qubits inside the vectors as well.
    """

    @instructions
    def rotate(typing: Any, state: Any, base: Any, step: Any, t: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            w = Writer(context, builder, state)
            sheaf = Sheaf(w, w.data(state, args[0]), args[1], args[2], bits)
            tangent = w.narrowed(w.splat(args[3]))
            for qubit in _qubits(w, bits, inner):
                sheaf.turn(sheaf.neighbours(qubit), tangent)
            sheaf.keep()
            return context.get_dummy_value()

        return types.void(state, types.intp, types.intp, types.float64), code

    return rotate


def rotation_back(bits: int, inner: bool) -> Any:
    """(state, other, base, step, t, weight, cos², sums): turn back, add up Im⟨other|X|state⟩.

    Each turned qubit has left a factor 1/cos² in both states together, which is taken out.
    """

    @instructions
    def rotate(
        typing: Any, state: Any, other: Any, base: Any, step: Any, t: Any, weight: Any,
        square: Any, sums: Any,
    ) -> Any:  # fmt: skip
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            w = Writer(context, builder, state)
            right = Sheaf(w, w.data(state, args[0]), args[2], args[3], bits)
            left = Sheaf(w, w.data(other, args[1]), args[2], args[3], bits)
            back = w.narrowed(w.splat(builder.fneg(args[4])))
            factor, total = args[5], w.constant(0.0)
            for qubit in _qubits(w, bits, inner):
                near = right.neighbours(qubit)
                overlap = w.constant(0.0)
                for mine, x in zip(left.parts, near, strict=True):
                    overlap = builder.fadd(overlap, w.cross(mine, x), flags=FUSED)
                total = w.mul_add(overlap, w.narrowed(w.splat(factor)), total)
                factor = builder.fmul(factor, args[6])
                right.turn(near, back)
                left.turn(left.neighbours(qubit), back)
            right.keep()
            left.keep()
            w.add_to(sums, args[7], total)
            return context.get_dummy_value()

        real = types.float64
        sig = types.void(state, other, types.intp, types.intp, real, real, real, sums)
        return sig, code

    return rotate
