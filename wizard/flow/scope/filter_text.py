"""Scoping filters in plain words: each comparison with what it takes, and what a clause says of somebody."""

import re
from dataclasses import dataclass
from typing import Literal

from wizard import messages
from wizard.directory import AttributeValue
from wizard.mapping.scoping import clause_problem
from wizard.mapping.scoping_filter import Clause, Operator

Takes = Literal["nothing", "one", "several", "number", "pattern"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way to compare, as a person chooses it."""

    id: str
    words: str
    """What stands between attribute and value."""
    operator: Operator
    takes: Takes
    help: str
    """Entra's spelling and what it means."""


def _made(id_: str, words: str, operator: Operator, takes: Takes, meaning: str, spelling: str = "") -> Comparison:
    return Comparison(id_, words, operator, takes, f"{meaning}\nIn Entra: {spelling or operator.value}")


_PATTERN_HELP = "a regular expression of .NET that must fit the whole value; capitals count."
COMPARISONS = (
    _made("equals", "equals", Operator.EQUALS, "one", "The value is exactly this; capitals count."),
    _made("not", "is not", Operator.NOT_EQUALS, "one", "There is a value, and it is another one; capitals count."),
    _made(
        "one_of", "is one of", Operator.REGEX_MATCH, "several", "The value is one of these.", "REGEX MATCH ^(…|…)$"
    ),
    _made(
        "none_of",
        "is none of",
        Operator.NOT_REGEX_MATCH,
        "several",
        "There is a value, and it is none of these.",
        "NOT REGEX MATCH ^(…|…)$",
    ),
    _made("contains", "contains", Operator.INCLUDES, "one", "This stands somewhere in the value; capitals count."),
    _made("ends", "ends with", Operator.ENDS_WITH, "one", "The value ends so; capitals count."),
    _made("pattern", "matches", Operator.REGEX_MATCH, "pattern", f"The value matches {_PATTERN_HELP}"),
    _made(
        "not_pattern",
        "does not match",
        Operator.NOT_REGEX_MATCH,
        "pattern",
        f"There is a value, and it does not match {_PATTERN_HELP}",
    ),
    _made("filled", "has a value", Operator.IS_NOT_NULL, "nothing", "There is a value, whichever."),
    _made("empty", "is empty", Operator.IS_NULL, "nothing", "There is no value."),
    _made("true", "is true", Operator.IS_TRUE, "nothing", "The value is true."),
    _made("false", "is false", Operator.IS_FALSE, "nothing", "The value is false."),
    _made(
        "above", "is above", Operator.GREATER_THAN, "number", "Both are whole numbers, the value is the greater."
    ),
    _made(
        "at_least",
        "is at least",
        Operator.GREATER_THAN_OR_EQUALS,
        "number",
        "Both are whole numbers, the value is the greater or the same.",
    ),
    _made(
        "within",
        "is part of",
        Operator.IN_VALUE,
        "one",
        "The value stands somewhere in this text; capitals count.",
    ),
    _made(
        "not_within",
        "is no part of",
        Operator.NOT_IN_VALUE,
        "one",
        "There is a value, and it stands nowhere in this text.",
    ),
)
_BY_ID = {comparison.id: comparison for comparison in COMPARISONS}
_SEVERAL = {Operator.REGEX_MATCH: _BY_ID["one_of"], Operator.NOT_REGEX_MATCH: _BY_ID["none_of"]}
_PLAINLY = {c.operator: c for c in reversed(COMPARISONS) if c.takes != "several"}
_LIST = re.compile(r"\^\((.+)\)\$", re.DOTALL)
_BRANCH = re.compile(r"(?:[^\\^$.|?*+()\[\]{}]|\\[^\w\s])+", re.DOTALL)
_SPECIAL = re.compile(r"([\\^$.|?*+()\[\]{}#])")
_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)', re.DOTALL)


def comparison(id_: str) -> Comparison:
    """The comparison of this id."""
    return _BY_ID[id_]


def comparison_of(clause: Clause) -> Comparison:
    """How a clause compares; a pattern that only lists values is "is one of"."""
    listed = clause.operator in _SEVERAL and values_of_pattern(clause.value) is not None
    return _SEVERAL[clause.operator] if listed else _PLAINLY[clause.operator]


def shown_value(clause: Clause) -> str:
    """What stands in the value's field for a clause."""
    several = values_of_pattern(clause.value) if comparison_of(clause).takes == "several" else None
    return clause.value if several is None else joined(several)


