"""A scoping filter as one line of text, `department EQUALS Sales AND state IS NOT NULL OR …`, read and printed.

AND binds closer than OR; each side of an OR may stand in parentheses. A name with blanks stands in brackets, a value
in quotes where it has blanks at its ends, quotes, parentheses, or the words AND and OR.
"""

import re

from wizard.errors import WizardError
from wizard.mapping.scoping_clauses import Clause, FilterGroup, Operator, ScopingFilter

LONGEST = 10_000
"""Characters of a filter's text, as of an expression."""

_BY_LENGTH = sorted(Operator, key=len, reverse=True)
_OPERATORS = "|".join(r"\s+".join(map(re.escape, operator.split(" "))) for operator in _BY_LENGTH)
_OPERATOR = re.compile(rf"({_OPERATORS})(?=[\s\")]|$)", re.IGNORECASE)
_NAME = re.compile(r"\[([^\[\]]+)\]|([^\s\[\]()\"]+)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_CONNECTIVE = re.compile(r"\s+(AND|OR)(?=\s|\(|$)")
_PLAIN = re.compile(r"[^\s\"()]+")
_BLANK = re.compile(r"\s*")


class FilterError(WizardError):
    """The text is no scoping filter."""

    def __init__(self, position: int, expected: str, remark: str = "") -> None:
        self.position = position
        """Offset into the text, 0 = first character."""
        self.expected = expected
        """What would have been right there, a phrase."""
        super().__init__(
            f"The filter cannot be read at character {position + 1}",
            f"Expected {expected}.{' ' if remark else ''}{remark}",
        )


def parse_filter(text: str) -> ScopingFilter:
    """The filter a text spells; an empty text lets everybody in. Raises FilterError."""
    if len(text) > LONGEST:
        raise FilterError(LONGEST, f"the end, because a filter has at most {LONGEST:,} characters")
    at = _past_blanks(text, 0)
    groups: list[FilterGroup] = []
    while at < len(text) or groups:
        group, at, goes_on = _group(text, at)
        groups.append(group)
        if not goes_on:
            break
    return ScopingFilter(tuple(groups))


def print_filter(scoping_filter: ScopingFilter) -> str:
    """The filter in its canonical text; groups without clauses have none."""
    groups = (" AND ".join(print_clause(c) for c in group.clauses) for group in scoping_filter.groups)
    return " OR ".join(group for group in groups if group)


def print_clause(clause: Clause) -> str:
    """One clause in its canonical text."""
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


def _past_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _group(text: str, at: int) -> tuple[FilterGroup, int, bool]:
    """(the group, where it ends, whether an OR follows)."""
    opened = text[at : at + 1] == "("
    at = _past_blanks(text, at + 1) if opened else at
    clauses: list[Clause] = []
    while True:
        clause, at = _clause(text, at, opened)
        clauses.append(clause)
        after = _past_blanks(text, at)
        closed = opened and text[after : after + 1] == ")"
        at = after + 1 if closed else at
        found = _CONNECTIVE.match(text, at)
        if found is None:
            end = _past_blanks(text, at)
            if end < len(text) or (opened and not closed):
                raise FilterError(end, _after_clause(opened and not closed))
            return FilterGroup(tuple(clauses)), end, False
        if (found[1] == "OR" or closed) and (found[1] == "AND" or (opened and not closed)):
            raise FilterError(found.start(1), "OR between parentheses, AND inside", "AND binds closer than OR.")
        at = _past_blanks(text, found.end())
        if found[1] == "OR":
            return FilterGroup(tuple(clauses)), at, True


def _after_clause(open_: bool) -> str:
    return "AND or a closing parenthesis" if open_ else "AND, OR or the end"


def _clause(text: str, at: int, opened: bool) -> tuple[Clause, int]:
    name = _NAME.match(text, at)
    if name is None:
        raise FilterError(at, "the name of an attribute, as department")
    at = _past_blanks(text, name.end())
    found = _OPERATOR.match(text, at)
    if found is None:
        if text[at:].casefold().startswith("ismemberof"):
            raise FilterError(at, "another operator", "Entra does not support IsMemberOf: choose groups instead.")
        raise FilterError(at, f"an operator: {', '.join(Operator)}")
    operator = next(o for o in Operator if o.casefold() == " ".join(found[1].split()).casefold())
    attribute = (name[1] or name[2]).strip()
    if not attribute:
        raise FilterError(name.start(), "the name of an attribute inside the brackets")
    if operator.unary:
        return Clause(attribute, operator), found.end()
    value, at = _value(text, _past_blanks(text, found.end()), opened)
    return Clause(attribute, operator, value), at


def _value(text: str, at: int, opened: bool) -> tuple[str, int]:
    """(the value, where it ends): in quotes, or all words up to AND, OR, the end, or the group's parenthesis."""
    if text[at : at + 1] == '"':
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise FilterError(at, "a quote that closes this value")
        return re.sub(r'\\([\\"])', r"\1", quoted[1]), quoted.end()
    found = _CONNECTIVE.search(text, at - 1)
    end = found.start() if found else len(text.rstrip())
    raw = text[at:end].rstrip()
    if opened and raw.endswith(")") and raw.count(")") > raw.count("("):
        raw = raw[:-1].rstrip()
    if not raw or raw in ("AND", "OR"):
        raise FilterError(at, "a value", 'An empty value is written "". To find people without one, use IS NULL.')
    return raw, at + len(raw)
