"""The simulators that are raced: one file each, run in a virtualenv of its own."""
