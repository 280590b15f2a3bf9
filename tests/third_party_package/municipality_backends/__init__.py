"""Machines of a third party."""
