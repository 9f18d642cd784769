"""What the tests of functions share: the value of an expression, said shortly."""

from datetime import UTC, datetime

import pytest

from wizard.directory import AttributeValue
from wizard.mapping.expression.expression import Context, EvaluationError, NoFlow, parse

NOW = datetime(2025, 7, 30, 13, 5, 7, tzinfo=UTC)


def value(text: str, **values: AttributeValue) -> AttributeValue | NoFlow | None:
    """Evaluate an expression at a fixed time."""
    return parse(text).evaluate(values, Context(default_domain="contoso.com", now=NOW))


def problem(text: str, **values: AttributeValue) -> str:
    """Code of the reason why it gives nothing."""
    with pytest.raises(EvaluationError) as error:
        value(text, **values)
    return error.value.reason.code
