"""Scoping filters in plain words: the comparisons, a condition as a sentence, and why it does not hold for a value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wizard import messages
from wizard.directory import AttributeValue
from wizard.mapping.scoping import clause_problem
from wizard.mapping.scoping_filter import Clause, Operator
from wizard.messages.attribute_names import friendly_name
from wizard.messages.formats import comma_list, either
from wizard.messages.translation import N_, _, ngettext

Takes = Literal["nothing", "one", "several", "number", "pattern"]
_MOST_LISTED = 4
"""Values of a condition that are all named; of more, the first three and the number of the others."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way to compare. Its texts are translated by the properties."""

    id: str
    _label: str
    operator: Operator
    takes: Takes
    _meaning: str
    _condition: str
    """The condition as part of a sentence: "{attribute} equals “{value}”"."""
    _denial: str
    """Why it does not hold for a value, a sentence."""
    _spelling: str = ""
    """Entra's spelling, if it is not the operator's name."""

    @property
    def words(self) -> str:
        """The text between attribute and value."""
        return _(self._label)

    @property
    def help(self) -> str:
        """The meaning, and Entra's spelling."""
        text = _("{meaning}\nIn Entra: {operator}")
        return text.format(meaning=_(self._meaning), operator=self._spelling or self.operator.value)

    def condition(self, attribute: str, value: str) -> str:
        """Return a condition as part of a sentence; `value` is the text to show."""
        return _(self._condition).format(attribute=attribute, value=value)

    def denial(self, attribute: str, found: str, value: str) -> str:
        """Return why the condition does not hold, a sentence."""
        return _(self._denial).format(attribute=attribute, found=found, value=value)


