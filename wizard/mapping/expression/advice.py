"""What an expression may do that its writer does not expect: advice, never a reason to refuse it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wizard.mapping.expression.tree import Attribute, Call, Comparison, Node, Text, walk

_ASKS_FOR_BLANK = ("IsNull", "IsNullOrEmpty", "IsPresent", "IsNothing")


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to know about a place in an expression."""

    position: int
    """Offset in the text."""
    sentence: str


def advice(tree: Node) -> tuple[Advice, ...]:
    """What to know, in the order of the text (facts of Microsoft's reference, and ours where it is silent)."""
    return tuple(
        Advice(node.position, sentence)
        for node in walk(tree)
        if isinstance(node, Call)
        for sentence in _SAYINGS.get(node.name, _nothing)(node)
    )


def _nothing(call: Call) -> Iterator[str]:
    yield from ()


def _switch(call: Call) -> Iterator[str]:
    source = call.arguments[0]
    if isinstance(source, Call) and source.name in _ASKS_FOR_BLANK:
        yield (
            f"Switch on {source.name} compares a truth value with text: Microsoft advises against it. "
            'Use Switch([x], [x], "", "Other").'
        )


def _iif(call: Call) -> Iterator[str]:
    condition = call.arguments[0]
    if isinstance(condition, Comparison):
        sides = (condition.left, condition.right)
        if any(side == Text("") for side in sides) and any(isinstance(side, Attribute) for side in sides):
            yield (
                "A comparison with an empty attribute is never true, so this does not find it. "
                'Use Switch([x], [x], "", "Other").'
            )
    elif isinstance(condition, Call) and condition.name in _ASKS_FOR_BLANK:
        yield (
            f"Entra does not support {condition.name} as the condition of IIF; here it works. "
            'Switch([x], [x], "", "Other") works in both.'
        )
    if condition is not None and any(
        isinstance(node, Call) and node.name == "IgnoreFlowIfNullOrEmpty" for node in walk(condition)
    ):
        yield "IgnoreFlowIfNullOrEmpty in a condition drops the whole attribute. Put it around the IIF."


def _changing(call: Call) -> Iterator[str]:
    yield f"{call.name} gives something else each time: let it flow only when an object is made."


_SAYINGS: dict[str, Callable[[Call], Iterator[str]]] = {
    "Switch": _switch,
    "IIF": _iif,
    "Guid": _changing,
    "RandomString": _changing,
}
