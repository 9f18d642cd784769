"""Mutated input of every kind: each ends in a result or in an error with a code, within a bound of work."""
