"""Functions on attributes with several values (count, choose, join, split), and on whole numbers."""

from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import Anything, Text, Values, Whole, as_values


@function("Count")
def count(attribute: Values) -> int:
    """The number of values. NULL and "" count as none."""
    return len(attribute)


@function("Item")
def item(attribute: Values, index: Whole) -> str | None:
    """One of several values by its position, starting at 1. NULL if there is none."""
    return attribute[index - 1] if 1 <= index <= len(attribute) else None


@function("RemoveDuplicates")
def remove_duplicates(attribute: Values) -> tuple[str, ...]:
    """Each value once, in their original order. Case-sensitive."""
    return tuple(dict.fromkeys(attribute))


@function("Join")
def join(separator: Text, *sources: Anything) -> str:
    """Joins the sources with a separator. NULL and "" are skipped.

    Of a source with several values each one is joined.
    """
    parts: list[str] = []
    for source in sources:
        if source.__class__ is str:
            parts.append(source)  # the common case, without a call
        else:
            parts.extend(as_values(source))
    return (separator or "").join(filter(None, parts))


@function("Split")
def split(source: Text, delimiter: Text = ",") -> tuple[str, ...] | None:
    """Splits text into several values, without outer spaces. NULL and "" return NULL.

    The delimiter is taken whole; nothing between two delimiters is a value "".
    """
    if not source:
        return None
    return tuple(part.strip() for part in source.split(delimiter or ","))


@function("BitAnd")
def bit_and(value1: Whole, value2: Whole) -> int:
    """The bits that both numbers have: BitAnd(&HF, &HF7) is 7. NULL is an error."""
    return value1 & value2
