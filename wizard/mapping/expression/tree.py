"""An expression as a tree of values, and its one canonical spelling."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Operator = Literal["=", "<>", ">", ">=", "<", "<="]


def _offset() -> int:
    # Where a node stood is no part of what it says: equal trees may come from different texts.
    return field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`[mail]`: a value of the person."""

    name: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Text:
    """`"…"`: text as it stands, its escapes already resolved."""

    value: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Number:
    """`3`, `-10`, `42568.75`, `&HF`: in the spelling of its text, because `Len(42568.75)` counts it."""

    spelling: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A bare word: `vbTextCompare`, `vbBinaryCompare`, `IgnoreAttributeFlow`, `IgnoreObjectFlow`."""

    name: str
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`[a] = "b"`: only inside `IIF` and `CBool`; there is neither AND nor OR."""

    left: "Node"
    operator: Operator
    right: "Node"
    position: int = _offset()


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Node | None", ...]
    """None = an empty slot, an argument left out."""
    position: int = _offset()


Node = Attribute | Text | Number | Keyword | Comparison | Call


def print_expression(tree: Node) -> str:
    """The tree in its canonical spelling; reading that again gives an equal tree."""
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


def parts(tree: Node) -> tuple[Node, ...]:
    """The nodes directly inside one, without the empty slots."""
    match tree:
        case Comparison():
            return (tree.left, tree.right)
        case Call():
            return tuple(slot for slot in tree.arguments if slot is not None)
        case _:
            return ()


def walk(tree: Node) -> Iterator[Node]:
    """The tree and everything inside it, in the order of the text."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(parts(node)))


def depth(tree: Node) -> int:
    """How deep it is nested, 1 = nothing inside; counted without recursion, because any text may come in."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((inner, level + 1) for inner in parts(node))
    return deepest
