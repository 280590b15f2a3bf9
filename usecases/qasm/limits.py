"""How large a user's circuit may be; what is larger is refused before it is parsed."""

BYTES = 1 << 20
QUBITS = 1024
BITS = 4096
OPERATIONS = 100_000
"""Gates, measurements and the like, after every gate is expanded and every loop is unrolled."""

NESTING = 24
"""Brackets in brackets, and definitions that use definitions."""

SECONDS = 20
MEMORY = 2 << 30
"""Of the child that parses: seconds of processor time, and bytes."""
