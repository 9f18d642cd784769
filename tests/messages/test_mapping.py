"""Sentences about expressions, patterns, filters, tables and imported schemas."""

import pytest

from wizard import messages
from wizard.errors import Message
from wizard.mapping.expression.errors import EvaluationError, ExpressionError
from wizard.mapping.scoping_filter import FilterError

COMMA, END = Message("expected-comma"), Message("expected-end")
PARENTHESIS = Message("expected-closing-parenthesis")


def test_an_expression_that_cannot_be_read() -> None:
    expected = Message("expected-any-of", options=(COMMA, PARENTHESIS, END))
    plain = ExpressionError(1_233, COMMA)
    assert messages.title(plain) == "Syntax error at character 1234"
    assert messages.advice(plain) == "Expected a comma."
    whole = ExpressionError(0, expected, "Append", Message("function-names-case"))
    assert messages.advice(whole) == (
        "Expected a comma, a closing parenthesis, or the end of the expression. Did you mean Append? "
        "Function names are case-sensitive."
    )


def test_an_expression_without_a_value_names_function_and_reason_once_known() -> None:
    error = EvaluationError(Message("number-needed", value="soon"))
    assert messages.text(error) == 'The expression returns no value. Expected a number, not "soon".'
    located = error.located("Left", 6).located("Append", 0)
    assert messages.title(located) == "Left at character 7 returns no value"
    assert messages.advice(located) == 'Expected a number, not "soon".'
    assert messages.text(Message("date-needed", value=None)) == "Expected a date, but there is no value."


def test_a_filter_that_cannot_be_read() -> None:
    error = FilterError(3, Message("expected-operator", operators=("EQUALS", "IS NULL")))
    assert messages.text(error) == "Syntax error at character 4. Expected an operator: EQUALS, IS NULL."


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            Message("pattern-refused", pattern="a", detail="bad thing"),
            "The regular expression a cannot be used: bad thing.",
        ),
        (
            Message("pattern-group-missing", pattern="a", group="v", groups=()),
            "The regular expression a has no group v. It has no groups.",
        ),
        (
            Message("pattern-repeat-reversed", pattern="a{3,2}", character=2),
            "The regular expression a{3,2} has a repeat with reversed numbers at character 2.",
        ),
        (Message("schema-not-json", line=0, column=0), "The schema is not valid JSON."),
        (Message("schema-not-json", line=2, column=5), "The schema is not valid JSON (line 2, column 5)."),
        (
            Message("source-attribute-unknown", target="title", missing=("Badge",)),
            "The directory has no attribute Badge. Choose another for title, or add the column to the file.",
        ),
        (
            Message("source-attribute-unknown", target="title", missing=("Badge", "Colour")),
            "The directory has no attributes Badge and Colour. Choose others for title, or add the columns to the file.",
        ),
        (
            Message("source-attribute-unknown", target="title", missing=("",)),
            "An attribute without a name is mapped to title. Choose another.",
        ),
        (
            Message("several-items-of-a-list-mapped", targets=("a", "b"), attribute="c"),
            "a and b are 2 items of c, but AWS allows one (400: list attributes only allow single item). Keep one",
        ),
        (
            Message("imported-function-without-expression", function=""),
            "A function without a name has no expression.",
        ),
    ],
)
def test_rows(message: Message, words: str) -> None:
    assert messages.text(message).startswith(words)
