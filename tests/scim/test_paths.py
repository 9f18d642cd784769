"""Paths taken apart."""

import pytest

from wizard.aws.schema import MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.scim.resource import ENTERPRISE_SCHEMA, MANAGER, AttributePath, parse_path


@pytest.mark.parametrize(
    ("path", "parsed", "root"),
    [
        ("userName", AttributePath("userName"), "userName"),
        ("name.givenName", AttributePath("name", "givenName"), "name"),
        ('emails[type eq "work"].value', AttributePath("emails", "value", "work"), "emails"),
        ("emails.value", AttributePath("emails", "value"), "emails"),
        (
            f"{ENTERPRISE_SCHEMA}:department",
            AttributePath("department", schema=ENTERPRISE_SCHEMA),
            f"{ENTERPRISE_SCHEMA}:department",
        ),
        (MANAGER, AttributePath("manager", schema=ENTERPRISE_SCHEMA), MANAGER),
    ],
)
def test_known_shapes(path: str, parsed: AttributePath, root: str) -> None:
    assert parse_path(path) == parsed
    assert parse_path(path).root == root


@pytest.mark.parametrize(
    "path", ["", ".", "name.", "emails[primary eq true].value", "user name", f"{ENTERPRISE_SCHEMA}:"]
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match="not an attribute path"):
        parse_path(path)


def test_every_attribute_of_the_target_has_a_path() -> None:
    assert all(parse_path(a.path).attribute for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES))
