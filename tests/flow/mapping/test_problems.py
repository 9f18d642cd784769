"""The problems panel: everyone AWS would refuse, by rule, with names; fixes that put them right; edits that cost little."""

from dataclasses import replace

import pytest

from tests.provisioning.company import directory, group, job, person
from wizard import messages
from wizard.aws.session import IdentityCenter
from wizard.directory import DirectorySnapshot, DirectoryUser
from wizard.errors import Message
from wizard.flow.mapping.problems import ProblemBoard, ProblemGroup, Stopped, with_fix
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.mapping.dotnet.patterns import Patience
from wizard.mapping.resources import Table
from wizard.mapping.scoping_filter import parse_filter
from wizard.provisioning.comparison import desired_people, preflight
from wizard.provisioning.job import Job, Scope

PHONE = 'phoneNumbers[type eq "work"].value'


def with_row(of: Job, target: str, **values) -> Job:
    users = tuple(replace(row, **values) if row.target == target else row for row in of.mappings.users)
    return replace(of, mappings=replace(of.mappings, users=users))


def told(groups: tuple[ProblemGroup, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(one.rule, one.path): one.labels for one in groups}


def several(source_id: str) -> DirectoryUser:
    base = person(source_id)
    return replace(base, attributes={**base.attributes, "telephoneNumber": ("+1 555 0100", "+1 555 0199")})


STAFF = directory(
    [
        person("ada"),
        person("bo", surname=""),
        person("cy", surname="", jobTitle="R&D: Tools <new>"),
        person("di", userPrincipalName="di d@example.com"),
        person("ed", jobTitle="x" * 1025),
        several("fa"),
        person("gus", mail="ada@example.com"),
        person("hal", enabled=False, surname=""),
        person("ira", city="Bern\u200bWabern"),
    ],
    group("g", "ada"),
)
EXPECTED = {
    ("required-attribute-missing", "name.familyName"): ("Bo", "Cy"),
    ("forbidden-character", "title"): ("Cy",),
    ("white-space", "userName"): ("Di",),
    ("too-long", "title"): ("Ed",),
    ("more-than-one-value", PHONE): ("Fa",),
    ("duplicate-value", 'emails[type eq "work"].value'): ("Ada", "Gus"),
    ("not-a-value", 'addresses[type eq "work"].locality'): ("Ira",),
}


def test_everyone_in_scope_by_rule_and_attribute() -> None:
    groups = ProblemBoard().update(job(), STAFF)
    assert told(groups) == EXPECTED
    assert [one.count for one in groups] == sorted((one.count for one in groups), reverse=True)
    assert all(messages.text(one).endswith(".") for one in groups)


def test_it_says_what_a_run_would_say() -> None:
    of = job()
    target = IdentityCenter("https://127.0.0.1:1/t/scim/v2", "t" * 50)
    desired = desired_people([u for u in STAFF.users if u.enabled], Table(of.mappings.users), target)
    rejected = {one.source_id for one in preflight(desired, target).rejected}
    assert rejected == {id_ for one in ProblemBoard().update(of, STAFF) for id_ in one.ids}


MISSING, CITY = "required-attribute-missing", 'addresses[type eq "work"].locality'
FIXES = [
    (
        ("name.familyName", MISSING),
        ("use-other-attribute", "Coalesce([surname], [displayName])"),
        ("", "Bo"),
    ),
    (
        ("title", "forbidden-character"),
        ("replace-characters-with-space", r'Replace([jobTitle], , "\s*[\t\n\r<>;:%]+\s*", , " ", , )'),
        ("R&D: Tools <new>", "R&D Tools new"),
    ),
    (
        ("userName", "white-space"),
        ("strip-spaces", "StripSpaces([userPrincipalName])"),
        ("di d@example.com", "did@example.com"),
    ),
    (
        ("title", "too-long"),
        ("keep-first-characters", "Left([jobTitle], 1024)"),
        ("x" * 1025, "x" * 1024),
    ),
    (
        (PHONE, "more-than-one-value"),
        ("keep-first-value", "Item([telephoneNumber], 1)"),
        ("+1 555 0100, +1 555 0199", "+1 555 0100"),
    ),
    (
        (CITY, "not-a-value"),
        ("leave-unsupported-characters-out", r'Replace([city], , "[^\p{L}\p{M}\p{S}\p{N}\p{P}\s]", , "", , )'),
        ("Bern\u200bWabern", "BernWabern"),
    ),
]


@pytest.mark.parametrize(
    ("problem", "button", "values"), FIXES, ids=[f"{path} {rule}" for (path, rule), _, _ in FIXES]
)
def test_one_click_puts_it_right(
    problem: tuple[str, str], button: tuple[str, str], values: tuple[str, str]
) -> None:
    board, of = ProblemBoard(), job()
    one = next(g for g in board.update(of, STAFF) if (g.path, g.rule) == problem)
    fix = next(fix for fix in one.fixes if fix.message.code == button[0])
    assert (fix.row.kind, fix.row.source) == (MappingKind.FUNCTION, button[1])
    assert fix.solves == fix.tried == one.count
    assert (fix.examples[0].before, fix.examples[0].after) == values
    left = told(board.update(with_fix(of, fix), STAFF))
    assert left == {key: names for key, names in EXPECTED.items() if key != problem[::-1]}


def test_a_fix_keeps_default_flow_and_matching_of_its_row() -> None:
    of = with_row(job(), "userName", default="x")
    (one,) = [g for g in ProblemBoard().update(of, STAFF) if g.path == "userName"]
    was = next(row for row in of.mappings.users if row.target == "userName")
    assert all(replace(fix.row, kind=was.kind, source=was.source) == was for fix in one.fixes)


def test_a_fix_of_an_expression_wraps_it() -> None:
    of = with_row(job(), "name.familyName", kind=MappingKind.FUNCTION, source="ToUpper([surname])")
    (one,) = [g for g in ProblemBoard().update(of, STAFF) if g.path == "name.familyName"]
    assert one.fixes[0].row.source == 'Switch(ToUpper([surname]), ToUpper([surname]), "", [displayName])'


def test_a_target_without_a_source_falls_back_to_the_attribute_itself() -> None:
    of = with_row(job(), "displayName", kind=MappingKind.NONE, source="")
    (one,) = [g for g in ProblemBoard().update(of, directory([person("ada")])) if g.path == "displayName"]
    rows = {fix.message: (fix.row.kind, fix.row.source) for fix in one.fixes}
    other = Message("use-other-attribute", attribute="userPrincipalName")
    assert rows[other] == (MappingKind.ATTRIBUTE, "userPrincipalName")
    assert rows[Message("use-full-name")][0] is MappingKind.FUNCTION


def test_an_edit_costs_only_its_own_target() -> None:
    board, of = ProblemBoard(), job()
    board.update(of, STAFF)
    assert len(board.recomputed) == 27
    board.update(of, STAFF)
    assert board.recomputed == ()
    edited = with_row(of, "title", source="department")
    kept = told(board.update(edited, STAFF))
    assert board.recomputed == ("title",)
    assert kept == {key: names for key, names in EXPECTED.items() if key[1] != "title"}
    assert kept == told(ProblemBoard().update(edited, STAFF))


def test_another_scope_or_directory_resets_the_problems() -> None:
    board, of = ProblemBoard(), job()
    board.update(of, STAFF)
    scoped = replace(of, scope=Scope(user_filter=parse_filter("displayName EQUALS Bo")))
    assert told(board.update(scoped, STAFF)) == {("required-attribute-missing", "name.familyName"): ("Bo",)}
    assert board.update(scoped, directory([person("bo")])) == ()


def test_expressions_unmapped_targets_and_two_items_are_problems_too() -> None:
    of = with_row(job(), "title", kind=MappingKind.FUNCTION, source="Append([mail], DefaultDomain())")
    rows = tuple(row for row in of.mappings.users if row.target != "name.givenName")
    mobile = AttributeMapping('phoneNumbers[type eq "mobile"].value', MappingKind.ATTRIBUTE, "mobile")
    of = replace(of, mappings=replace(of.mappings, users=(*rows, mobile)))
    found = told(ProblemBoard().update(of, directory([person("ada", telephoneNumber="1", mobile="2")])))
    assert {("expression", "title"), ("required-attribute-missing", "name.givenName")} <= found.keys()
    assert ("more-than-one-value", "phoneNumbers") in found


def test_groups_have_problems_as_well() -> None:
    snapshot = directory([person("ada")], group("g", name="Team"), group("h", name="team"))
    (one,) = ProblemBoard().update(job(), snapshot)
    assert (one.kind, one.rule, one.labels) == ("group", "duplicate-value", ("Team", "team"))
    only_people = replace(job(), scope=Scope(groups=False))
    assert ProblemBoard().update(only_people, snapshot) == ()


def test_it_can_be_called_off() -> None:
    with pytest.raises(Stopped):
        ProblemBoard().update(job(), STAFF, lambda: True)


def test_an_empty_directory_has_no_problems() -> None:
    assert ProblemBoard().update(job(), DirectorySnapshot(())) == ()


@pytest.mark.slow
def test_a_pathological_pattern_is_interrupted_once_for_all_people(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [person(f"p{number}", jobTitle="a" * 200 + "!") for number in range(300)]
    pattern = 'Replace([jobTitle], , "^(a|aa)+$", , "b", , )'
    of = with_row(job(), "title", kind=MappingKind.FUNCTION, source=pattern)
    limit, started = Patience.limit, []
    monkeypatch.setattr(Patience, "limit", lambda self: started.append(limit(self)) or started[-1])
    groups = {group.rule: group for group in ProblemBoard().update(of, directory(people))}
    assert len(started) < 10, "all people share one limit"
    assert groups["expression"].count == 300
    reason = groups["expression"].message.args["reason"]
    assert isinstance(reason, Message)
    assert reason.code == "pattern-too-slow"
