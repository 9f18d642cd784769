"""An expression of Entra's language: read once, compiled to closures, evaluated for every person."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.directory import AttributeValue
from wizard.mapping.expression.compiler import compiled
from wizard.mapping.expression.errors import NO_FLOW, EvaluationError, ExpressionError, FlowDropped, NoFlow
from wizard.mapping.expression.functions.registry import FUNCTIONS
from wizard.mapping.expression.functions.values import Context, Run, SourceValue, as_text
from wizard.mapping.expression.grammar import read_tree
from wizard.mapping.expression.tree import Attribute, Call, Node, print_expression, walk

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
    """An expression that can be read; equal to every other that says the same."""

    text: str = field(compare=False)
    """As the person wrote it."""
    tree: Node
    run: Run = field(compare=False, repr=False)

    def evaluate(
        self, attributes: Mapping[str, AttributeValue], context: Context | None = None
    ) -> AttributeValue | NoFlow | None:
        """The value for one person: text, several values, None = NULL, or `NO_FLOW`; raises EvaluationError."""
        return self.value(attributes.get, context or Context())

    def value(self, source: SourceValue, context: Context) -> AttributeValue | NoFlow | None:
        """The same from a function that gives the person's attributes; for many people, share one context."""
        try:
            found = self.run(source, context)
        except FlowDropped:
            return NO_FLOW
        return found if found is None or isinstance(found, str | tuple) else as_text(found)

    @property
    def redacted(self) -> bool:
        """Its value must not stand in a log: the expression uses Redact."""
        return any(isinstance(node, Call) and node.name == "Redact" for node in walk(self.tree))


@dataclass(frozen=True, slots=True)
class FunctionHelp:
    """One function, as completion and help show it."""

    name: str
    signature: str
    """`Left(source, numChars)`; optional ones in brackets."""
    help: str
    """Its first line says what it gives; further ones the cases."""


def parse(text: str) -> Expression:
    """Read and compile one expression; raises `ExpressionError` with the place, what was expected, what is near."""
    tree = read_tree(text)
    if not isinstance(tree, Call):
        remark = "An attribute alone needs no expression; to flow a fixed text, choose a constant."
        raise ExpressionError(tree.position, "a function, as in ToLower([mail])", remark=remark)
    return Expression(text, tree, compiled(tree))


def source_names(expression: Expression) -> tuple[str, ...]:
    """The attributes an expression reads, each once, in the order of its text."""
    names = (node.name for node in walk(expression.tree) if isinstance(node, Attribute))
    return tuple(dict.fromkeys(names))


def function_catalogue() -> tuple[FunctionHelp, ...]:
    """Every function, by name."""
    return tuple(FunctionHelp(f.name, f.signature, f.help) for _, f in sorted(FUNCTIONS.items()))
