"""What PATCH changes, and the paths and values that AWS refuses."""

import pytest

from tests.sandbox.people import ENTERPRISE, GENERIC, add_members, created, detail, group, patch, person

PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations '
    "modifying a single attribute."
)
BOTH = {ENTERPRISE: {"department": "Tours", "division": "D"}}
REPLACED = "Replacing group memberships is not supported."


@pytest.fixture
def user(scim):
    return f"/Users/{created(scim, '/Users', person(title='Guide', **{ENTERPRISE: {'department': 'Tours'}}))}"


@pytest.fixture
def team(scim):
    return f"/Groups/{created(scim, '/Groups', group())}"


def members(scim, team):
    team_id = team.rsplit("/", 1)[1]
    answer = scim.get("/Users", params={"filter": f'groups.value eq "{team_id}"'})
    return [found["id"] for found in answer.json()["Resources"]]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "active", "value": "false"}, {"active": False}),
        ({"op": "Replace", "path": "active", "value": "False"}, {"active": False}),
        ({"op": "REPLACE", "path": "active", "value": False}, {"active": False}),
        ({"op": "Add", "path": "nickName", "value": "Zo"}, {"nickName": "Zo"}),
        ({"op": "replace", "value": {"nickName": "Zo"}}, {"nickName": "Zo"}),
        (
            {"op": "add", "value": {f"{ENTERPRISE}:division": "D"}},
            BOTH,
        ),
        (
            {"op": "add", "value": {ENTERPRISE: {"division": "D"}}},
            BOTH,
        ),
        ({"op": "replace", "path": f"{ENTERPRISE}:department", "value": "IT"}, {ENTERPRISE: {"department": "IT"}}),
        ({"op": "remove", "path": f"{ENTERPRISE}:department"}, {ENTERPRISE: None}),
        ({"op": "remove", "path": ENTERPRISE}, {ENTERPRISE: None}),
        ({"op": "remove", "path": "title"}, {"title": None}),
        ({"op": "remove", "path": "nickName"}, {"nickName": None}),
        ({"op": "remove", "path": "externalId"}, {"externalId": None}),
        ({"op": "remove", "path": "emails"}, {"emails": None}),
        ({"op": "remove", "path": 'emails[type eq "work"]'}, {"emails": None}),
        ({"op": "remove", "path": 'emails[type eq "work"].value'}, {"emails": None}),
        (
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "patched@example.com"},
            {"emails": [{"value": "patched@example.com", "type": "work", "primary": True}]},
        ),
        (
            {"op": "replace", "path": "emails[primary eq true].value", "value": "primary@example.com"},
            {"emails": [{"value": "primary@example.com", "type": "work", "primary": True}]},
        ),
        (
            {"op": "replace", "path": "emails", "value": [{"value": "whole@example.com", "primary": True}]},
            {"emails": [{"value": "whole@example.com", "primary": True}]},
        ),
        (
            {"op": "add", "path": 'phoneNumbers[type eq "work"].value', "value": "5"},
            {"phoneNumbers": [{"type": "work", "value": "5"}]},
        ),
        (
            {"op": "replace", "path": "name", "value": {"middleName": "M"}},
            {"name": {"givenName": "Zoë", "familyName": "Łukasz-O'Neil", "middleName": "M"}},
        ),
        (
            {"op": "replace", "path": "name.givenName", "value": "Zo"},
            {"name": {"givenName": "Zo", "familyName": "Łukasz-O'Neil"}},
        ),
    ],
)
def test_what_changes_of_a_person(scim, user, operation, expected):
    before = scim.get(user).json()
    answer = patch(scim, user, operation)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert {name: after.get(name) for name in expected} == expected
    untouched = before.keys() - expected.keys() - {"meta", "schemas"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert scim.get(user).json() == after


@pytest.mark.parametrize("value", [{"value": ...}, ...])
def test_a_manager_is_named_as_object_or_by_id(scim, user, value):
    boss = created(scim, "/Users", person())
    named = {"value": boss} if isinstance(value, dict) else boss
    answer = patch(scim, user, {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": named})
    assert answer.json()[ENTERPRISE]["manager"] == {"value": boss}
    answer = patch(scim, user, {"op": "remove", "path": f"{ENTERPRISE}:manager"})
    assert "manager" not in answer.json()[ENTERPRISE]


@pytest.mark.parametrize(
    "operation",
    [
        {"path": "title", "value": "x"},
        {"op": "move", "path": "title", "value": "x"},
        {"op": "replace", "path": "title"},
        {"op": "replace", "path": "title", "value": None},
        {"op": "replace", "path": "title", "value": ""},
        {"op": "replace", "path": "title", "value": {"value": "x"}},
        {"op": "replace", "path": "title.part", "value": "x"},
        {"op": "replace", "path": "password", "value": "x"},
        {"op": "replace", "path": "roles", "value": [{"value": "x"}]},
        {"op": "replace", "path": "id", "value": "x"},
        {"op": "replace", "path": "groups", "value": []},
        {"op": "replace", "path": "active", "value": "perhaps"},
        {"op": "replace", "path": "displayName", "value": "a<b"},
        {"op": "replace", "path": "emails.value", "value": "x@example.com"},
        {"op": "replace", "path": 'emails[type eq "home"].value', "value": "x@example.com"},
        {"op": "replace", "path": 'emails[type co "work"].value', "value": "x@example.com"},
        {"op": "replace", "path": 'emails[type eq "work" and primary eq true].value', "value": "x@example.com"},
        {"op": "replace", "path": 'name[givenName eq "Zoë"].givenName', "value": "x"},
        {"op": "replace", "path": "urn:example:User:title", "value": "x"},
        {"op": "replace", "path": f"{ENTERPRISE}:shoeSize", "value": "x"},
        {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": ""}},
        {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"displayName": "x"}},
        {"op": "replace", "path": ENTERPRISE, "value": "x"},
        {"op": "remove", "path": "userName"},
        {"op": "remove", "path": "active"},
        {"op": "remove", "path": "displayName"},
        {"op": "remove", "path": "name"},
        {"op": "remove", "path": "name.familyName"},
        {"op": "replace", "path": "", "value": "x"},
        {"op": "replace", "path": 7, "value": "x"},
    ],
)
def test_refused_person_requests_change_nothing(scim, user, operation):
    before = scim.get(user).json()
    answer = patch(scim, user, {"op": "replace", "path": "nickName", "value": "kept back"}, operation)
    assert answer.status_code == 400
    assert scim.get(user).json() == before


def test_a_second_value_beside_the_first_is_refused(scim, user):
    second = [{"value": "second@example.com", "type": "home", "primary": True}]
    answer = patch(scim, user, {"op": "add", "path": "emails", "value": second})
    assert detail(answer, 400) == "List attribute emails exceeds allowed limit of 1"


@pytest.mark.parametrize("attribute", ["userName", "active"])
def test_two_operations_on_what_may_change_once_are_refused(scim, user, attribute):
    change = {"op": "replace", "path": attribute, "value": "true"}
    assert detail(patch(scim, user, change, change), 400) == GENERIC


@pytest.mark.parametrize("path", ["user", "team"])
def test_operations_without_a_path(scim, path, request):
    target = request.getfixturevalue(path)
    several = {"op": "replace", "value": {"id": "x", "displayName": "New"}}
    assert detail(patch(scim, target, several), 400) == PATHLESS
    assert detail(patch(scim, target, {"op": "remove"}), 400) == "Missing path in PATCH request"
    assert detail(patch(scim, target, {"op": "add", "value": "x"}), 400) == PATHLESS
    name = f"Single {path}"
    assert patch(scim, target, {"op": "replace", "value": {"displayName": name}}).is_success
    assert scim.get(target).json()["displayName"] == name


@pytest.mark.parametrize(
    "body", [[], {}, {"Operations": []}, {"schemas": ["x"], "Operations": [{"op": "remove", "path": "title"}]}]
)
def test_an_invalid_patch_is_refused(scim, user, body):
    assert detail(scim.patch(user, json=body), 400) == GENERIC


def test_membership_changes(scim, team):
    people = [created(scim, "/Users", person()) for _ in range(4)]
    assert patch(scim, team, add_members(*people[:3])).status_code == 204
    assert patch(scim, team, add_members(people[0])).status_code == 204
    assert members(scim, team) == people[:3]
    gone = {"op": "Remove", "path": "members", "value": [{"value": people[0]}]}
    by_filter = {"op": "remove", "path": f'members[value eq "{people[1]}"]'}
    rename = {"op": "replace", "path": "externalId", "value": "mixed"}
    assert patch(scim, team, gone, by_filter, rename, add_members(people[3])).status_code == 204
    assert patch(scim, team, gone).status_code == 204
    assert members(scim, team) == people[2:]
    assert scim.get(team).json()["externalId"] == "mixed"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "members"},
        {"op": "remove", "path": "members", "value": []},
        {"op": "add", "path": "members", "value": []},
        {"op": "add", "path": "members", "value": "x"},
        {"op": "remove", "path": 'members[display eq "x"]'},
        {"op": "add", "path": 'members[value eq "x"]', "value": [{"value": "x"}]},
        {"op": "remove", "path": "members.value", "value": [{"value": "x"}]},
        {"op": "replace", "path": "description", "value": "x"},
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "x"},
        {"op": "remove", "path": "displayName"},
    ],
)
def test_refused_group_requests(scim, team, operation):
    user = created(scim, "/Users", person())
    patch(scim, team, add_members(user))
    assert patch(scim, team, operation).status_code == 400
    assert members(scim, team) == [user]


@pytest.mark.parametrize("value", [[], [{"value": ""}], [{"value": "x"}]])
def test_a_membership_is_not_replaced(scim, team, value):
    user = created(scim, "/Users", person())
    patch(scim, team, add_members(user))
    assert detail(patch(scim, team, {"op": "replace", "path": "members", "value": value}), 400) == REPLACED
    assert members(scim, team) == [user]


def test_a_hundred_membership_changes_and_no_more(scim, team):
    people = [created(scim, "/Users", person()) for _ in range(101)]
    assert detail(patch(scim, team, add_members(*people[:60]), add_members(*people[60:])), 400) == GENERIC
    assert members(scim, team) == []
    assert patch(scim, team, add_members(*people[:60]), add_members(*people[60:100])).status_code == 204
    assert members(scim, team) == people[:100]
