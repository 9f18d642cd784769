"""What screen and verbs are told of expressions."""

import pytest

from wizard.directory import DirectoryUser
from wizard.errors import WizardError
from wizard.flow.mapping import expressions
from wizard.mapping.expression.errors import ExpressionError

KIM = DirectoryUser("7", True, {"userPrincipalName": "kim@x.org", "proxyAddresses": ("a", "b"), "city": "Bern"})


def test_the_functions_are_listed_by_name() -> None:
    names = [known.name for known in expressions.functions()]
    assert names == sorted(names)
    assert len(names) == 49


def test_a_text_is_read() -> None:
    reading = expressions.check_expression('IIF([city] = "", Redact([mail]), [city])')
    assert reading.problem == ""
    assert reading.sources == ("city", "mail")
    assert [position for position, _ in reading.advice] == [0]
    refused = expressions.check_expression("Apend([mail])")
    assert (refused.position, refused.nearest) == (0, "Append")
    assert "Did you mean Append?" in refused.problem


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("CStr([mail])", "null"),
        ("CStr([empty])", ""),
        ("IgnoreFlowIfNullOrEmpty([empty])", "(no flow)"),
        ('Split([list], ",")', '["a", "ü\\nb"]'),
        ("CStr([lines])", "a\\nb\\u2028c"),
        ("CStr([half])", "?"),
        ("DefaultDomain()", "x.org"),
        ("CStr([physicalDeliveryOfficeName])", "B1"),
        ("CStr([officeLocation])", "B1"),
        ("IsNull([mail])", "True"),
    ],
)
def test_a_value_is_one_line(text: str, line: str) -> None:
    values = {"empty": "", "list": "a,ü\nb", "lines": "a\nb\u2028c", "half": "\udcff", "officeLocation": "B1"}
    assert expressions.evaluate(text, values, "x.org") == line


def test_what_gives_no_value_is_another_error_than_what_cannot_be_read() -> None:
    with pytest.raises(expressions.NoValue, match="DefaultDomain"):
        expressions.evaluate("DefaultDomain()", {})
    with pytest.raises(ExpressionError):
        expressions.evaluate("DefaultDomain(", {})


def test_settings_divide_at_the_first_sign_and_gather() -> None:
    assert expressions.parse_settings(["a=b=c", "e=", "p=1", "p=2"]) == {"a": "b=c", "e": "", "p": ("1", "2")}
    for pair in ("a", "=b"):
        with pytest.raises(WizardError, match="set-without-attribute"):
            expressions.parse_settings([pair])
