"""Functions on numbers."""

from wizard.mapping.expression.functions.registry import function
from wizard.mapping.expression.functions.values import Whole


@function("BitAnd")
def bit_and(value1: Whole, value2: Whole) -> int:
    """The bits both numbers have: BitAnd(&HF, &HF7) is 7. NULL is no number."""
    return value1 & value2
