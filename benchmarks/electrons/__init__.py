"""The simulators of molecules that are raced: one file each, and the molecules."""
