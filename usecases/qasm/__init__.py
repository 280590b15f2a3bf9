"""Circuits from users: scanned, parsed in a child with limits, and rebuilt from plain data."""
