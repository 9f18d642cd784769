"""AWS's operations from end to end: statuses, bodies, what stays and what goes."""

from tests.sandbox.people import ENTERPRISE, add_members, created, detail, group, patch, person


def test_a_person_from_creation_to_deletion(scim):
    sent = person()
    user = created(scim, "/Users", sent)
    assert scim.get(f"/Users/{user}").json()["displayName"] == sent["displayName"]
    answer = scim.put(f"/Users/{user}", json={**sent, "id": user, "displayName": "New"})
    assert (answer.status_code, answer.json()["displayName"]) == (201, "New")
    answer = patch(scim, f"/Users/{user}", {"op": "replace", "path": "active", "value": False})
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert scim.delete(f"/Users/{user}").status_code == 204
    for method in ("GET", "DELETE"):
        assert detail(scim.request(method, f"/Users/{user}"), 404) == "USER does not exist."
    assert detail(patch(scim, f"/Users/{user}", add_members("x")), 404) == "USER does not exist."
    assert detail(scim.put(f"/Users/{user}", json=sent), 404) == "USER does not exist."


def test_a_group_from_creation_to_deletion(scim):
    user = created(scim, "/Users", person())
    answer = scim.post("/Groups", json=group(externalId="g", members=[{"value": user, "type": "User"}]))
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "meta", "schemas", "displayName", "externalId"}
    path = f"/Groups/{answer.json()['id']}"
    answer = patch(scim, path, {"op": "replace", "path": "displayName", "value": "Renamed"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert scim.get(path).json()["displayName"] == "Renamed"
    assert scim.delete(path).status_code == 204
    assert detail(scim.get(path), 404) == "GROUP does not exist."
    assert detail(scim.delete(path), 404) == "GROUP does not exist."


def test_a_put_takes_away_what_it_leaves_out(scim):
    sent = person(title="Guide", **{ENTERPRISE: {"department": "Tours"}})
    user = created(scim, "/Users", sent)
    rest = {name: sent[name] for name in ("userName", "displayName", "name")}
    body = scim.put(f"/Users/{user}", json=rest).json()
    assert set(body) == {"id", "meta", "schemas", "userName", "displayName", "name", "active"}


def test_a_put_under_another_id_is_refused(scim):
    sent = person()
    user = created(scim, "/Users", sent)
    assert scim.put(f"/Users/{user}", json={**sent, "id": "other"}).status_code == 400


def test_groups_cannot_be_put(scim):
    team = created(scim, "/Groups", group())
    answer = scim.put(f"/Groups/{team}", json=group())
    assert detail(answer, 400) == "Replacing group memberships is not supported."


def test_duplicates_are_refused_without_a_word_about_the_attribute(scim):
    sent = person()
    user, other = created(scim, "/Users", sent), created(scim, "/Users", person())
    team = group()
    created(scim, "/Groups", team)
    rename = {"op": "replace", "path": "userName", "value": sent["userName"].upper()}
    for answer in (
        scim.post("/Users", json=person(emails=sent["emails"])),
        scim.post("/Users", json=person(externalId=sent["externalId"])),
        scim.put(f"/Users/{other}", json=person(userName=sent["userName"])),
        patch(scim, f"/Users/{other}", rename),
        scim.post("/Groups", json=group(displayName=team["displayName"].upper())),
    ):
        assert detail(answer, 409) == "Refused to create a new, duplicate resource."
    # A resource does not conflict with itself.
    assert patch(scim, f"/Users/{user}", rename).status_code == 200


def test_a_manager_must_exist_when_named_and_may_leave_later(scim):
    boss = created(scim, "/Users", person())
    user = created(scim, "/Users", person(**{ENTERPRISE: {"manager": {"value": boss}}}))
    scim.delete(f"/Users/{boss}")
    answer = patch(scim, f"/Users/{user}", {"op": "replace", "path": "title", "value": "Orphan"})
    assert answer.json()[ENTERPRISE] == {"manager": {"value": boss}}
    again = {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "gone"}}
    assert "manager.value" in detail(patch(scim, f"/Users/{user}", again), 400)


def test_members_must_exist(sandbox, scim):
    assert detail(scim.post("/Groups", json=group(members=[{"value": "no"}])), 404) == "USER does not exist."
    team = created(scim, "/Groups", group())
    user = created(scim, "/Users", person())
    assert detail(patch(scim, f"/Groups/{team}", add_members(user, "no")), 404) == "USER does not exist."
    assert members(sandbox, team) == []


def test_deleted_people_leave_their_groups(sandbox, scim):
    user, other = created(scim, "/Users", person()), created(scim, "/Users", person())
    team = created(scim, "/Groups", group(members=[{"value": user}, {"value": other}]))
    scim.delete(f"/Users/{user}")
    assert members(sandbox, team) == [other]


def members(sandbox, team):
    (known,) = [known for known in sandbox.state()["groups"] if known["id"] == team]
    return known["members"]
