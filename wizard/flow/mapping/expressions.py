"""What screen and verbs ask of the expression language: its functions, whether a text can be read, what it gives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import messages
from wizard.errors import WizardError
from wizard.mapping.expression.errors import NO_FLOW, EvaluationError, ExpressionError, NoFlow

if TYPE_CHECKING:  # the language and its grammar are imported with the first expression
    from wizard.directory import AttributeValue, DirectoryUser
    from wizard.mapping.expression.expression import FunctionHelp

_BREAKS = str.maketrans(
    {"\n": "\\n", "\r": "\\r", "\v": "\\v", "\f": "\\f", "\x85": "\\x85", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


class NoValue(WizardError):
    """The expression can be read, but gives no value for these attributes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a text that is meant as an expression."""

    problem: str = ""
    """Why it cannot be read, whole sentences; "" = it can."""
    position: int = -1
    """Offset of the problem, 0 = first character; -1 = none."""
    expected: str = ""
    """What would be correct there, a phrase."""
    nearest: str = ""
    """The function whose name is most similar to the one written, or ""."""
    remark: str = ""
    """A further sentence about the problem, or ""."""
    sources: tuple[str, ...] = ()
    """Attributes it reads."""
    advice: tuple[tuple[int, str], ...] = ()
    """(offset, sentence): what its writer may not expect."""
    redacted: bool = False
    """Its value must not stand in a log."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an expression gives for one person."""

    text: str = ""
    """As the verb `evaluate` prints it."""
    problem: str = ""
    """Why it gives nothing, or ""."""


def functions() -> "tuple[FunctionHelp, ...]":
    """Every function with its signature and help, by name."""
    from wizard.mapping.expression.expression import function_catalogue

    return function_catalogue()


def read(text: str) -> Reading:
    """Whether a text can be read as an expression, and what it needs."""
    from wizard.mapping.expression.expression import advice, parse, source_names

    try:
        expression = parse(text)
    except ExpressionError as error:
        return Reading(
            messages.text(error),
            error.position,
            messages.text(error.expected),
            error.nearest,
            messages.text(error.remark) if error.remark else "",
        )
    told = tuple((a.position, messages.text(a)) for a in advice(expression.tree))
    return Reading(sources=source_names(expression), advice=told, redacted=expression.redacted)


def evaluate(text: str, values: "Mapping[str, AttributeValue]", domain: str = "") -> str:
    """The value on one line: several as a JSON array, NULL as `null`, a dropped attribute as `(no flow)`.

    Raises ExpressionError where the text cannot be read, NoValue where it gives no value for these attributes.
    Attributes go by Entra's names or Graph's.
    """
    from wizard.entra_names import canonical_name
    from wizard.mapping.expression.expression import Context, parse

    expression = parse(text)
    known = {canonical_name(name): value for name, value in values.items()} | dict(values)
    try:
        return in_words(expression.evaluate(known, Context(default_domain=domain)))
    except EvaluationError as error:
        raise NoValue(error.message) from None


def shown(text: str, user: "DirectoryUser", domain: str = "") -> Shown:
    """What a text gives for one person of the directory, within two seconds; never raises."""
    from wizard.mapping.expression.expression import Context, parse
    from wizard.mapping.source_values import user_value

    try:
        value = parse(text).value(lambda name: user_value(user, name), Context(default_domain=domain))
    except WizardError as error:
        return Shown(problem=messages.text(error))
    return Shown(in_words(value))


def settings(pairs: Sequence[str]) -> "dict[str, AttributeValue]":
    """`NAME=VALUE` pairs as attributes: the first `=` divides; a name given again gets several values."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise WizardError("set-without-attribute", pair=pair)
        found.setdefault(name.strip(), []).append(value)
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}


def in_words(value: "AttributeValue | NoFlow | None") -> str:
    """A value as the verb prints it, always one line."""
    if value is None:
        return "null"
    if value is NO_FLOW:
        return str(NO_FLOW)
    if isinstance(value, tuple):
        return _one_line(json.dumps(value, ensure_ascii=False))
    return _one_line(str(value))


def _one_line(text: str) -> str:
    # Halves of characters (from an odd command line) cannot be written to any stream.
    return text.translate(_BREAKS).encode("utf-8", "replace").decode()
