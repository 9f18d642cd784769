"""A scoping filter as a value: groups of clauses, and the operators of Entra's portal."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """The operators of Entra's portal, in its spelling."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT EQUALS"
    IS_TRUE = "IS TRUE"
    IS_FALSE = "IS FALSE"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"
    REGEX_MATCH = "REGEX MATCH"
    NOT_REGEX_MATCH = "NOT REGEX MATCH"
    GREATER_THAN = "Greater_Than"
    GREATER_THAN_OR_EQUALS = "Greater_Than_OR_EQUALS"
    INCLUDES = "Includes"
    ENDS_WITH = "ENDS_WITH"
    IN_VALUE = "&"
    NOT_IN_VALUE = "!&"

    @property
    def unary(self) -> bool:
        """No value stands behind it."""
        return self in _UNARY


_UNARY = (Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_NULL, Operator.IS_NOT_NULL)


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on one attribute."""

    attribute: str
    """Entra's name of the source attribute."""
    operator: Operator
    value: str = ""
    """What it is compared with; "" for the operators without a value."""


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Clauses that must all hold; without clauses it holds for everybody."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class ScopingFilter:
    """Groups of which one must hold; without groups everybody is in."""

    groups: tuple[FilterGroup, ...] = ()
    unknown: tuple[str, ...] = ()
    """Clauses of an imported filter whose operator is not known here, in words: nobody is judged while they stand."""
