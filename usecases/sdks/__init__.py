"""Vendors' SDKs: a file and a requirements list each, run in an environment of its own."""
