"""What a circuit would expand to, counted from its text before any parser sees it.

Declared qubits and bits are added up, gate definitions are counted through all that they use, and
loops are multiplied out: a kilobyte of nested gates is 10¹⁸ operations and is refused as such. What
cannot be counted (a loop without literal bounds, a file to include) is refused as well.
"""

from __future__ import annotations

import math

from usecases.errors import TooLarge
from usecases.qasm.limits import BITS, BYTES, NESTING, OPERATIONS, QUBITS
from usecases.qasm.tokens import Cursor, Token, tokens

ENDLESS = 10**15
"""What is more than this is not counted exactly."""

LIBRARIES = {2: "qelib1.inc", 3: "stdgates.inc"}
_REGISTERS = {"qreg": "qubits", "qubit": "qubits", "creg": "bits", "bit": "bits"}
_REFUSED = {
    *("while", "def", "extern", "switch", "box", "input", "output", "const", "array", "stretch"),
    *("break", "continue", "end", "return", "OPENQASM"),
}


def scan(text: str) -> int:
    """The version of a circuit that is not too large to be parsed.

    Raises TooLarge beyond a limit, BadInstance for what is not taken.
    """
    size = len(text.encode())
    if size > BYTES:
        raise TooLarge(f"the circuit has {size:,} bytes; at most {BYTES:,} are taken")
    return _Scan(tokens(text)).version


class _Scan(Cursor):
    """A walk over the statements that counts and remembers sizes."""

    def __init__(self, found: list[Token]) -> None:
        super().__init__(found)
        self._depth = self._deepest = 0
        self._declared = {"qubits": 0, "bits": 0}
        self._sizes: dict[str, int] = {}
        self._gates: dict[str, tuple[int, int]] = {}  # operations, and how deep definitions go
        self.version = self._version()
        total = 0
        while not self.ended:
            total += self._statement()
            _limited(total, OPERATIONS, "operations once its gates and loops are expanded")

    def _version(self) -> int:
        if self.next().text == "OPENQASM":
            words = [token.text.split(".")[0] for token in self.until(";")]
            if words in (["2"], ["3"]):
                return int(words[0])
        self.refuse("does not begin with its version", "Begin with: OPENQASM 3.0;")

    def _statement(self) -> int:
        """The operations of the next statement."""
        first = self.next()
        if first.text in _REFUSED:
            self.refuse(f"{first.text!r} is not taken here")
        self._depth += 1
        if self._depth > NESTING:
            self.refuse(f"statements are nested more than {NESTING} deep")
        cost = self._known(first)
        self._depth -= 1
        return cost

    def _known(self, first: Token) -> int:
        match first.text:
            case "{":
                return self._block()
            case "if":
                self.group()
                return self._statement()
            case "else":
                return self._statement()
            case "for":
                return _capped(self._rounds() * max(self._statement(), 1))
            case "gate":
                return self._definition()
            case "include":
                return self._library()
            case name if name in _REGISTERS:
                return self._register(name)
        return self._call(first)

    def _block(self) -> int:
        total = 0
        while self.peek() != "}":
            total += self._statement()
        self.next()
        return _capped(total)

    def _definition(self) -> int:
        name = self.next().text
        self.until("{")
        deepest, self._deepest = self._deepest, 0
        cost, depth = self._block(), self._deepest + 1
        self._deepest = deepest
        if depth > NESTING:
            self.refuse(f"gates are defined by gates more than {NESTING} deep")
        self._gates[name] = cost, depth
        return 0

    def _rounds(self) -> int:
        """How often a loop runs, from `TYPE NAME in [a:step:b]` or `{a, b, c}`."""
        while (word := self.next()).text != "in":
            if word.kind != "word":
                self.refuse("this loop is not of the form: for int i in [0:9] { ... }")
        inner = self.group()
        between = ":" if self.closed_by == "]" else ","
        numbers = "".join(token.text for token in inner).split(between)
        if any(token.text not in "+-:," and token.kind != "number" for token in inner):
            self.refuse("the bounds of a loop must be numbers")
        if self.closed_by == "}":
            return len(numbers)
        return self._steps([self.integer(n) for n in numbers])

    def _steps(self, bounds: list[int]) -> int:
        if len(bounds) not in (2, 3) or (len(bounds) == 3 and bounds[1] == 0):
            self.refuse("the range of a loop is [first:last] or [first:step:last]")
        first, *step, last = bounds
        return max((last - first) // (step[0] if step else 1) + 1, 0)

    def _library(self) -> int:
        name = self.next().text.strip("\"'")
        if name != LIBRARIES[self.version]:
            self.refuse(
                f"no file is included but {LIBRARIES[self.version]}, which is no file here",
                "Write what it defines into the circuit",
            )
        self.until(";")
        return 0

    def _register(self, kind: str) -> int:
        """`qreg q[4];`, `qubit[4] q;`, `qubit q;` or `bit[4] c = measure q;`."""
        inner: list[Token] = []
        if self.peek() == "[":
            inner = self.group()
        name = self.next().text
        if self.peek() == "[":
            inner = self.group()
        if inner and [token.kind for token in inner] != ["number"]:
            self.refuse(f"the size of {name} must be a number")
        size = self.integer(inner[0].text) if inner else 1
        of = _REGISTERS[kind]
        self._declared[of] += size
        _limited(self._declared[of], {"qubits": QUBITS, "bits": BITS}[of], of)
        self._sizes[name] = size
        return size if len(self.until(";")) > 1 else 0

    def _call(self, first: Token) -> int:
        """A gate, measurement or the like, once for each qubit of its largest register."""
        words = [first, *self.until(";")]
        last = max((k for k, token in enumerate(words) if token.text == "@"), default=-1)
        cost, depth = self._gates.get(words[last + 1].text, (1, 0))
        self._deepest = max(self._deepest, depth)
        if words[0].text == "let":
            self._sizes[words[1].text] = self._declared["qubits"]
            return 0
        sizes = [self._width(words, k) for k in range(len(words))]
        return _capped(cost * max(sizes) * self._powers(words[: last + 1]))

    def _width(self, words: list[Token], k: int) -> int:
        """The size of the register that a word names; 1 where one of its bits is meant."""
        behind = [token.text for token in words[k + 1 : k + 4]]
        alone = len(behind) == 3 and behind[0] == "[" and behind[2] == "]"
        return 1 if alone else self._sizes.get(words[k].text, 1)

    def _powers(self, modifiers: list[Token]) -> int:
        """What `pow(k) @` multiplies by; k must be a number."""
        times = 1
        for k, token in enumerate(modifiers):
            if token.text == "pow":
                group = [t for t in modifiers[k + 2 : k + 5] if t.text not in "()-+@"]
                if len(group) != 1 or group[0].kind != "number":
                    self.refuse("a power must be a number")
                times = _capped(times * max(math.ceil(min(float(group[0].text), ENDLESS)), 1))
        return times


def _capped(operations: int) -> int:
    return min(operations, ENDLESS)


def _limited(value: int, most: int, words: str) -> None:
    if value > most:
        shown = f"{value:,}" if value < ENDLESS else "endlessly many"
        raise TooLarge(
            f"the circuit has {shown} {words}; at most {most:,} are taken", "Take a smaller circuit"
        )
