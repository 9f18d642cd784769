"""What the Attributes page asks of the flow: live values, readings, edits of the tables."""

from dataclasses import replace

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.flow.mapping import attributes as flow
from wizard.flow.steps.session import new_draft
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.job import Job, Scope


def person(number: int, **more: str) -> DirectoryUser:
    attributes = {
        "userPrincipalName": f"p{number}@tidewater.example",
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": "Tidewater",
    }
    return DirectoryUser(str(number), True, attributes | more)


PEOPLE = (person(1), person(2, jobTitle="a:b", manager="1"), person(3, jobTitle="c<d"), person(4, surname=""))
GROUP = DirectoryGroup("g", {"displayName": "Optics"}, ("1", "2", "3"))
SNAPSHOT = DirectorySnapshot(PEOPLE, (GROUP,), attributes=("userPrincipalName", "jobTitle"))


def job(**scope: object) -> Job:
    return replace(new_draft(), scope=Scope(**scope))  # type: ignore[arg-type]


def test_live_values_are_what_would_be_sent() -> None:
    live = flow.live_values(job(), PEOPLE[1], SNAPSHOT)
    assert live["userName"].text == "p2@tidewater.example"
    assert live["active"].text == "true"
    assert next(value.text for path, value in live.items() if path.endswith(":manager")) == "Person 1"
    assert "colon" in live["title"].problem
    assert flow.live_values(job(), PEOPLE[3], SNAPSHOT)["name.familyName"].problem


def test_a_group_shows_how_many_are_in_it() -> None:
    assert flow.live_values(job(), GROUP, SNAPSHOT)["members"].text == "3 people"
    unmapped = flow.with_row(job(), "groups", "members", AttributeMapping("members"))
    assert "members" not in flow.live_values(unmapped, GROUP, SNAPSHOT)


def test_source_values_as_the_directory_has_them() -> None:
    assert flow.source_value(PEOPLE[1], "manager", SNAPSHOT) == "Person 1"
    assert flow.source_value(PEOPLE[0], "accountEnabled", SNAPSHOT) == "true"
    assert flow.source_value(PEOPLE[0], "jobTitle", SNAPSHOT) == ""
    assert flow.source_value(GROUP, "members", SNAPSHOT) == "3 people"


def test_only_who_is_in_scope_is_shown_and_everyone_where_nobody_is() -> None:
    chosen = job(everyone=False, user_ids=("2",))
    assert [one.id for one in flow.people_to_preview(chosen, "users", SNAPSHOT)] == ["2"]
    nobody = job(everyone=False)
    assert len(flow.people_to_preview(nobody, "users", SNAPSHOT)) == 4


def test_looking_reads_the_expressions_and_works_the_values_out() -> None:
    before = job()
    text = "ToUper([jobTitle])"
    edited = flow.with_row(before, "users", "title", AttributeMapping("title", MappingKind.FUNCTION, text))
    looked = flow.preview_mappings(edited, PEOPLE[1], SNAPSHOT, (text,))
    assert looked.readings[text].nearest == "ToUpper"
    assert looked.live["title"].problem
    assert looked.live["title"].text == ""
    assert looked.live["name.formatted"].text == "Person Tidewater"
    assert flow.preview_mappings(before, None, None, ()).live == {}


def test_what_a_row_reads_is_named_with_its_value() -> None:
    row = AttributeMapping("title", MappingKind.ATTRIBUTE, "jobTitle")
    assert flow.source_values(row, PEOPLE[1], SNAPSHOT, ()) == (("jobTitle", "a:b"),)
    row = AttributeMapping("title", MappingKind.FUNCTION, "Join([a], [b])")
    assert flow.source_values(row, PEOPLE[1], SNAPSHOT, ("surname", "mail")) == (
        ("surname", "Tidewater"),
        ("mail", ""),
    )
    assert flow.source_values(AttributeMapping("title"), PEOPLE[1], SNAPSHOT, ()) == ()


def test_the_row_in_which_tables_differ_is_found() -> None:
    before = job()
    assert flow.first_difference(before.mappings, before.mappings) == ("", "")
    row = AttributeMapping("externalId")
    after = flow.with_row(before, "groups", "externalId", row)
    assert flow.first_difference(before.mappings, after.mappings) == ("groups", "externalId")
    fewer = flow.without_row(before, "users", "title")
    assert flow.first_difference(fewer.mappings, before.mappings) == ("users", "title")
    assert flow.first_difference(before.mappings, fewer.mappings) == ("users", "")


def test_an_edit_leaves_the_switches_as_they_are() -> None:
    before = flow.with_mappings(job(), replace(job().mappings, clear_emptied=False))
    assert not flow.with_new_row(before, "users", "nickName").mappings.clear_emptied


def test_rows_are_added_edited_removed_and_restored() -> None:
    before = job()
    more = flow.with_new_row(before, "users", "nickName")
    assert more.mappings.users[-1] == AttributeMapping("nickName")
    assert "nickName" not in {one.path for one in flow.unused_attributes(more, "users")}
    row = AttributeMapping("nickName", MappingKind.CONSTANT, "Nick")
    changed = flow.with_row(more, "users", "nickName", row)
    assert flow.source_text(changed.mappings.users[-1]) == '"Nick"'
    assert flow.without_row(changed, "users", "nickName").mappings == before.mappings
    assert flow.with_default_mappings(changed) == before


def test_a_row_that_cannot_stand_says_why() -> None:
    unfed = flow.with_row(job(), "users", "displayName", AttributeMapping("displayName"))
    problems = {row.mapping.target: row.problem for row in flow.rows(unfed, "users", SNAPSHOT)}
    assert "requires displayName" in problems["displayName"]
    assert problems["title"] == ""


def test_of_two_rows_with_one_target_the_right_one_is_edited_and_removed() -> None:
    first, second = AttributeMapping("title"), AttributeMapping("title", MappingKind.CONSTANT, "x")
    before = flow.with_mappings(job(), replace(job().mappings, users=(first, second)))
    changed = AttributeMapping("title", MappingKind.CONSTANT, "y")
    assert flow.with_row(before, "users", "title", changed, 1).mappings.users == (first, changed)
    assert flow.without_row(before, "users", "title", 1).mappings.users == (first,)
    assert flow.without_row(before, "users", "title", 2).mappings.users == (first, second)