_EXCLUDED = N_("{attribute} is “{found}”, which is excluded.")
_OTHER = N_("{attribute} is “{found}”, not {value}.")
COMPARISONS = (
    Comparison(
        "equals",
        N_("equals"),
        Operator.EQUALS,
        "one",
        N_("The value is exactly this. Case-sensitive."),
        N_("{attribute} equals {value}"),
        _OTHER,
    ),
    Comparison(
        "not",
        N_("does not equal"),
        Operator.NOT_EQUALS,
        "one",
        N_("There is a value, and it is not this. Case-sensitive."),
        N_("{attribute} does not equal {value}"),
        _EXCLUDED,
    ),
    Comparison(
        "one_of",
        N_("is one of"),
        Operator.REGEX_MATCH,
        "several",
        N_("The value is one of these. Case-sensitive."),
        N_("{attribute} is {value}"),
        _OTHER,
        "REGEX MATCH ^(…|…)$",
    ),
    Comparison(
        "none_of",
        N_("is none of"),
        Operator.NOT_REGEX_MATCH,
        "several",
        N_("There is a value, and it is none of these. Case-sensitive."),
        N_("{attribute} is not {value}"),
        _EXCLUDED,
        "NOT REGEX MATCH ^(…|…)$",
    ),
    Comparison(
        "contains",
        N_("contains"),
        Operator.INCLUDES,
        "one",
        N_("The value contains this text. Case-sensitive."),
        N_("{attribute} contains {value}"),
        N_("{attribute} is “{found}”, which does not contain {value}."),
    ),
    Comparison(
        "ends",
        N_("ends with"),
        Operator.ENDS_WITH,
        "one",
        N_("The value ends with this text. Case-sensitive."),
        N_("{attribute} ends with {value}"),
        N_("{attribute} is “{found}”, which does not end with {value}."),
    ),
    Comparison(
        "pattern",
        N_("matches regex"),
        Operator.REGEX_MATCH,
        "pattern",
        N_("The whole value matches this .NET regular expression. Case-sensitive."),
        N_("{attribute} matches {value}"),
        N_("{attribute} is “{found}”, which does not match {value}."),
    ),
    Comparison(
        "not_pattern",
        N_("does not match regex"),
        Operator.NOT_REGEX_MATCH,
        "pattern",
        N_("There is a value, and it does not match this .NET regular expression. Case-sensitive."),
        N_("{attribute} does not match {value}"),
        N_("{attribute} is “{found}”, which matches {value}."),
    ),
    Comparison(
        "filled",
        N_("has a value"),
        Operator.IS_NOT_NULL,
        "nothing",
        N_("There is a value."),
        N_("{attribute} has a value"),
        N_("{attribute} is empty."),
    ),
    Comparison(
        "empty",
        N_("is empty"),
        Operator.IS_NULL,
        "nothing",
        N_("There is no value."),
        N_("{attribute} is empty"),
        N_("{attribute} is “{found}”, not empty."),
    ),
    Comparison(
        "true",
        N_("is true"),
        Operator.IS_TRUE,
        "nothing",
        N_("The value is true."),
        N_("{attribute} is true"),
        N_("{attribute} is “{found}”, not true."),
    ),
    Comparison(
        "false",
        N_("is false"),
        Operator.IS_FALSE,
        "nothing",
        N_("The value is false."),
        N_("{attribute} is false"),
        N_("{attribute} is “{found}”, not false."),
    ),
    Comparison(
        "above",
        N_("is greater than"),
        Operator.GREATER_THAN,
        "number",
        N_("The value is a whole number greater than this."),
        N_("{attribute} is greater than {value}"),
        N_("{attribute} is “{found}”, which is not greater than {value}."),
    ),
    Comparison(
        "at_least",
        N_("is at least"),
        Operator.GREATER_THAN_OR_EQUALS,
        "number",
        N_("The value is a whole number equal to or greater than this."),
        N_("{attribute} is at least {value}"),
        N_("{attribute} is “{found}”, which is not at least {value}."),
    ),
    Comparison(
        "within",
        N_("is contained in"),
        Operator.IN_VALUE,
        "one",
        N_("This text contains the value. Case-sensitive."),
        N_("{attribute} is contained in {value}"),
        N_("{attribute} is “{found}”, which is not contained in {value}."),
    ),
    Comparison(
        "not_within",
        N_("is not contained in"),
        Operator.NOT_IN_VALUE,
        "one",
        N_("There is a value, and this text does not contain it."),
        N_("{attribute} is not contained in {value}"),
        N_("{attribute} is “{found}”, which is contained in {value}."),
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
    """Return the comparison of an id."""
    return _BY_ID[id_]


def comparison_of(clause: Clause) -> Comparison:
    """Return how a clause compares; a pattern that only lists values is "is one of"."""
    listed = clause.operator in _SEVERAL and values_of_pattern(clause.value) is not None
    return _SEVERAL[clause.operator] if listed else _PLAINLY[clause.operator]


def shown_value(clause: Clause) -> str:
    """Return the text of the value's field for a clause."""
    several = values_of_pattern(clause.value) if comparison_of(clause).takes == "several" else None
    return clause.value if several is None else joined(several)


def clause_of(attribute: str, chosen: Comparison, text: str) -> Clause:
    """Return the clause of a row's three fields."""
    if chosen.takes == "nothing":
        return Clause(attribute, chosen.operator)
    if chosen.takes == "several":
        several = separated(text)
        return Clause(attribute, chosen.operator, pattern_of_values(several) if several else "")
    return Clause(attribute, chosen.operator, text.strip() if chosen.takes == "number" else text)


def pattern_of_values(values: tuple[str, ...]) -> str:
    """Return the regular expression that matches exactly these values; anchored: Entra's also match parts."""
    escaped = (_SPECIAL.sub(r"\\\1", value) for value in values)
    return f"^({'|'.join(escaped)})$"


def values_of_pattern(pattern: str) -> tuple[str, ...] | None:
    """Return the values that a pattern of `pattern_of_values` lists; None for any other pattern."""
    whole = _LIST.fullmatch(pattern)
    if whole is None:
        return None
    # Keep escaped characters together: a value may end in a backslash.
    branches = re.findall(r"(?:[^|\\]|\\.)+", whole[1], re.DOTALL)
    if not all(_BRANCH.fullmatch(branch) for branch in branches):
        return None
    values = tuple(re.sub(r"\\(.)", r"\1", branch) for branch in branches)
    return values if pattern_of_values(values) == pattern else None


def separated(text: str) -> tuple[str, ...]:
    """Return the values of a comma-separated list; a value with a comma is in quotes."""
    found = [(part[1] or "").replace('""', '"') or part[2] or "" for part in _PART.finditer(text)]
    return tuple(dict.fromkeys(value for value in found if value))


def joined(values: tuple[str, ...]) -> str:
    """Return values as a comma-separated list; the inverse of `separated`."""
    return ", ".join(quoted(value) for value in values)


def quoted(value: str) -> str:
    """Return one value as part of a comma-separated list."""
    plain = value == value.strip() and "," not in value and not value.startswith('"')
    return value if plain else '"' + value.replace('"', '""') + '"'


def trouble(clause: Clause) -> str:
    """Return why a condition is incomplete, a sentence, or ""."""
    if not clause.attribute:
        return _("Choose an attribute.")
    problem = clause_problem(clause)
    if not problem:
        return ""
    takes = comparison_of(clause).takes
    if takes != "nothing" and clause.value == "":
        return _("Enter a value, or choose “is empty”.")
    if takes == "number":
        return _("“{value}” is not a whole number.").format(value=clause.value)
    return messages.text(problem)


def condition(clause: Clause) -> str:
    """Return a clause as part of a sentence: "Department equals “Optics”"."""
    return comparison_of(clause).condition(friendly_name(clause.attribute), _compared_value(clause))


def why_not(clause: Clause, value: AttributeValue | None) -> str:
    """Return why a clause does not hold: "Department is “Logistics”, not “Optics” or “Metrology”."."""
    name, chosen = friendly_name(clause.attribute), comparison_of(clause)
    if value is None or value in ("", ()):
        return _("{attribute} is empty.").format(attribute=name)
    text = (
        comma_list(value) if isinstance(value, tuple) else str(value).lower() if value in (True, False) else value
    )
    found = str(text)[:80]
    if chosen.id == "equals" and str(text).casefold() == clause.value.casefold():
        sentence = _("{attribute} is “{found}”, not “{value}”. The comparison is case-sensitive.")
        return sentence.format(attribute=name, found=found, value=clause.value)
    return chosen.denial(name, found, _compared_value(clause))


def _compared_value(clause: Clause) -> str:
    """Return the value of a clause in quotes; of several, the first ones as alternatives."""
    chosen = comparison_of(clause)
    if chosen.takes == "number":
        return clause.value
    several = values_of_pattern(clause.value) if chosen.takes == "several" else None
    return _alternatives(several) if several else _in_quotes(clause.value)


def _alternatives(values: Sequence[str]) -> str:
    shown = [_in_quotes(value) for value in values]
    if len(values) > _MOST_LISTED:
        more = len(values) - 3
        shown = [*shown[:3], ngettext("{n:,} other", "{n:,} others", more).format(n=more)]
    return either(shown)


def _in_quotes(value: str) -> str:
    return _("“{value}”").format(value=value)
