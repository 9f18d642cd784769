"""Where a value comes from, as Graph writes it: an attribute, a constant, or a function with its parameters."""

from collections.abc import Mapping
from typing import Any

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.expression.errors import ExpressionError
from wizard.mapping.expression.tree import Attribute, Call, Comparison, Node, print_expression, walk
from wizard.mapping.feeds import expression_of

Json = Any
_KEYS = {
    "Replace": (
        *("source", "Find", "RegularExpression", "RegularExpressionGroupName", "Replacement"),
        *("ReplacementPropertyName", "Template"),
    ),
    "Switch": ("source", "defaultValue", "switchValue"),
    "Join": ("separator", "source"),
}
"""Graph's own keys where they differ from the names in Microsoft's reference (filterOperators and functions of 2021)."""


def source_json(row: AttributeMapping) -> Json:
    """Graph's `attributeMappingSource` of a row; None where nothing flows."""
    match row.kind:
        case MappingKind.NONE:
            return None
        case MappingKind.ATTRIBUTE:
            return _leaf("Attribute", row.source, f"[{row.source}]")
        case MappingKind.CONSTANT:
            return _leaf("Constant", row.source, _quoted(row.source))
        case MappingKind.FUNCTION:
            return _function(row.source)


def source_of(source: Json) -> tuple[MappingKind, str, str]:
    """(kind, source, what is not understood: a sentence or "") of Graph's `attributeMappingSource`."""
    if not isinstance(source, Mapping):
        return MappingKind.NONE, "", ""
    name, text = source.get("name"), source.get("expression")
    name, text = name if isinstance(name, str) else "", text if isinstance(text, str) else ""
    match str(source.get("type") or "Attribute").casefold():
        case "attribute":
            inner = text[1:-1].strip() if text.startswith("[") and text.endswith("]") else ""
            return MappingKind.ATTRIBUTE, name or inner, ""
        case "constant":
            return MappingKind.CONSTANT, name, ""
        case "function":
            error = expression_of(text) if text else None
            if isinstance(error, ExpressionError):
                return MappingKind.FUNCTION, text, f"The expression {text} cannot be used here. {error}"
            problem = "" if text else f"The function {name or 'without a name'} has no expression."
            return MappingKind.FUNCTION, text, problem
        case other:
            return MappingKind.NONE, "", f"Values of the kind {other} are not known here, so nothing flows."


def _leaf(kind: str, name: str, text: str) -> Json:
    return {"expression": text, "name": name, "parameters": [], "type": kind}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _function(text: str) -> Json:
    """The function with its parameters as a tree; an expression that cannot be read goes as its text alone."""
    expression = expression_of(text)
    if isinstance(expression, ExpressionError):
        return {"expression": text, "name": text.partition("(")[0].strip(), "parameters": [], "type": "Function"}
    return {**_node(expression.tree), "expression": text}


def _node(node: Node) -> Json:
    text = print_expression(node)
    if isinstance(node, Attribute):
        return _leaf("Attribute", node.name, text)
    if not isinstance(node, Call):  # Graph has every constant as a text
        value = str(getattr(node, "value", text))
        return _leaf("Constant", value, _quoted(value))
    # How Graph writes the parts of a comparison is told nowhere: the expression says it all.
    plain = not any(isinstance(part, Comparison) for part in walk(node))
    parameters = [
        {"key": _key(node.name, place), "value": _node(argument)}
        for place, argument in enumerate(node.arguments)
        if argument is not None and plain
    ]
    return {"expression": text, "name": node.name, "parameters": parameters, "type": "Function"}


def _key(function: str, place: int) -> str:
    from wizard.mapping.expression.functions import FUNCTIONS

    own = _KEYS.get(function)
    if own:
        return own[min(place, len(own) - 1)]
    return FUNCTIONS[function].parameter(place).name
