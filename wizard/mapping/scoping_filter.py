"""Scoping filters as Entra has them: clauses, all of a group must hold, one group is enough; and why someone is out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wizard.directory import AttributeValue
from wizard.mapping.dotnet.patterns import Patience, matches_whole, pattern_problem
from wizard.mapping.scoping_clauses import Clause as Clause
from wizard.mapping.scoping_clauses import FilterGroup as FilterGroup
from wizard.mapping.scoping_clauses import Operator as Operator
from wizard.mapping.scoping_clauses import ScopingFilter as ScopingFilter
from wizard.mapping.scoping_filter_text import print_clause

SourceValue = Callable[[str], AttributeValue | None]


_ORDERED = (Operator.GREATER_THAN, Operator.GREATER_THAN_OR_EQUALS)
_PATTERNS = (Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH)
_LONGEST_INTEGER = 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody is in scope, and which clauses decided it."""

    in_scope: bool
    reason: str
    """A whole sentence, for anyone who asks why."""
    deciding: tuple[Clause, ...] = ()
    """In: the clauses of the group that holds. Out: of each group the first clause that does not."""


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """A clause that cannot be asked."""

    group: int
    clause: int
    """Places in the filter, 0 = first; -1 = an imported clause that stands in no place."""
    sentence: str


UNUSABLE = frozenset({"members", "appRoleAssignments", "userType", "manager"})
"""Attributes that Entra does not take in a scoping filter."""


def judge(scoping_filter: ScopingFilter, source: SourceValue, patience: Patience | None = None) -> Verdict:
    """Whether one person or group is in scope, and why; `source` gives an attribute's value, None = NULL.

    Raises PatternProblem where a regular expression cannot be read or takes too long.
    """
    patience = patience or Patience()
    if not scoping_filter.groups:
        return Verdict(True, "No filter is set, so everybody is in scope.")
    failed: list[Clause] = []
    for group in scoping_filter.groups:
        first = next((c for c in group.clauses if not holds(c, source(c.attribute), patience)), None)
        if first is None:
            return Verdict(True, _in_words(group, source), group.clauses)
        failed.append(first)
    told = "; ".join(f"{clause_text(c)} does not hold, {c.attribute} {_has(source(c.attribute))}" for c in failed)
    return Verdict(False, f"{told}.", tuple(dict.fromkeys(failed)))


def judged(
    scoping_filter: ScopingFilter, attributes: Mapping[str, AttributeValue], patience: Patience | None = None
) -> Verdict:
    """The same for attributes that stand in a mapping."""
    return judge(scoping_filter, attributes.get, patience)


def holds(clause: Clause, value: AttributeValue | None, patience: Patience) -> bool:
    """Whether one clause holds for a value.

    NULL and "" make every clause false but IS NULL. Of several values all must comply (Graph's own comparison
    type; the portal does not support them). Case counts everywhere, for ENDS_WITH too, where Microsoft is silent.
    """
    empty = value is None or value in ("", ())
    if clause.operator is Operator.IS_NULL:
        return empty
    if empty or value is None:
        return False
    values = value if isinstance(value, tuple) else (value,)
    return all(_complies(clause, one, patience) for one in values)


def _complies(clause: Clause, value: str | bool, patience: Patience) -> bool:
    text = str(value)
    match clause.operator:
        case Operator.IS_NULL | Operator.IS_NOT_NULL:
            return clause.operator is Operator.IS_NOT_NULL
        case Operator.IS_TRUE | Operator.IS_FALSE:
            return text.strip().casefold() == ("true" if clause.operator is Operator.IS_TRUE else "false")
        case Operator.EQUALS | Operator.NOT_EQUALS:
            return _equal(value, clause.value) is (clause.operator is Operator.EQUALS)
        case Operator.REGEX_MATCH | Operator.NOT_REGEX_MATCH:
            return _matches(clause.value, text, patience) is (clause.operator is Operator.REGEX_MATCH)
        case Operator.GREATER_THAN | Operator.GREATER_THAN_OR_EQUALS:
            return _greater(clause.operator, text, clause.value)
        case Operator.INCLUDES:
            return clause.value in text
        case Operator.ENDS_WITH:
            return text.endswith(clause.value)
        case Operator.IN_VALUE | Operator.NOT_IN_VALUE:
            return _in_value(text, clause.value) is (clause.operator is Operator.IN_VALUE)


def _equal(value: str | bool, wanted: str) -> bool:
    # A truth value has no case of its own: `accountEnabled EQUALS true` and Graph's `"True"` mean the same.
    return str(value).casefold() == wanted.casefold() if isinstance(value, bool) else value == wanted


def _matches(pattern: str, text: str, patience: Patience) -> bool:
    """The whole value must match: Microsoft's samples only work so, `([1-9][0-9])` is meant for 10 to 99."""
    return matches_whole(pattern, text, patience)


def _greater(operator: Operator, text: str, wanted: str) -> bool:
    """Both sides must be whole numbers; a value that is none is out."""
    value, limit = _integer(text), _integer(wanted)
    if value is None or limit is None:
        return False
    return value > limit if operator is Operator.GREATER_THAN else value >= limit


def _in_value(text: str, wanted: str) -> bool:
    """Microsoft says of `&`: the attribute exists in the input value. Taken literally: Includes the other way round."""
    return text in wanted


def _integer(text: str) -> int | None:
    text = text.strip()
    if len(text) > _LONGEST_INTEGER or not text.lstrip("+-").isdecimal() or not text.isascii():
        return None
    try:
        return int(text)
    except ValueError:  # "+-1"
        return None


def filter_problems(scoping_filter: ScopingFilter) -> tuple[FilterProblem, ...]:
    """Clauses that cannot be asked, as sentences, before anybody is judged."""
    unknown = (
        FilterProblem(
            -1, -1, f"{words} was imported, and this program does not know it: write the condition anew."
        )
        for words in scoping_filter.unknown
    )
    return (
        *unknown,
        *(
            FilterProblem(g, c, sentence)
            for g, group in enumerate(scoping_filter.groups)
            for c, clause in enumerate(group.clauses)
            if (sentence := clause_problem(clause))
        ),
    )


def clause_problem(clause: Clause) -> str:
    """Why a clause cannot be asked, a sentence, or ""."""
    if not clause.attribute:
        return "A clause needs the name of an attribute."
    if clause.attribute in UNUSABLE:
        return f"Entra takes no {clause.attribute} in a scoping filter: choose another attribute."
    if clause.operator.unary:
        return ""
    if clause.value == "":
        return f"{clause.operator} needs a value. To find people without one, use IS NULL."
    if clause.operator in _ORDERED and _integer(clause.value) is None:
        return f"{clause.operator} compares whole numbers, and {clause.value} is none."
    return pattern_problem(clause.value) if clause.operator in _PATTERNS else ""


def clause_text(clause: Clause) -> str:
    """The clause in the text form, as `department EQUALS Sales`."""
    return print_clause(clause)


def _in_words(group: FilterGroup, source: SourceValue) -> str:
    if not group.clauses:
        return "A group of the filter has no clauses, so everybody is in scope."
    return (
        f"{' and '.join(clause_text(c) for c in group.clauses)} {'holds' if len(group.clauses) == 1 else 'hold'}."
    )


def _has(value: AttributeValue | None) -> str:
    if value is None or value in ("", ()):
        return "has no value"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"is {text[:60]}…" if len(text) > 60 else f"is {text}"
