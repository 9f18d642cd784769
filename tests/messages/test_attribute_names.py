"""Friendly names of attributes."""

import pytest

from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.entra_names import ENTRA_NAMES
from wizard.messages.attribute_names import friendly_name
from wizard.scim.resource import short_name


@pytest.mark.parametrize(
    ("attribute", "friendly"),
    [
        ("jobTitle", "Job title"),
        ("Job Title", "Job title"),
        ("title", "Job title"),
        ("businessPhones", "Phone number"),
        ("name.givenName", "First name"),
        ('emails[type eq "work"].value', "Email"),
        ("emails", "Email"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "Cost center"),
        ("extensionAttribute12", "Extension attribute 12"),
        ("extension_0123456789abcdef0123456789abcdef_badgeNumber", "Badge number"),
        ("hireDate", "Hire date"),
        ("Personalnummer", "Personalnummer"),
        ("Kostenstelle (neu)", "Kostenstelle (neu)"),
        ("部門", "部門"),
        ("", ""),
    ],
)
def test_a_name_a_person_reads(attribute: str, friendly: str) -> None:
    assert friendly_name(attribute) == friendly


def test_every_attribute_of_both_sides_reads_as_words() -> None:
    paths = [a.path for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES, *GROUP_ATTRIBUTES)]
    names = {name: friendly_name(name) for name in (*ENTRA_NAMES, *paths, *map(short_name, paths))}
    assert {
        name: friendly for name, friendly in names.items() if not friendly[0].isupper() or "." in friendly
    } == {}
