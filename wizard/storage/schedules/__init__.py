"""Repeated runs: the files and commands that ask the system's own scheduler for them, and how they stand."""
