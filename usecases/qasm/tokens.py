"""OpenQASM text as tokens with their lines: enough to count, and no parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, NoReturn

from usecases.errors import BadInstance
from usecases.qasm.limits import NESTING

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<endless>/\*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<number>0[xXbBoO][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>->|==|!=|<=|>=|&&|\|\||\*\*|<<|>>|[-+*/%^&|~!<>=.,;:@()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)


_OTHERWISE = ("pragma", "cal", "defcal", "defcalgrammar")
_MODIFIERS = ("ctrl", "negctrl", "inv", ")")


class Token(NamedTuple):
    """A word, number, text or sign, and the line it stands in."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> list[Token]:
    """All tokens of a text whose brackets match.

    Raises BadInstance for a sign that OpenQASM does not know, for deep or open brackets, and for
    words behind which a parser reads by other rules than these.
    """
    found = list(_read(text))
    for before, token in pairwise([Token("sign", "", 1), *found]):
        if token.text in _OTHERWISE or (token.text == "@" and before.text not in _MODIFIERS):
            raise refuse(token.line, f"{token.text!r} is not taken here")
    _balanced(found)
    return found


class Cursor:
    """A place among tokens whose brackets match."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._at = found, 0
        self.closed_by = ""
        """The bracket that ended the last group."""

    @property
    def ended(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self) -> str:
        """The next token's text. Raises BadInstance at the end."""
        if self.ended:
            self.refuse("the text ends inside a statement")
        return self._tokens[self._at].text

    def next(self) -> Token:
        """Take the next token."""
        self.peek()
        self._at += 1
        return self._tokens[self._at - 1]

    def until(self, sign: str) -> list[Token]:
        """The tokens before a sign, which is taken as well."""
        found = []
        while (token := self.next()).text != sign:
            if token.text in ("{", "}"):
                self.refuse(f"{sign!r} is missing")
            found.append(token)
        return found

    def group(self) -> list[Token]:
        """The tokens within the brackets that open here."""
        if self.next().text not in ("(", "[", "{"):
            self.refuse("brackets are missing")
        found, depth = list[Token](), 1
        while depth:
            token = self.next()
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            found.append(token)
        self.closed_by = found.pop().text
        return found

    def integer(self, text: str) -> int:
        """A whole number of reasonable length."""
        plain = text.replace("_", "").lstrip("+")
        if not plain.lstrip("-").isdecimal() or len(plain) > 15:
            self.refuse(f"{text[:20]!r} is not a whole number")
        return int(plain)

    def refuse(self, problem: str, hint: str = "") -> NoReturn:
        """Complain about the token that was taken last."""
        taken = self._tokens[: self._at][-1:] or self._tokens[:1]
        raise refuse(taken[0].line if taken else 1, problem, hint)


def refuse(line: int, problem: str, hint: str = "") -> BadInstance:
    """The complaint about a line."""
    return BadInstance(f"line {line}", problem, hint)


def _read(text: str) -> Iterator[Token]:
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup == "endless":
            raise refuse(line, f"{text[at]!r} is no sign of OpenQASM")
        kind, word = str(match.lastgroup), match.group()
        if kind != "skip":
            yield Token(kind, word, line)
        line += word.count("\n")
        at += len(word)


def _balanced(found: list[Token]) -> None:
    pairs, open_signs = {")": "(", "]": "[", "}": "{"}, list[Token]()
    for token in found:
        if token.text in pairs.values() and token.kind == "sign":
            open_signs.append(token)
            if len(open_signs) > NESTING:
                raise refuse(token.line, f"brackets are nested more than {NESTING} deep")
        elif token.text in pairs and not (
            open_signs and open_signs.pop().text == pairs[token.text]
        ):
            raise refuse(token.line, f"{token.text!r} closes nothing")
    if open_signs:
        raise refuse(open_signs[-1].line, f"{open_signs[-1].text!r} is never closed")
