"""Syntax of expressions: the tree, the reader (text to tree, by lark) and the printer (tree to text)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal, cast

from wizard.errors import Message
from wizard.mapping.expression.errors import ExpressionError

if TYPE_CHECKING:  # lark is imported with the first expression, so that the first window appears without it
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

LONGEST = 10_000
"""Characters of an expression, Entra's own limit."""
DEEPEST = 100
"""Functions inside functions. Entra documents no limit; this one keeps evaluation within the interpreter's stack."""
LONGEST_NUMBER = 28
"""Digits of a number, as many as a .NET decimal holds."""


# --- the tree -------------------------------------------------------------------------------------------------------

Operator = Literal["=", "<>", ">", ">=", "<", "<="]


def _offset() -> int:
    # A node's position does not count in comparisons: equal trees may come from different texts.
    return field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`[mail]`: a value of the person."""

    name: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Text:
    """`"…"`: text, its escapes already resolved."""

    value: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Number:
    """`3`, `-10`, `42568.75`, `&HF`: as it is written, because `Len(42568.75)` counts the characters."""

    spelling: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word without quotes or brackets: `vbTextCompare`, `vbBinaryCompare`, `IgnoreAttributeFlow`, `IgnoreObjectFlow`."""

    name: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`[a] = "b"`: only inside `IIF` and `CBool`; there is no AND or OR."""

    left: "Node"
    operator: Operator
    right: "Node"
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node | None", ...]
    """None = an argument left out."""
    position: int = _offset()


Node = Attribute | Text | Number | Keyword | Comparison | Call


def print_expression(tree: Node) -> str:
    """Return the canonical spelling of a tree; reading it gives an equal tree."""
    match tree:
        case Attribute():
            return f"[{tree.name}]"
        case Text():
            escaped = tree.value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Number():
            return tree.spelling
        case Keyword():
            return tree.name
        case Comparison():
            return f"{print_expression(tree.left)} {tree.operator} {print_expression(tree.right)}"
        case Call():
            slots = ("" if slot is None else print_expression(slot) for slot in tree.arguments)
            return f"{tree.name}({', '.join(slots)})"


def _children(tree: Node) -> tuple[Node, ...]:
    """Return the child nodes, without the arguments left out."""
    match tree:
        case Comparison():
            return (tree.left, tree.right)
        case Call():
            return tuple(slot for slot in tree.arguments if slot is not None)
        case _:
            return ()


def walk(tree: Node) -> Iterator[Node]:
    """Yield the tree and every node inside it, in the order of the text."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(_children(node)))


