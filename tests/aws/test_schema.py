"""The attributes, as the tutorial lists them."""

from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_the_tutorials_people() -> None:
    assert [a.path.removeprefix(f"{ENTERPRISE}:") for a in USER_ATTRIBUTES] == [
        "userName",
        "active",
        "displayName",
        "title",
        'emails[type eq "work"].value',
        "preferredLanguage",
        "name.givenName",
        "name.familyName",
        "name.formatted",
        'addresses[type eq "work"].formatted',
        'addresses[type eq "work"].streetAddress',
        'addresses[type eq "work"].locality',
        'addresses[type eq "work"].region',
        'addresses[type eq "work"].postalCode',
        'addresses[type eq "work"].country',
        'phoneNumbers[type eq "work"].value',
        "externalId",
        "locale",
        "timezone",
        "employeeNumber",
        "department",
        "division",
        "costCenter",
        "organization",
        "manager",
    ]
    types = {a.path.rpartition(":")[2]: a.type for a in USER_ATTRIBUTES if a.type != "String"}
    assert types == {"active": "Boolean", "manager": "Reference"}


def test_the_tutorials_groups() -> None:
    assert [(a.path, a.type) for a in GROUP_ATTRIBUTES] == [
        ("displayName", "String"),
        ("externalId", "String"),
        ("members", "Reference"),
    ]


def test_required_and_filterable() -> None:
    required = [a.path for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES) if a.required]
    assert required == ["userName", "displayName", "name.givenName", "name.familyName"]
    assert [a.path for a in USER_ATTRIBUTES if a.filterable] == ["userName", "externalId"]
    assert [a.path for a in GROUP_ATTRIBUTES if a.filterable] == ["displayName", "externalId"]


def test_each_path_once_with_a_sentence() -> None:
    everything = (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)
    assert len({a.path for a in everything}) == len(everything) == 31
    assert all(a.description.endswith(".") for a in (*everything, *GROUP_ATTRIBUTES))
