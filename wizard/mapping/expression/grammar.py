"""Text to tree: Entra's expression grammar, read by lark, its complaints turned into sentences."""

from collections.abc import Collection
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

from wizard.mapping.expression.errors import ExpressionError
from wizard.mapping.expression.tree import (
    Attribute,
    Call,
    Comparison,
    Keyword,
    Node,
    Number,
    Operator,
    Text,
    depth,
)

if TYPE_CHECKING:  # lark is imported with the first expression: the first window does not wait for it
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

LONGEST = 10_000
"""Characters of an expression, Entra's own limit."""
DEEPEST = 100
"""Functions inside functions. Entra names no limit; ours keeps evaluation within the interpreter's stack."""
LONGEST_NUMBER = 28
"""Digits of a number: what a .NET decimal holds."""

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

_WORDS = {
    "LPAR": "an opening parenthesis",
    "COMMA": "a comma",
    "RPAR": "a closing parenthesis",
    "OPERATOR": "a comparison",
    "$END": "the end",
}
_UNCLOSED = {'"': "a quote that closes this text", "[": "a bracket that closes this name"}
_TYPOGRAPHIC = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019"


def read_tree(text: str) -> Node:
    """The tree of one text; raises `ExpressionError`. Whether its functions exist is not asked here."""
    if len(text) > LONGEST:
        raise ExpressionError(
            LONGEST,
            f"the end, because an expression has at most {LONGEST:,} characters",
            remark=f"This one has {len(text):,}.",
        )
    if not text.strip():
        raise ExpressionError(0, "a function, as in ToLower([mail])")
    from lark.exceptions import UnexpectedInput

    try:
        tree = cast("Node", _parser().parse(text))
    except UnexpectedInput as error:
        raise _complaint(text, error) from None
    if depth(tree) > DEEPEST:
        raise ExpressionError(tree.position, f"at most {DEEPEST} functions inside each other")
    return tree


@lru_cache(maxsize=1)
def _parser() -> "Lark":
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", transformer=_builder(), cache=False)


def _builder() -> Any:
    from lark import Transformer

    class Builder(Transformer[Any, Any]):
        """Makes our nodes while lark reads, so that no tree of its own is built or walked."""

        def start(self, children: list[Any]) -> Node:
            return cast("Node", children[0])

        def value(self, children: list[Any]) -> Node:
            return children[0] if isinstance(children[0], Call) else _leaf(children[0])

        def comparison(self, children: list[Any]) -> Comparison:
            left, operator, right = children
            return Comparison(left, cast("Operator", str(operator)), right, left.position)

        def slot(self, children: list[Any]) -> list[Any]:
            return children  # a list, so that an empty slot stays a slot

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
                raise ExpressionError(at + 1, "the name of an attribute")
            return Attribute(name, at)
        case "STRING":
            return Text(_unescaped(spelling[1:-1]), at)
        case "NUMBER":
            if len(spelling) > LONGEST_NUMBER:
                raise ExpressionError(at, f"a number of at most {LONGEST_NUMBER} digits")
            return Number(spelling, at)
        case _:
            return Keyword(spelling, at)


def _unescaped(inner: str) -> str:
    r"""`\\` and `\"` are the only escapes; any other backslash stays, as Microsoft's own samples need (`"\+"`)."""
    if "\\" not in inner:
        return inner
    out, at = [], 0
    while at < len(inner):
        pair = inner[at : at + 2]
        step = 2 if pair in ("\\\\", '\\"') else 1
        out.append(pair[-1] if step == 2 else inner[at])
        at += step
    return "".join(out)


def _complaint(text: str, error: "UnexpectedInput") -> ExpressionError:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at, allowed = error.token.start_pos or 0, error.accepts or error.expected
    elif isinstance(error, UnexpectedCharacters):
        at, allowed = error.pos_in_stream, error.allowed or set()
    else:
        at = len(text.rstrip())
        allowed = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
    rest = text[at:]
    unclosed = _UNCLOSED.get(rest[:1], "") if isinstance(error, UnexpectedCharacters) else ""
    return ExpressionError(at, unclosed or _phrase(allowed), remark=_remark(rest))


def _phrase(allowed: Collection[str]) -> str:
    words = [word for name, word in _WORDS.items() if name in allowed]
    if "ATTRIBUTE" in allowed:
        words = ["an attribute in brackets", "text in quotes", "a number", "a function", *words]
    if not words:
        return "something else"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _remark(rest: str) -> str:
    """A sentence on what people write most often instead, or ""."""
    first, word = rest[:1], "".join(takewhile(str.isalpha, rest[:4])).upper()
    if first and first in _TYPOGRAPHIC:
        return 'Quotes are straight ones ("), not typographic ones.'
    if first == "'":
        return 'Text stands in double quotes (").'
    return "Expressions have neither AND nor OR: put one IIF inside another." if word in ("AND", "OR") else ""