def _depth(tree: Node) -> int:
    """Depth of nesting, 1 = no children; without recursion, because the text may come from anywhere."""
    deepest, pending = 0, [(tree, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        pending.extend((inner, level + 1) for inner in _children(node))
    return deepest


# --- the reader -----------------------------------------------------------------------------------------------------

_GRAMMAR = r"""
start: value
_argument: value | comparison
comparison: value OPERATOR value
value: call | ATTRIBUTE | STRING | NUMBER | NAME
call: NAME "(" slot ("," slot)* ")"
slot: _argument?

ATTRIBUTE: /\[[^\[\]\r\n]+\]/
STRING: /"(?:[^"\\]|\\.)*"/s
NUMBER: /&[Hh][0-9A-Fa-f]+|-?[0-9]+(?:\.[0-9]+)?/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
OPERATOR: "<>" | ">=" | "<=" | "=" | "<" | ">"
%ignore /[ \t\r\n\f\v\u00a0\u2028\u2029\ufeff]+/
"""

_VALUES = (
    Message("expected-attribute"),
    Message("expected-text"),
    Message("expected-number"),
    Message("expected-function"),
)
_SIGNS = {
    "LPAR": Message("expected-opening-parenthesis"),
    "COMMA": Message("expected-comma"),
    "RPAR": Message("expected-closing-parenthesis"),
    "OPERATOR": Message("expected-comparison"),
    "$END": Message("expected-end"),
}
ANY_VALUE = Message("expected-any-of", options=_VALUES)
_UNCLOSED = {'"': Message("expected-closing-quote"), "[": Message("expected-closing-bracket")}
_TYPOGRAPHIC = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019"


def read_tree(text: str) -> Node:
    """Parse a text; raises `ExpressionError`. Names of functions are not checked here."""
    if len(text) > LONGEST:
        raise ExpressionError(
            LONGEST,
            Message("expected-end-of-long-expression", limit=LONGEST),
            remark=Message("expression-length", length=len(text)),
        )
    if not text.strip():
        raise ExpressionError(0, Message("expected-function-call"))
    from lark.exceptions import UnexpectedInput

    try:
        tree = cast("Node", _parser().parse(text))
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    if _depth(tree) > DEEPEST:
        raise ExpressionError(tree.position, Message("expected-less-nesting", limit=DEEPEST))
    return tree


@lru_cache(maxsize=1)
def _parser() -> "Lark":
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", transformer=_builder(), cache=False)


def _builder() -> Any:
    from lark import Transformer

    class Builder(Transformer[Any, Any]):
        """Builds the nodes while lark parses, so that lark builds no tree of its own."""

        def start(self, children: list[Any]) -> Node:
            return cast("Node", children[0])

        def value(self, children: list[Any]) -> Node:
            return children[0] if isinstance(children[0], Call) else _leaf(children[0])

        def comparison(self, children: list[Any]) -> Comparison:
            left, operator, right = children
            return Comparison(left, cast("Operator", str(operator)), right, left.position)

        def slot(self, children: list[Any]) -> list[Any]:
            return children  # a list, so that an argument left out keeps its place

        def call(self, children: list[Any]) -> Call:
            name, *slots = children
            arguments = tuple(slot[0] if slot else None for slot in slots)
            return Call(str(name), () if arguments == (None,) else arguments, name.start_pos)

    return Builder()


def _leaf(token: "Token") -> Node:
    at, spelling = token.start_pos or 0, str(token)
    match token.type:
        case "ATTRIBUTE":
            name = spelling[1:-1].strip()
            if not name:
                raise ExpressionError(at + 1, Message("expected-attribute-name"))
            return Attribute(name, at)
        case "STRING":
            return Text(_unescaped(spelling[1:-1]), at)
        case "NUMBER":
            if len(spelling) > LONGEST_NUMBER:
                raise ExpressionError(at, Message("expected-shorter-number", limit=LONGEST_NUMBER))
            return Number(spelling, at)
        case _:
            return Keyword(spelling, at)


def _unescaped(inner: str) -> str:
    r"""`\\` and `\"` are the only escapes; any other backslash stays, as Microsoft's own samples need (`"\+"`)."""
    return re.sub(r'\\([\\"])', r"\1", inner)


def _syntax_error(text: str, error: "UnexpectedInput") -> ExpressionError:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at, allowed = error.token.start_pos or 0, error.accepts or error.expected
    elif isinstance(error, UnexpectedCharacters):
        at, allowed = error.pos_in_stream, error.allowed or set()
    else:
        at = len(text.rstrip())
        allowed = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
    rest = text[at:]
    unclosed = _UNCLOSED.get(rest[:1]) if isinstance(error, UnexpectedCharacters) else None
    return ExpressionError(at, unclosed or _expected(allowed), remark=_remark(rest))


def _expected(allowed: Collection[str]) -> Message:
    options = (*(_VALUES if "ATTRIBUTE" in allowed else ()), *(_SIGNS[name] for name in _SIGNS if name in allowed))
    if not options:
        return Message("expected-something-else")
    return options[0] if len(options) == 1 else Message("expected-any-of", options=options)


def _remark(rest: str) -> Message | None:
    """A sentence about the most frequent mistakes."""
    first, word = rest[:1], "".join(takewhile(str.isalpha, rest[:4])).upper()
    if first and first in _TYPOGRAPHIC:
        return Message("quotes-are-straight")
    if first == "'":
        return Message("text-in-double-quotes")
    return Message("no-and-or-in-expressions") if word in ("AND", "OR") else None
