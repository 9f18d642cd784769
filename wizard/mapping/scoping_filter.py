"""Scoping filters as Entra has them, as values and as one line of text that is parsed and printed.

`department EQUALS Sales AND state IS NOT NULL OR …`: AND binds more tightly than OR; each side of an OR may be in
parentheses. A name with spaces is written in brackets; a value in quotes where it begins or ends with a space, or
contains quotes, parentheses, or the words AND and OR.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from wizard.errors import Message, WizardError

LONGEST = 10_000
"""Characters of a filter's text, as of an expression."""


class Operator(StrEnum):
    """The operators of Entra's portal, as it spells them."""

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
        """It takes no value."""
        return self in _UNARY


_UNARY = (Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_NULL, Operator.IS_NOT_NULL)


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on one attribute."""

    attribute: str
    """Entra's name of the source attribute."""
    operator: Operator
    value: str = ""
    """What the attribute is compared with; "" for operators without a value."""


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Clauses that must all be true; without clauses everybody passes."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class ScopingFilter:
    """Groups of which one must be true; without groups everybody passes."""

    groups: tuple[FilterGroup, ...] = ()
    unknown: tuple[str, ...] = ()
    """Clauses of an imported filter with an unsupported operator, as text; with any of them the filter cannot be used."""


# --- text to filter -------------------------------------------------------------------------------------------------

_BY_LENGTH = sorted(Operator, key=len, reverse=True)
_OPERATORS = "|".join(r"\s+".join(map(re.escape, operator.split(" "))) for operator in _BY_LENGTH)
_OPERATOR = re.compile(rf"({_OPERATORS})(?=[\s\")]|$)", re.IGNORECASE)
_NAME = re.compile(r"\[([^\[\]]+)\]|([^\s\[\]()\"]+)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_CONNECTIVE = re.compile(r"\s+(AND|OR)(?=\s|\(|$)")
_PLAIN = re.compile(r"[^\s\"()]+")
_SPACES = re.compile(r"\s*")


class FilterError(WizardError):
    """The text is not a scoping filter."""

    def __init__(self, position: int, expected: Message, remark: Message | None = None) -> None:
        self.position = position
        """Offset into the text, 0 = first character."""
        self.expected = expected
        """What would be correct there, a phrase."""
        self.remark = remark
        """A further sentence."""
        super().__init__("filter-unreadable", position=position, expected=expected, remark=remark)


def parse_filter(text: str) -> ScopingFilter:
    """Parse a text; an empty text lets everybody pass. Raises FilterError."""
    if len(text) > LONGEST:
        raise FilterError(LONGEST, Message("expected-end-of-long-filter", limit=LONGEST))
    at = _skip_spaces(text, 0)
    groups: list[FilterGroup] = []
    while at < len(text) or groups:
        group, at, has_more = _group(text, at)
        groups.append(group)
        if not has_more:
            break
    return ScopingFilter(tuple(groups))


def _skip_spaces(text: str, at: int) -> int:
    spaces = _SPACES.match(text, at)
    return spaces.end() if spaces else at


def _group(text: str, at: int) -> tuple[FilterGroup, int, bool]:
    """(the group, where it ends, whether an OR follows)."""
    opened = text[at : at + 1] == "("
    at = _skip_spaces(text, at + 1) if opened else at
    clauses: list[Clause] = []
    while True:
        clause, at = _clause(text, at, opened)
        clauses.append(clause)
        after = _skip_spaces(text, at)
        closed = opened and text[after : after + 1] == ")"
        at = after + 1 if closed else at
        connective = _CONNECTIVE.match(text, at)
        if connective is None:
            end = _skip_spaces(text, at)
            if end < len(text) or (opened and not closed):
                raise FilterError(end, _after_clause(opened and not closed))
            return FilterGroup(tuple(clauses)), end, False
        if (connective[1] == "OR" or closed) and (connective[1] == "AND" or (opened and not closed)):
            raise FilterError(
                connective.start(1), Message("expected-or-between-parentheses"), Message("and-binds-closer")
            )
        at = _skip_spaces(text, connective.end())
        if connective[1] == "OR":
            return FilterGroup(tuple(clauses)), at, True


def _after_clause(open_: bool) -> Message:
    return Message("expected-and-or-parenthesis" if open_ else "expected-and-or-end")


def _clause(text: str, at: int, opened: bool) -> tuple[Clause, int]:
    name = _NAME.match(text, at)
    if name is None:
        raise FilterError(at, Message("expected-filter-attribute"))
    at = _skip_spaces(text, name.end())
    match = _OPERATOR.match(text, at)
    if match is None:
        if text[at:].casefold().startswith("ismemberof"):
            raise FilterError(at, Message("expected-other-operator"), Message("is-member-of-unsupported"))
        raise FilterError(at, Message("expected-operator", operators=tuple(map(str, Operator))))
    operator = next(o for o in Operator if o.casefold() == " ".join(match[1].split()).casefold())
    attribute = (name[1] or name[2]).strip()
    if not attribute:
        raise FilterError(name.start(), Message("expected-attribute-inside-brackets"))
    if operator.unary:
        return Clause(attribute, operator), match.end()
    value, at = _value(text, _skip_spaces(text, match.end()), opened)
    return Clause(attribute, operator, value), at


def _value(text: str, at: int, opened: bool) -> tuple[str, int]:
    """(the value, where it ends): in quotes, or all words up to AND, OR, the end, or the group's parenthesis."""
    if text[at : at + 1] == '"':
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise FilterError(at, Message("expected-closing-quote-of-value"))
        return re.sub(r'\\([\\"])', r"\1", quoted[1]), quoted.end()
    connective = _CONNECTIVE.search(text, at - 1)
    end = connective.start() if connective else len(text.rstrip())
    raw = text[at:end].rstrip()
    if opened and raw.endswith(")") and raw.count(")") > raw.count("("):
        raw = raw[:-1].rstrip()
    if not raw or raw in ("AND", "OR"):
        raise FilterError(at, Message("expected-filter-value"), Message("empty-value-is-quoted"))
    return raw, at + len(raw)


# --- filter to text -------------------------------------------------------------------------------------------------


def print_filter(scoping_filter: ScopingFilter) -> str:
    """Return the canonical text of a filter; groups without clauses have none."""
    groups = (" AND ".join(print_clause(c) for c in group.clauses) for group in scoping_filter.groups)
    return " OR ".join(group for group in groups if group)


def print_clause(clause: Clause) -> str:
    """Return the canonical text of one clause."""
    plain = _NAME.fullmatch(clause.attribute) and not clause.attribute.startswith("[")
    name = clause.attribute if plain else f"[{clause.attribute}]"
    if clause.operator.unary:
        return f"{name} {clause.operator}"
    return f"{name} {clause.operator} {_spelled(clause.value)}"


def _spelled(value: str) -> str:
    if _PLAIN.fullmatch(value) and value not in ("AND", "OR"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
