"""Memberships from a second file, from one group's export, or from a column."""

import pytest

from tests.sources.files import WriteFile, codes, read
from wizard.directory import DirectoryGroup
from wizard.errors import Message, WizardError

PEOPLE = "id,upn,mail,displayName\n1,a@x,ann@m,Ann\n2,b@x,,Bea\n3,g_y.example#EXT#@x,,Gus\n"


def members(*groups: DirectoryGroup) -> dict[str, tuple[str, ...]]:
    return {group.label: group.members for group in groups}


def test_pairs(file: WriteFile) -> None:
    path = file("m.csv", "group,member\nEng,a@x\nEng,2\nEng,A@X\n eng ,ann@m\nAll,g@y.example\nAll,Eng\nNone,\n")
    snapshot = read(file("p.csv", PEOPLE), path)
    assert members(*snapshot.groups) == {"Eng": ("1", "2"), "All": ("3",), "None": ()}
    assert [group.id for group in snapshot.groups] == ["Eng", "All", "None"]
    assert snapshot.groups[1].nested == ("Eng",)
    assert snapshot.groups[0].attributes == {"displayName": "Eng"}
    assert snapshot.has_groups
    assert not snapshot.problems
    assert Message("group-spelled-differently", spellings=("Eng", "eng"), name="Eng") in snapshot.notes


def test_members_that_cannot_be_found(file: WriteFile) -> None:
    people = file("p.csv", PEOPLE + ",c@x,,Cy\n4,B@X,,Ben\n")
    snapshot = read(people, file("m.csv", "Group,Member\nEng,zed@x\nEng,c@x\nEng,b@x\n,1\n"))
    groups = [problem for problem in snapshot.problems if problem.of_group]
    assert [(p.line, p.column, p.excluded) for p in groups] == [
        (5, "Group", False),
        (2, "Member", False),
        (3, "Member", False),
        (4, "Member", False),
    ]
    assert [problem.message.code for problem in groups] == [
        "members-row-without-group",
        "member-not-in-file",
        "member-with-row-problem",
        "member-ambiguous",
    ]
    assert groups[2].user_name == "c@x"
    assert members(*snapshot.groups) == {"Eng": ()}


def test_a_held_person_stays_a_member(file: WriteFile) -> None:
    people = file("p.csv", "id,upn,accountEnabled\n1,a@x,perhaps\n2,b@x,True\n2,c@x,True\n")
    snapshot = read(people, file("m.csv", "group,member\nEng,a@x\nEng,2\n"))
    assert not snapshot.users
    assert members(*snapshot.groups) == {"Eng": ("1", "2")}


def test_groups_with_ids(file: WriteFile) -> None:
    content = "groupId,group,member\ng1,Eng,1\n,Eng,2\ng2,Ops,1\ng3,Ops,2\ng1,Engineering,3\n"
    snapshot = read(file("p.csv", PEOPLE), file("m.csv", content))
    assert [(group.id, group.label, group.members) for group in snapshot.groups] == [
        ("g1", "Eng", ("1", "2", "3")),
        ("g2", "Ops", ("1",)),
        ("g3", "Ops", ("2",)),
    ]
    assert all(group.attributes["objectId"] == group.id for group in snapshot.groups)


def test_download_group_members(file: WriteFile) -> None:
    path = file(
        "Harbour crew.csv",
        "id,userPrincipalName,displayName,memberType\n1,a@x,Ann,user\n,g@y.example,Gus,User\nn-1,,Deck hands,Group\n"
        "d-1,,Laptop,device\n",
    )
    snapshot = read(file("p.csv", PEOPLE), path)
    (group,) = snapshot.groups
    assert (group.id, group.members, group.nested) == ("Harbour crew", ("1", "3"), ("n-1",))
    assert "members-file-of-one-group" in codes(snapshot.notes)
    (problem,) = snapshot.problems
    assert (problem.line, problem.of_group, problem.excluded) == (5, True, False)
    assert problem.message.code == "member-of-another-kind"
    assert problem.message.args["kind"] == "device"


def test_group_import_template(file: WriteFile) -> None:
    path = file(
        "Crew.csv",
        "version:v1.0\nMember object ID or user principal name [memberObjectIdOrUpn] Required\n2\na@x\n",
    )
    assert members(*read(file("p.csv", PEOPLE), path).groups) == {"Crew": ("2", "1")}


def test_groups_of_graph(file: WriteFile) -> None:
    path = file(
        "g.json",
        '[{"id": "g1", "displayName": "Eng", "members": ["1", {"id": "2"}]}, {"id": "g2", "displayName": "No"}]',
    )
    snapshot = read(file("p.csv", PEOPLE), path)
    assert [(group.id, group.label, group.members) for group in snapshot.groups] == [
        ("g1", "Eng", ("1", "2")),
        ("g2", "No", ()),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("name of it,member\nx,1\n", "members-file-without-group"),
        ("group,colour\nx,1\n", "members-file-without-member"),
        ("", "file-empty"),
    ],
)
def test_a_members_file_that_lacks_something(file: WriteFile, content: str, code: str) -> None:
    with pytest.raises(WizardError) as told:
        read(file("p.csv", PEOPLE), file("m.csv", content))
    assert (told.value.message.code, told.value.message.args["file"]) == (code, "m.csv")


@pytest.mark.parametrize(
    ("cells", "groups"),
    [
        (("A;B", "B"), {"A": ("0",), "B": ("0", "1")}),
        (("A | B", "B"), {"A": ("0",), "B": ("0", "1")}),
        (("A\nB", "B;A"), {"A": ("0", "1"), "B": ("0", "1")}),
        (("A, B", "B"), {"A": ("0",), "B": ("0", "1")}),
        (("A, B", "A, B"), {"A, B": ("0", "1")}),
        (("A, B;C", "C"), {"A, B": ("0",), "C": ("0", "1")}),
        (("A;A", ""), {"A": ("0",)}),
    ],
)
def test_a_column_of_groups(file: WriteFile, cells: tuple[str, ...], groups: dict[str, tuple[str, ...]]) -> None:
    path = file("p.csv", [["id", "Member of"], *([str(n), cell] for n, cell in enumerate(cells))])
    snapshot = read(path)
    assert members(*snapshot.groups) == groups
    assert snapshot.has_groups
    assert "Member of" not in snapshot.attributes
    assert ("commas-in-group-names" in codes(snapshot.notes)) == ("A, B" in groups and "C" not in groups)


def test_the_members_file_beats_a_column_nobody_chose(file: WriteFile) -> None:
    people, pairs = file("p.csv", "id,Groups\n1,A\n"), file("m.csv", "group,member\nB,1\n")
    assert members(*read(people, pairs).groups) == {"B": ("1",)}
    assert members(*read(people, pairs, groups_column="Groups").groups) == {"A": ("1",), "B": ("1",)}
    assert members(*read(people, columns=(("Groups", ""),)).groups) == {}


def test_a_chosen_column_of_groups(file: WriteFile) -> None:
    snapshot = read(file("p.csv", "id,Crew,Groups\n1,Deck,x\n"), groups_column="Crew")
    assert members(*snapshot.groups) == {"Deck": ("1",)}
    assert snapshot.users[0].text("Groups") == "x"