def clause_of(attribute: str, chosen: Comparison, text: str) -> Clause:
    """The clause for what stands in a row's three fields."""
    if chosen.takes == "nothing":
        return Clause(attribute, chosen.operator)
    if chosen.takes == "several":
        several = separated(text)
        return Clause(attribute, chosen.operator, pattern_of_values(several) if several else "")
    return Clause(attribute, chosen.operator, text.strip() if chosen.takes == "number" else text)


def pattern_of_values(values: tuple[str, ...]) -> str:
    """The regular expression that fits exactly these values; anchored, for Entra never says that all must match."""
    escaped = (_SPECIAL.sub(r"\\\1", value) for value in values)
    return f"^({'|'.join(escaped)})$"


def values_of_pattern(pattern: str) -> tuple[str, ...] | None:
    """The values that a pattern of `pattern_of_values` lists; None for any other pattern."""
    whole = _LIST.fullmatch(pattern)
    if whole is None:
        return None
    # An escaped character belongs together: a value may end in a backslash.
    branches = re.findall(r"(?:[^|\\]|\\.)+", whole[1], re.DOTALL)
    if not all(_BRANCH.fullmatch(branch) for branch in branches):
        return None
    values = tuple(re.sub(r"\\(.)", r"\1", branch) for branch in branches)
    return values if pattern_of_values(values) == pattern else None


def separated(text: str) -> tuple[str, ...]:
    """The values of a list with commas; one that holds a comma stands in quotes."""
    found = [(part[1] or "").replace('""', '"') or part[2] or "" for part in _PART.finditer(text)]
    return tuple(dict.fromkeys(value for value in found if value))


def joined(values: tuple[str, ...]) -> str:
    """Values as a list with commas, the other way round."""
    return ", ".join(quoted(value) for value in values)


def quoted(value: str) -> str:
    """One value as it stands in a list with commas."""
    plain = value == value.strip() and "," not in value and not value.startswith('"')
    return value if plain else '"' + value.replace('"', '""') + '"'


def trouble(clause: Clause) -> str:
    """What a row still lacks, a sentence, or ""."""
    if not clause.attribute:
        return "Choose an attribute."
    problem = clause_problem(clause)
    if not problem:
        return ""
    takes = comparison_of(clause).takes
    if takes != "nothing" and clause.value == "":
        return "Enter a value, or choose “is empty”."
    return f"“{clause.value}” is not a whole number." if takes == "number" else messages.text(problem)


def condition(clause: Clause) -> str:
    """A clause as a person says it: department equals “Optics”."""
    chosen = comparison_of(clause)
    if chosen.takes == "nothing":
        return f"{clause.attribute} {chosen.words}"
    several = values_of_pattern(clause.value) if chosen.takes == "several" else None
    return f"{clause.attribute} {chosen.words} {_listed(several, 'and') if several else f'“{clause.value}”'}"


def why_not(clause: Clause, value: AttributeValue | None) -> str:
    """Why a clause does not hold for a value: department is “Logistics”, neither Optics nor Metrology."""
    name, chosen = clause.attribute, comparison_of(clause)
    if value is None or value in ("", ()):
        return f"{name} is empty."
    text = (
        ", ".join(value) if isinstance(value, tuple) else str(value).lower() if value in (True, False) else value
    )
    found = f"{name} is “{str(text)[:80]}”"
    several = values_of_pattern(clause.value) if chosen.takes == "several" else None
    match chosen.id:
        case "equals" if str(text).casefold() == clause.value.casefold():
            return f"{found}, not “{clause.value}”: capitals count."
        case "equals":
            return f"{found}, not “{clause.value}”."
        case "one_of" if several and len(several) > 1:
            return f"{found}, which is {'neither' if len(several) == 2 else 'none of'} {_listed(several, 'nor')}."
        case "one_of" if several:
            return f"{found}, not “{several[0]}”."
        case "not" | "none_of":
            return f"{found}, which is left out."
        case "empty":
            return f"{found}, not empty."
        case "true" | "false":
            return f"{found}, not {chosen.id}."
        case "above" | "at_least":
            return f"{found}, not {chosen.words[3:]} {clause.value}."
        case _:
            return f"{found}, which {_DENIED[chosen.id]} “{clause.value}”."


_DENIED = {
    "contains": "does not contain",
    "ends": "does not end with",
    "pattern": "does not match",
    "not_pattern": "matches",
    "within": "is no part of",
    "not_within": "is part of",
    "filled": "is nothing beside",
}


def _listed(values: tuple[str, ...], word: str) -> str:
    if word == "nor" and len(values) > 2:
        word = "and"
    shown = values if len(values) < 5 else (*values[:3], f"{len(values) - 3} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"
