"""Rows with problems: the line, the column and the person of each."""

import pytest

from tests.sources.files import WriteFile, codes, read
from wizard.directory import RowProblem
from wizard.errors import Message


def rows(*lines: str) -> str:
    return "\n".join(("id,upn,displayName,accountEnabled,manager", *lines)) + "\n"


def test_identity_blank_or_twice(file: WriteFile) -> None:
    path = file(
        "p.csv", rows("1,a@x,Ann,True,", ",b@x,Bea,True,", "2,c@x,Cy,True,", "3,d@x,Di,True,", "1,e@x,Ed,True,")
    )
    snapshot = read(path)
    assert [user.id for user in snapshot.users] == ["2", "3"]
    told = [(p.line, p.column, p.label, p.source_id, p.user_name, p.excluded) for p in snapshot.problems]
    assert told == [
        (2, "id", "Ann", "1", "a@x", True),
        (3, "id", "Bea", "", "b@x", True),
        (6, "id", "Ed", "1", "e@x", True),
    ]
    assert snapshot.problems[0].message == Message("identity-repeated", identity="1", lines=(6,))


@pytest.mark.parametrize("same", [("ab", "AB"), ("École", "ÉCOLE")])
def test_identities_that_differ_in_case_only_are_twice(file: WriteFile, same: tuple[str, str]) -> None:
    snapshot = read(file("p.csv", rows(f"{same[0]},a@x,,True,", f"{same[1]},b@x,,True,")))
    assert not snapshot.users
    assert len(snapshot.problems) == 2


def test_an_identity_of_thousands_names_the_first_lines(file: WriteFile) -> None:
    snapshot = read(file("p.csv", rows(*["1,a@x,Ann,True,"] * 3_000)))
    assert len(snapshot.problems) == 3_000
    assert {len(problem.message.args["lines"]) for problem in snapshot.problems} == {10}  # type: ignore[arg-type]


def test_sharp_s_is_not_two_letters(file: WriteFile) -> None:
    snapshot = read(file("p.csv", rows("Straße,a@x,,True,", "STRASSE,b@x,,True,")))
    assert [user.id for user in snapshot.users] == ["Straße", "STRASSE"]


def test_a_user_name_is_the_same_person_in_any_case(file: WriteFile) -> None:
    first, second = (read(file(f"{n}.csv", f"upn\n{n}@X.example\n")) for n in ("Anna", "anna"))
    assert first.users[0].id == second.users[0].id
    assert first.users[0].text("userPrincipalName") == "Anna@X.example"


@pytest.mark.parametrize(
    ("word", "enabled"),
    [("True", True), ("yes", True), ("1", True), (" FALSE ", False), ("no", False), ("0", False)],
)
@pytest.mark.parametrize("heading", ["accountEnabled", "Block sign in"])
def test_enabled(file: WriteFile, word: str, enabled: bool, heading: str) -> None:
    (user,) = read(file("p.csv", f"id,{heading}\n1,{word}\n")).users
    expected = enabled if heading == "accountEnabled" else not enabled
    assert user.enabled is user.attributes["accountEnabled"] is expected


def test_neither_yes_nor_no(file: WriteFile) -> None:
    snapshot = read(file("p.csv", rows("1,a@x,Ann,perhaps,", "2,b@x,Bea,True,a@x")))
    (problem,) = snapshot.problems
    assert (problem.line, problem.column, problem.source_id, problem.excluded) == (2, "accountEnabled", "1", True)
    (bea,) = snapshot.users
    assert bea.text("manager") == "1"  # held, not gone: the reference stays


@pytest.mark.parametrize("manager", ["2", ""])
def test_a_value_that_breaks_the_row(file: WriteFile, manager: str) -> None:
    snapshot = read(file("p.csv", rows("2,b@x,Bea,True,", f"1,a@x,Berg, Ann,True,{manager}")))
    (problem,) = snapshot.problems
    assert (problem.line, problem.source_id, problem.excluded) == (3, "1", True)
    assert problem.message.code == "row-too-long"


def test_separators_behind_every_row_are_no_cells(file: WriteFile) -> None:
    for heading in ("id,upn", "id,upn,,"):
        snapshot = read(file("p.csv", f"{heading}\n1,a@x,,\n2,b@x,,\n"))
        assert len(snapshot.users) == 2
        assert codes(snapshot.notes) == ["identity-column", "no-status-column"]


def test_short_rows_are_told_once(file: WriteFile) -> None:
    snapshot = read(file("p.csv", rows("1,a@x,A,yes", "2,b@x,Bea,True,", "3,c@x,C,no")))
    assert len(snapshot.users) == 3
    assert not snapshot.problems
    assert Message("short-rows", count=2, line=2) in snapshot.notes


def test_numbers_that_excel_shortened_and_its_errors(file: WriteFile) -> None:
    snapshot = read(file("p.csv", rows("1.23E+15,a@x,Ann,True,", "2,b@x,#N/A,True,")))
    assert [(p.line, p.column, p.excluded) for p in snapshot.problems] == [
        (2, "id", True),
        (3, "displayName", False),
    ]
    assert [user.id for user in snapshot.users] == ["2"]
    assert "displayName" not in snapshot.users[0].attributes


def manager_problem(file: WriteFile, *lines: str) -> RowProblem:
    snapshot = read(file("p.csv", rows(*lines)))
    (problem,) = snapshot.problems
    assert "manager" not in next(user for user in snapshot.users if user.id == problem.source_id).attributes
    assert (problem.column, problem.excluded) == ("manager", False)
    return problem


def test_managers_that_cannot_be(file: WriteFile) -> None:
    assert manager_problem(file, "1,a@x,Ann,True,zed@x").message.code == "manager-not-in-file"
    assert manager_problem(file, "1,a@x,Ann,True,A@X").message.code == "own-manager"
    several = manager_problem(file, "1,a@x,Ann,True,", "2,A@X,Abe,True,", "3,c@x,Cy,True,a@x")
    assert several.message.code == "manager-ambiguous"
    assert (several.line, several.label, several.source_id) == (4, "Cy", "3")


@pytest.mark.parametrize("named", ["1", "a@x", "A@X", "ann@mail", "E7", "g_x.example#EXT#@t"])
def test_a_manager_by_any_name(file: WriteFile, named: str) -> None:
    content = "id,upn,mail,employeeId,manager\n1,a@x,ann@mail,E7,\n"
    content = content.replace("a@x", "g_x.example#EXT#@t") if "#" in named else content
    snapshot = read(file("p.csv", f"{content}2,b@x,,True,{named}\n"))
    assert not snapshot.problems
    assert snapshot.users[1].text("manager") == "1"


def test_spaces_around_go_and_inside_stay(file: WriteFile) -> None:
    (user,) = read(file("p.csv", 'id,jobTitle,department\n1,"  Night\tshift\n lead ","  "\n')).users
    assert user.attributes["jobTitle"] == "Night\tshift\n lead"
    assert "department" not in user.attributes
