"""The expression language for the window and the commands: its functions, checks of a text, values."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import WizardError
from wizard.mapping.expression.errors import NO_FLOW, EvaluationError, ExpressionError, NoFlow
from wizard.messages.attribute_names import friendly_name
from wizard.messages.translation import N_, _

if TYPE_CHECKING:  # the language and its grammar are imported with the first expression
    from wizard.directory import AttributeValue
    from wizard.mapping.expression.expression import FunctionHelp

_BREAKS = str.maketrans(
    {"\n": "\\n", "\r": "\\r", "\v": "\\v", "\f": "\\f", "\x85": "\\x85", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


class NoValue(WizardError):
    """The expression is valid, but has no value for these attributes."""


@dataclass(frozen=True, slots=True)
class ExpressionCheck:
    """The result of parsing a text as an expression."""

    problem: str = ""
    """Why it cannot be parsed, in sentences; "" = it is valid."""
    position: int = -1
    """Offset of the problem, 0 = first character; -1 = none."""
    expected: str = ""
    """What would be correct there, a phrase."""
    nearest: str = ""
    """The function whose name is most similar to the one written, or ""."""
    remark: str = ""
    """A further sentence about the problem, or ""."""
    sources: tuple[str, ...] = ()
    """Names of the attributes it reads."""
    advice: tuple[tuple[int, str], ...] = ()
    """(offset, sentence): results that may surprise."""


def functions() -> "tuple[FunctionHelp, ...]":
    """Return every function with its signature and help, by name."""
    from wizard.mapping.expression.expression import function_catalogue

    return function_catalogue()


def check_expression(text: str) -> ExpressionCheck:
    """Parse a text; never raises."""
    from wizard.mapping.expression.expression import advice, parse, source_names

    try:
        expression = parse(text)
    except ExpressionError as error:
        return ExpressionCheck(
            messages.text(error),
            error.position,
            messages.text(error.expected),
            error.nearest,
            messages.text(error.remark) if error.remark else "",
        )
    advices = tuple((a.position, messages.text(a)) for a in advice(expression.tree))
    return ExpressionCheck(sources=source_names(expression), advice=advices)


_NAME = r"\[([^\[\]]+)\]"
_FIRST, _SAME, _SECOND = (rf"\[(?P<{name}>[^\[\]]+)\]" for name in ("first", "same", "second"))
_FALL_BACKS = (
    re.compile(rf"Coalesce\({_FIRST},{_SECOND}\)", re.IGNORECASE),
    re.compile(rf'Switch\({_FIRST},{_SAME},"",{_SECOND}\)', re.IGNORECASE),
)
"""The first attribute, or the second where the first is empty; `same` is the first one again.

Not IIF([a] = "", …): a comparison with an empty attribute is never true.
"""
_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"{function}\({_NAME}\)", re.IGNORECASE), words)
    for function, words in (
        ("ToUpper", N_("{name} in upper case")),
        ("ToLower", N_("{name} in lower case")),
        ("Trim", N_("{name} without outer spaces")),
        ("Coalesce", "{name}"),
    )
)
_SPACES = re.compile(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""White space outside quotes."""


def expression_words(text: str) -> str:
    """Return a simple expression as words, such as "Last name, or Display name if empty"; "" for any other."""
    plain = _SPACES.sub("", text)
    for pattern in _FALL_BACKS:
        found = pattern.fullmatch(plain)
        if found is not None and found.groupdict().get("same") in (None, found["first"]):
            return _("{first}, or {second} if empty").format(
                first=friendly_name(found["first"]), second=friendly_name(found["second"])
            )
    for pattern, words in _CHANGES:
        found = pattern.fullmatch(plain)
        if found is not None:
            return _(words).format(name=friendly_name(found[1]))
    return ""


def evaluate(text: str, values: "Mapping[str, AttributeValue]", domain: str = "") -> str:
    """Return the value on one line: several as a JSON array, NULL as `null`, a dropped attribute as `(no flow)`.

    values: by the attribute's name in Entra or in Graph. Raises ExpressionError if the text cannot be parsed, NoValue if
    it has no value for these attributes.
    """
    from wizard.entra_names import canonical_name
    from wizard.mapping.expression.expression import Context, parse

    expression = parse(text)
    known = {canonical_name(name): value for name, value in values.items()} | dict(values)
    try:
        return value_text(expression.evaluate(known, Context(default_domain=domain)))
    except EvaluationError as error:
        raise NoValue(error.message) from None


def parse_settings(pairs: Sequence[str]) -> "dict[str, AttributeValue]":
    """Parse `NAME=VALUE` pairs; a name that is repeated has several values."""
    values: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise WizardError("set-without-attribute", pair=pair)
        values.setdefault(name.strip(), []).append(value)
    return {name: each[0] if len(each) == 1 else tuple(each) for name, each in values.items()}


def value_text(value: "AttributeValue | NoFlow | None") -> str:
    """Return a value as `evaluate` prints it, always one line."""
    if value is None:
        return "null"
    if value is NO_FLOW:
        return str(NO_FLOW)
    if isinstance(value, tuple):
        return _one_line(json.dumps(value, ensure_ascii=False))
    return _one_line(str(value))


def _one_line(text: str) -> str:
    # Lone surrogates (from an undecodable command line) cannot be written to any stream.
    return text.translate(_BREAKS).encode("utf-8", "replace").decode()
