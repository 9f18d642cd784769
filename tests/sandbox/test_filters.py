"""The filters that AWS answers, and that it answers no other."""

import pytest

from tests.sandbox.people import ENTERPRISE, GENERIC, add_members, created, detail, group, patch, person


def found(scim, path, text):
    answer = scim.get(path, params={"filter": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["totalResults"] == len(answer.json()["Resources"])
    return [resource["id"] for resource in answer.json()["Resources"]]


def test_people_are_found_by_each_of_their_filters(scim):
    boss = created(scim, "/Users", person())
    sent = person(**{ENTERPRISE: {"manager": {"value": boss}}})
    user = created(scim, "/Users", sent)
    team = created(scim, "/Groups", group(members=[{"value": user}, {"value": boss}]))
    assert found(scim, "/Users", f'userName eq "{sent["userName"].upper()}"') == [user]
    assert found(scim, "/Users", f'externalId eq "{sent["externalId"]}"') == [user]
    assert found(scim, "/Users", f'groups.value eq "{team}"') == [boss, user]
    assert found(scim, "/Users", f'id eq "{user}"') == [user]
    assert found(scim, "/Users", f'id eq "{user}" and manager eq "{boss}"') == [user]
    assert found(scim, "/Users", f'manager eq "{boss}" and id eq "{user}"') == [user]
    assert found(scim, "/Users", f'id eq "{boss}" and manager eq "{user}"') == []
    assert found(scim, "/Users", 'userName eq "nobody"') == []
    assert found(scim, "/Users", 'groups.value eq "nowhere"') == []


def test_groups_are_found_by_each_of_their_filters(scim):
    user, other = created(scim, "/Users", person()), created(scim, "/Users", person())
    sent = group(externalId="G-1", members=[{"value": user}])
    team = created(scim, "/Groups", sent)
    assert found(scim, "/Groups", f'displayName eq "{sent["displayName"]}"') == [team]
    assert found(scim, "/Groups", 'externalId eq "G-1"') == [team]
    assert found(scim, "/Groups", f'members.value eq "{user}"') == [team]
    assert found(scim, "/Groups", f'members.value eq "{other}"') == []
    assert found(scim, "/Groups", f'id eq "{team}"') == [team]
    for member in ("members", "member"):
        assert found(scim, "/Groups", f'id eq "{team}" and {member} eq "{user}"') == [team]
        assert found(scim, "/Groups", f'{member} eq "{other}" and id eq "{team}"') == []


def test_a_member_nobody_knows_is_not_found(scim):
    team = created(scim, "/Groups", group())
    for text in ('members.value eq "nobody"', f'id eq "{team}" and members eq "nobody"'):
        assert detail(scim.get("/Groups", params={"filter": text}), 404) == "USER does not exist."


def test_filters_follow_changes(scim):
    user = created(scim, "/Users", person(userName="before"))
    team = created(scim, "/Groups", group())
    patch(scim, f"/Users/{user}", {"op": "replace", "path": "userName", "value": "after"})
    patch(scim, f"/Groups/{team}", add_members(user))
    assert found(scim, "/Users", 'userName eq "before"') == []
    assert found(scim, "/Users", 'userName eq "after"') == [user]
    assert found(scim, "/Groups", f'members.value eq "{user}"') == [team]
    scim.delete(f"/Groups/{team}")
    assert found(scim, "/Groups", f'members.value eq "{user}"') == []


def test_values_in_any_script_with_quotes_and_signs(scim):
    name = 'Ärzte "Süd" & Nord + 100 \\ 李'
    team = created(scim, "/Groups", group(displayName=name))
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    assert found(scim, "/Groups", f'displayName eq "{quoted}"') == [team]


@pytest.mark.parametrize(
    "text",
    [
        'emails.value eq "a"',
        'displayName eq "a"',
        'active eq "true"',
        "active eq true",
        'userName co "a"',
        "userName pr",
        "userName eq a",
        'userName eq "a" or externalId eq "b"',
        'userName eq "a" and externalId eq "b"',
        'userName eq "a" and userName eq "a"',
        'not (userName eq "a")',
        'manager eq "a"',
        'userName eq "bad \\escape"',
        "",
        "   ",
    ],
)
def test_any_other_filter_is_refused_for_people(scim, text):
    assert detail(scim.get("/Users", params={"filter": text}), 400) == "Invalid Filter format"


@pytest.mark.parametrize(
    "text", ['members eq "a"', 'userName eq "a"', 'displayName sw "a"', 'id eq "a" and displayName eq "b"']
)
def test_any_other_filter_is_refused_for_groups(scim, text):
    assert detail(scim.get("/Groups", params={"filter": text}), 400) == "Invalid Filter format"


@pytest.mark.parametrize("text", ['userName eq ""', 'id eq "x" and manager eq ""'])
def test_an_empty_value_is_refused_with_the_general_sentence(scim, text):
    assert detail(scim.get("/Users", params={"filter": text}), 400) == GENERIC
