"""Functions on attributes with several values (count, choose, join, split), and on whole numbers."""

from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.values import Anything, Text, Values, Whole, as_values


@function("Count")
def count(attribute: Values) -> int:
    """How many values there are; NULL and "" are none."""
    return len(attribute)


@function("Item")
def item(attribute: Values, index: Whole) -> str | None:
    """One of several values, the first is 1; NULL where there is none (Microsoft: 0 should not be used)."""
    return attribute[index - 1] if 1 <= index <= len(attribute) else None


@function("RemoveDuplicates")
def remove_duplicates(attribute: Values) -> tuple[str, ...]:
    """Each value once, in the order of their first places; case counts."""
    return tuple(dict.fromkeys(attribute))


@function("Join")
def join(separator: Text, *sources: Anything) -> str:
    """The sources with the separator between them. NULL and "" are skipped, without a separator.

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
    """Several values from one text. Blanks around each are dropped, as in Microsoft's sample; NULL and "" give NULL.

    The delimiter is taken whole; nothing between two delimiters is a value "".
    """
    if not source:
        return None
    return tuple(part.strip() for part in source.split(delimiter or ","))


@function("BitAnd")
def bit_and(value1: Whole, value2: Whole) -> int:
    """The bits both numbers have: BitAnd(&HF, &HF7) is 7. NULL is no number."""
    return value1 & value2
