"""The expression language of attribute mappings: reading and evaluating.

Source: Microsoft's "Reference for writing expressions" (2026-04) and the Graph pages on parseExpression. An
expression is a function call, an attribute or a constant; at most 10,000 characters; strings know `\\\\` and `\\"` as
escapes; an argument may be left out; comparisons occur in conditions only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.entra.synchronization.functions import FUNCTIONS, EvaluationFailed, Value, compared, text_of

LONGEST = 10_000


class NotParsed(Exception):
    """An expression cannot be read; its text says where."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A string or a number."""

    text: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """`[name]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; None = left out."""

    name: str
    arguments: tuple["Node | None", ...]
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, in a condition."""

    left: "Node"
    operator: str
    right: "Node"
    text: str


Node = Constant | Attribute | Call | Comparison

_TOKEN = re.compile(
    r"""\s*(?:(?P<attribute>\[[^\]]+\])|(?P<string>"(?:\\.|[^"\\])*")|(?P<number>-?\d+(?:\.\d+)?|&H[0-9A-Fa-f]+)"""
    r"""|(?P<operator><>|>=|<=|=|<|>)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[(),]))""",
    re.DOTALL,
)


def parsed(text: str) -> Node:
    """Read an expression; raises NotParsed."""
    if len(text) > LONGEST:
        raise NotParsed(f"The expression is longer than {LONGEST} characters.")
    reader = _Reader(text)
    node = reader.condition()
    reader.end()
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match or not match.lastgroup:
                raise NotParsed(f"Unexpected character at position {at}.")
            self._tokens.append(
                (match.lastgroup, match[match.lastgroup], match.start(match.lastgroup), match.end())
            )
            at = match.end()
        self._at = 0

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise NotParsed(f"Unexpected '{self._tokens[self._at][1]}' at position {self._tokens[self._at][2]}.")

    def condition(self) -> Node:
        start = self._at
        left = self._operand()
        if self._peek()[0] != "operator":
            return left
        operator = self._take()[1]
        right = self._operand()
        return Comparison(left, operator, right, self._since(start))

    def _operand(self) -> Node:
        start = self._at
        kind, text, at, _ = self._take()
        match kind:
            case "attribute":
                return Attribute(text[1:-1].strip())
            case "string":
                return Constant(_unescaped(text[1:-1]))
            case "number":
                return Constant(str(int(text[2:], 16)) if text.startswith("&H") else text)
            case "name":
                if self._peek()[1] != "(":
                    return Constant(text)  # vbTextCompare and its like
                self._take()
                if text not in FUNCTIONS:
                    raise NotParsed(f"Function '{text}' is not supported.")
                return Call(text, self._arguments(), self._since(start))
        raise NotParsed(f"Unexpected '{text}' at position {at}." if kind else "The expression ends too early.")

    def _arguments(self) -> tuple[Node | None, ...]:
        found: list[Node | None] = []
        if self._peek()[1] == ")":
            self._take()
            return ()
        while True:
            found.append(None if self._peek()[1] in (",", ")") else self.condition())
            mark = self._take()[1]
            if mark == ")":
                return tuple(found)
            if mark != ",":
                raise NotParsed(f"A comma or a closing bracket is missing before '{mark}'.")

    def _peek(self) -> tuple[str, str, int, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "", len(self._text), 0)

    def _take(self) -> tuple[str, str, int, int]:
        token = self._peek()
        self._at += 1
        return token

    def _since(self, start: int) -> str:
        return self._text[self._tokens[start][2] : self._tokens[min(self._at, len(self._tokens)) - 1][3]]


def _unescaped(text: str) -> str:
    return re.sub(r'\\([\\"])', r"\1", text)


def evaluated(node: Node | None, attributes: Mapping[str, Value]) -> Value:
    """The value of an expression for one object; None = nothing flows. Raises EvaluationFailed."""
    match node:
        case None:
            return None
        case Constant(text):
            return text
        case Attribute(name):
            return attributes.get(name)
        case Comparison(left, operator, right):
            return compared(evaluated(left, attributes), operator, evaluated(right, attributes))
        case Call("IIF", arguments):
            return _if(arguments, attributes)
        case Call(name, arguments):
            values = [evaluated(one, attributes) for one in arguments]
            return FUNCTIONS[name].act(values, attributes)
    raise AssertionError(node)


def _if(arguments: Sequence[Node | None], attributes: Mapping[str, Value]) -> Value:
    """IIF: a comparison with an empty attribute is false."""
    if len(arguments) != 3:
        raise EvaluationFailed("IIF takes three arguments.")
    condition, yes, no = arguments
    return evaluated(yes if text_of(evaluated(condition, attributes)) == "True" else no, attributes)


def described(node: Node) -> dict[str, Any]:
    """An expression as `attributeMappingSource`, nested calls as nested parameters."""
    match node:
        case Constant(text):
            shown = text.replace("\\", "\\\\").replace('"', '\\"')
            return {"type": "Constant", "name": text, "expression": f'"{shown}"', "parameters": []}
        case Attribute(name):
            return {"type": "Attribute", "name": name, "expression": f"[{name}]", "parameters": []}
        case Comparison(left, operator, right, text):
            sides = [("left", left), ("right", right)]
            pairs = [{"key": key, "value": described(side)} for key, side in sides]
            return {"type": "Function", "name": operator, "expression": text, "parameters": pairs}
        case Call(name, arguments, text):
            keys = FUNCTIONS[name].keys(len(arguments))
            pairs = [
                {"key": key, "value": described(one)}
                for key, one in zip(keys, arguments, strict=True)
                if one is not None
            ]
            return {"type": "Function", "name": name, "expression": text, "parameters": pairs}
    raise AssertionError(node)


def source_value(source: Mapping[str, Any] | None, attributes: Mapping[str, Value]) -> Value:
    """What an `attributeMapping.source` yields for one object; raises NotParsed and EvaluationFailed."""
    if not source:
        return None
    match source.get("type"):
        case "Attribute":
            return attributes.get(str(source.get("name")))
        case "Constant":
            return str(source.get("name"))
    return evaluated(parsed(str(source.get("expression") or "")), attributes)
