"""Expressions of Entra's language: parsed and compiled once, evaluated for every person; the package's public face."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wizard.directory import AttributeValue
from wizard.errors import Message
from wizard.mapping.expression.compiler import compiled
from wizard.mapping.expression.errors import NO_FLOW, EvaluationError, ExpressionError, FlowDropped, NoFlow
from wizard.mapping.expression.functions.registry import FUNCTIONS
from wizard.mapping.expression.grammar import (
    Attribute,
    Call,
    Comparison,
    Node,
    Text,
    print_expression,
    read_tree,
    walk,
)
from wizard.mapping.expression.values import Context, Run, as_text
from wizard.mapping.source_values import SourceValue

__all__ = [
    "NO_FLOW",
    "Context",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "FunctionHelp",
    "NoFlow",
    "function_catalogue",
    "parse",
    "print_expression",
    "source_names",
]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; equal to another with the same tree."""

    text: str = field(compare=False)
    """As the person wrote it."""
    tree: Node
    run: Run = field(compare=False, repr=False)

    def evaluate(
        self, attributes: Mapping[str, AttributeValue], context: Context | None = None
    ) -> AttributeValue | NoFlow | None:
        """Return the value for one person: text, several values, None = NULL, or `NO_FLOW`; raises EvaluationError."""
        return self.value(attributes.get, context or Context())

    def value(self, source: SourceValue, context: Context) -> AttributeValue | NoFlow | None:
        """Return the same from a function of the person's attributes; for many people, share one context."""
        try:
            value = self.run(source, context)
        except FlowDropped:
            return NO_FLOW
        return value if value is None or isinstance(value, str | tuple) else as_text(value)

    @property
    def redacted(self) -> bool:
        """Its value must not be logged: the expression uses Redact."""
        return any(isinstance(node, Call) and node.name == "Redact" for node in walk(self.tree))


@dataclass(frozen=True, slots=True)
class FunctionHelp:
    """One function, for completion and help."""

    name: str
    signature: str
    """`Left(source, numChars)`; optional ones in brackets."""
    help: str
    """The first line says what it returns; further lines describe the cases."""
    applies: bool = True
    """False: it belongs to Entra alone, and has no value here."""


def parse(text: str) -> Expression:
    """Parse and compile one expression; raises `ExpressionError`."""
    tree = read_tree(text)
    if not isinstance(tree, Call):
        remark = Message("attribute-needs-no-expression")
        raise ExpressionError(tree.position, Message("expected-function-call"), remark=remark)
    return Expression(text, tree, compiled(tree))


def source_names(expression: Expression) -> tuple[str, ...]:
    """Return the attributes that an expression reads, each once, in the order of its text."""
    names = (node.name for node in walk(expression.tree) if isinstance(node, Attribute))
    return tuple(dict.fromkeys(names))


def function_catalogue() -> tuple[FunctionHelp, ...]:
    """Return every function, by name."""
    return tuple(FunctionHelp(f.name, f.signature, f.help, f.applies) for _, f in sorted(FUNCTIONS.items()))


# --- advice: what works otherwise than its writer may expect ---------------------------------------------------------

_ASKS_FOR_BLANK = ("IsNull", "IsNullOrEmpty", "IsPresent", "IsNothing")


@dataclass(frozen=True, slots=True)
class Advice:
    """One remark about a place in an expression; never a reason to refuse it."""

    position: int
    """Offset in the text."""
    message: Message


def advice(tree: Node) -> tuple[Advice, ...]:
    """Return remarks in the order of the text (from Microsoft's reference, and this program's where it is silent)."""
    return tuple(
        Advice(node.position, message)
        for node in walk(tree)
        if isinstance(node, Call)
        for message in _ADVICE.get(node.name, _nothing)(node)
    )


def _nothing(call: Call) -> Iterator[Message]:
    yield from ()


def _switch(call: Call) -> Iterator[Message]:
    source = call.arguments[0]
    if isinstance(source, Call) and source.name in _ASKS_FOR_BLANK:
        yield Message("switch-on-truth-value", function=source.name)


def _iif(call: Call) -> Iterator[Message]:
    condition = call.arguments[0]
    if isinstance(condition, Comparison):
        sides = (condition.left, condition.right)
        if any(side == Text("") for side in sides) and any(isinstance(side, Attribute) for side in sides):
            yield Message("comparison-with-empty-text")
    elif isinstance(condition, Call) and condition.name in _ASKS_FOR_BLANK:
        yield Message("condition-unsupported-in-entra", function=condition.name)
    if condition is not None and any(
        isinstance(node, Call) and node.name == "IgnoreFlowIfNullOrEmpty" for node in walk(condition)
    ):
        yield Message("ignore-flow-in-condition")


def _changing(call: Call) -> Iterator[Message]:
    yield Message("value-changes-each-time", function=call.name)


_ADVICE: dict[str, Callable[[Call], Iterator[Message]]] = {
    "Switch": _switch,
    "IIF": _iif,
    "Guid": _changing,
    "RandomString": _changing,
}
