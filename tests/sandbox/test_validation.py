"""AWS's rules for attributes, each with a request that breaks it."""

import pytest

from tests.sandbox.people import ENTERPRISE, GENERIC, created, detail, group, person

NAME = {"givenName": "Ann", "familyName": "Bell"}
MAIL = {"value": "only@example.com", "primary": True}
WIDE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"


def test_everything_aws_shows_is_taken_and_returned(scim):
    manager = created(scim, "/Users", person())
    sent = person(
        name={
            "formatted": "Ms. Barbara J Jensen, III",
            "familyName": "Jensen",
            "givenName": "Barbara",
            "middleName": "Jane",
            "honorificPrefix": "Ms.",
            "honorificSuffix": "III",
        },
        nickName="Babs",
        profileUrl="https://login.example.com/bjensen",
        addresses=[{"type": "work", "streetAddress": "100 Plaza", "country": "USA", "primary": True}],
        phoneNumbers=[{"value": "555-555-5555", "type": "work"}],
        roles=[{"value": "Researcher", "type": "work", "primary": True}],
        userType="Employee",
        title="Tour Guide",
        preferredLanguage="en-US",
        locale="en-US",
        timezone="America/Los_Angeles",
        active=False,
    )
    extension = {"employeeNumber": "701984", "department": "Tour Operations"}
    answer = scim.post(
        "/Users",
        json={**sent, ENTERPRISE: {**extension, "manager": {"value": manager, "$ref": f"../Users/{manager}"}}},
    )
    assert answer.status_code == 201
    body = answer.json()
    assert set(body.pop("meta")) == {"resourceType", "created", "lastModified"}
    assert body.pop("schemas") == ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]
    assert scim.get(f"/Users/{body['id']}").json()["userName"] == sent["userName"]
    del body["id"]
    assert body == {**sent, ENTERPRISE: {**extension, "manager": {"value": manager}}}


def test_without_enterprise_data_its_schema_is_not_named(scim):
    body = scim.post("/Users", json=person(active=...)).json()
    assert body["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User"]
    assert ENTERPRISE not in body
    assert body["active"] is True


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"userName": ...}, "userName"),
        ({"displayName": ...}, "displayName"),
        ({"name": ...}, "name.givenName"),
        ({"name": {"givenName": "Ann"}}, "name.familyName"),
        ({"displayName": None}, "displayName"),
        ({"displayName": 7}, "displayName"),
        ({"displayName": "x" * 1025}, "displayName"),
        ({"userName": "x" * 129}, "userName"),
        ({"userName": "two words"}, "userName"),
        ({"externalId": "x" * 257}, "externalId"),
        ({"externalId": "two words"}, "externalId"),
        ({"title": "bell\u0007"}, "title"),
        ({"active": "true"}, "active"),
        ({"userName": "aDministrator"}, "userName"),
        ({"emails": [{"value": "a@example.com", "type": "work"}]}, "emails.primary"),
        ({"emails": [{"value": "a@example.com", "primary": False}]}, "emails.primary"),
        ({"emails": [{"primary": True}]}, "emails.value"),
        ({"phoneNumbers": [{"value": ""}]}, "phoneNumbers.value"),
        ({ENTERPRISE: {"department": ""}}, f"{ENTERPRISE}.department"),
        ({ENTERPRISE: {"manager": {"value": "nobody"}}}, f"{ENTERPRISE}.manager.value"),
    ],
)
def test_a_value_aws_refuses_is_named(scim, changes, where):
    sentence = detail(scim.post("/Users", json=person(**changes)), 400)
    assert "validation errors detected: " in sentence
    assert f"Value at '{where}' failed to satisfy constraint: Member must " in sentence


def test_an_empty_name_is_reported_in_the_words_of_aws(scim):
    sentence = detail(scim.post("/Users", json=person(name={**NAME, "givenName": ""})), 400)
    assert sentence == (
        "2 validation errors detected: Value at 'name.givenName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {WIDE}; "
        "Value at 'name.givenName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


@pytest.mark.parametrize("character", "<>;:%\t\n\r")
@pytest.mark.parametrize("attribute", ["displayName", "title", "externalId"])
def test_characters_microsofts_tutorial_names_are_refused(scim, attribute, character):
    assert attribute in detail(scim.post("/Users", json=person(**{attribute: f"a{character}b"})), 400)


@pytest.mark.parametrize("name", ["李小龍", "محمد", "Zoe\u0301", "O'Brien (Bob) & Söhne", "a\u00a0b\u3000c", "🙂"])
def test_names_of_every_script_are_taken(scim, name):
    assert scim.post("/Users", json=person(displayName=name)).json()["displayName"] == name


@pytest.mark.parametrize(
    "attribute", ["password", "ims", "photos", "x509Certificates", "entitlements", "groups", "shoeSize"]
)
def test_unsupported_attributes_are_refused(scim, attribute):
    assert (
        detail(scim.post("/Users", json=person(**{attribute: []})), 400)
        == f"Attribute {attribute} is not supported."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"emails": [{**MAIL, "display": "x"}]},
        {"phoneNumbers": [{"value": "1", "display": "x"}]},
        {"addresses": [{"type": "work", "display": "x"}]},
        {"roles": [{"value": "x", "display": "x"}]},
        {ENTERPRISE: {"manager": {"value": "x", "displayName": "x"}}},
    ],
)
def test_displays_are_refused(scim, changes):
    assert "is not supported" in detail(scim.post("/Users", json=person(**changes)), 400)


@pytest.mark.parametrize("attribute", ["emails", "addresses", "phoneNumbers", "roles"])
def test_lists_hold_one_value(scim, attribute):
    sentence = detail(scim.post("/Users", json=person(**{attribute: [MAIL, MAIL]})), 400)
    assert sentence == f"List attribute {attribute} exceeds allowed limit of 1"


def test_lengths_at_the_limit_are_taken(scim):
    sent = person(userName="u" * 128, externalId="e" * 256, displayName="d" * 1024)
    assert scim.post("/Users", json=sent).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": ""},
        {"displayName": "x" * 1025},
        {"displayName": "AWSAdministrators"},
        {"displayName": "odd", "externalId": "two words"},
        {"displayName": "odd", "description": "x"},
        {"displayName": "odd", "members": [{"value": "x", "type": "Group"}]},
        {"displayName": "odd", "members": [{"value": "x", "display": "x"}]},
        {"displayName": "odd", "members": [{"value": ""}]},
        {"displayName": "odd", "members": [{"value": "x"}] * 101},
        [],
        "text",
    ],
)
def test_groups_aws_refuses(scim, body):
    assert scim.post("/Groups", json=body).status_code == 400


def test_members_beyond_a_hundred_are_refused_in_aws_words(scim):
    body = group(members=[{"value": "x"}] * 101)
    assert detail(scim.post("/Groups", json=body), 400) == GENERIC
