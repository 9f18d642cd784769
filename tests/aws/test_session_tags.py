"""AWS's rules for keys and values of session tags."""

import pytest

from wizard.aws.session_tags import key_problem, value_problem


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("Department", ""),
        ("Kostenstelle Süd_1.:/=+-@", ""),
        ("", "attribute-key-empty"),
        (" a", "attribute-key-refused"),
        ("a\tb", "attribute-key-refused"),
        ("a&b", "attribute-key-refused"),
        ("a" * 129, "attribute-key-too-long"),
        ("AWS:x", "attribute-key-reserved"),
        ("cost", "attribute-key-twice"),
    ],
)
def test_keys(key: str, code: str) -> None:
    problem = key_problem(key, ("Cost",))
    assert (problem.code if problem else "") == code


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("Optics", ""),
        (None, "empty"),
        ([], "empty"),
        (["a"], ""),
        (["a", "b"], "several"),
        ("a" * 257, "too-long"),
        ("R&D", "refused"),
        ("a\nb", "refused"),
    ],
)
def test_values(value: object, problem: str) -> None:
    assert value_problem(value) == problem
