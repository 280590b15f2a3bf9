"""What an active space asks of an error-corrected machine: qubits, parameters, gates."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb
from typing import NamedTuple


class Space(NamedTuple):
    """Electrons of each spin in spatial orbitals, and where the choice comes from."""

    name: str
    alpha: int
    beta: int
    orbitals: int

    @property
    def qubits(self) -> int:
        """Of the state alone, by Jordan–Wigner."""
        return 2 * self.orbitals

    @property
    def determinants(self) -> int:
        """How many determinants these electrons form: what exact diagonalisation has to hold."""
        return comb(self.orbitals, self.alpha) * comb(self.orbitals, self.beta)

    @property
    def parameters(self) -> int:
        """Angles of unitary coupled cluster with singles and doubles, no symmetry of space used.

        In a closed shell a move and its mirror image, alpha and beta exchanged, share one.
        """
        (one, same), (other, alike) = map(self._moves, (self.alpha, self.beta))
        if self.alpha == self.beta:
            return one * (one + 1) // 2 + same + one
        return one * other + same + alike + one + other

    @property
    def two_qubit_gates(self) -> int:
        """CX of one such circuit as this project builds it, all spin orbitals in one row.

        A single takes 2 and a double 14, and 2 for each qubit of the Jordan–Wigner strings
        between the orbitals; these have m/2 − 1 qubits in the mean for a move of one electron,
        (m − 4)/3 for two of one spin. Summed over all moves. Yordanov et al. 2020,
        arXiv:2005.14475, for a double.
        """
        m = self.orbitals
        (one, same), (other, alike) = map(self._moves, (self.alpha, self.beta))
        apart = (2 * m + 10) * one * other
        together = (42 + 2 * (m - 4)) * (same + alike) // 3
        return apart + together + m * (one + other)

    def _moves(self, filled: int) -> tuple[int, int]:
        """Of one spin: moves of one electron to an empty orbital, and of two."""
        empty = self.orbitals - filled
        return filled * empty, comb(filled, 2) * comb(empty, 2)


def table(spaces: Iterable[Space]) -> str:
    """The spaces as Markdown, a row each."""
    heads = ("active space", "electrons, orbitals", "qubits", "determinants", "angles", "CX")
    lines = [f"| {' | '.join(heads)} |", "|---|---|" + "---:|" * 4]
    for s in spaces:
        counts = (s.determinants, s.parameters, s.two_qubit_gates)
        size = f"({s.alpha + s.beta}e,{s.orbitals}o)"
        lines.append(f"| {s.name} | {size} | {s.qubits} | {' | '.join(map(_short, counts))} |")
    return "\n".join(lines)


def _short(count: int) -> str:
    """In full up to a million, then with three digits."""
    if count < 10**6:
        return f"{count:,}".replace(",", "\u202f")
    digits, power = f"{count:.2e}".split("e+")
    return f"{digits}·10^{int(power)}"
