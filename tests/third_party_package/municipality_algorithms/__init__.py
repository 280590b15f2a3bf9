"""Algorithms of a third party."""
