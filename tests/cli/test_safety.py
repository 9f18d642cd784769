"""What a run refuses to take for the truth: a file that is empty, short, cut off or wrong; and who else writes to AWS."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, company
from tests.program import Program
from tests.sandbox_process import SandboxHandle, running_sandbox

pytestmark = pytest.mark.slow

PEOPLE = 20


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def staff() -> Company:
    return company(PEOPLE, 2, PEOPLE)


@pytest.fixture
def program(tmp_path: Path, sandbox: SandboxHandle, staff: Company) -> Program:
    """A job that has provisioned everyone."""
    program = Program(tmp_path / "home", sandbox.token)
    users, members = staff.write(tmp_path)
    files = ("--users", str(users), "--members", str(members))
    program("new", "Staff", *files, "--tenant-url", sandbox.tenant_url, code=0)
    program("run", "Staff", code=0)
    return program


def standing(sandbox: SandboxHandle) -> Any:
    """People and groups, without when they were last changed."""
    state = sandbox.state()
    users = [{name: value for name, value in user.items() if name != "meta"} for user in state["users"]]
    return users, [(group["displayName"], sorted(group["members"])) for group in state["groups"]]


@pytest.mark.parametrize(
    "first", [("run", "Staff"), ("plan", "Staff"), ("check", "Staff"), ("about", "--diagnostics")]
)
def test_a_damaged_journal_stops_no_command(
    program: Program, sandbox: SandboxHandle, tmp_path: Path, first: tuple[str, ...]
) -> None:
    before = standing(sandbox)
    (path,) = (program.home / "journals").glob("*.sqlite")
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])
    program(*first, code=0)
    assert len(list(path.parent.glob("*.damaged-*.sqlite"))) == 1
    planned = program("plan", "Staff", code=0)
    assert ("damaged" in planned.out) == (first[0] != "run")  # until a run has begun
    program("run", "Staff", code=0)
    assert standing(sandbox) == before


def test_a_file_that_was_cut_off_makes_nobody_gone(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    whole = file.read_bytes()
    before = standing(sandbox)
    lines = whole.splitlines(keepends=True)
    for row, mode in ((1, ()), (10, ("--full",)), (10, ()), (19, ("--full",)), (20, ())):
        file.write_bytes(b"".join(lines[:row]) + lines[row][: len(lines[row]) // 2])
        told = program("run", "Staff", *mode)
        assert told.code in (1, 3), (row, told.out, told.err)
        assert standing(sandbox) == before, row
    file.write_bytes(whole)
    assert program("run", "Staff", "--json", code=0).last["users"]["unchanged"] == PEOPLE


def test_a_members_file_that_was_cut_off_takes_nobody_out(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    before = standing(sandbox)
    file = tmp_path / "members.csv"
    file.write_bytes(file.read_bytes().rstrip()[:-60])
    file.write_bytes(file.read_bytes().rpartition(b",")[0])  # the last row has a group and no member
    program("run", "Staff", code=3)
    planned = program("plan", "Staff", "--json", code=3).last
    assert planned["concerns"] == ["truncated-source"]
    assert standing(sandbox) == before
    accepted = program("run", "Staff", "--json", "--accept", "truncated-source", code=1)
    assert accepted.last["concerns"] == ["truncated-source"]
    program("run", "Staff", code=1)
    assert standing(sandbox) == before


def test_a_row_with_shifted_cells_holds_the_person_that_it_names(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    before = standing(sandbox)
    file = tmp_path / "people.csv"
    lines = file.read_text("utf-8-sig").splitlines()
    lines[3] = "x,y," + lines[3]  # shift every value of this person to another column
    file.write_text("\n".join(lines) + "\n", "utf-8-sig")
    program("run", "Staff", "--full", code=1)
    assert standing(sandbox) == before


def test_a_short_file_asks_and_an_empty_one_too(
    program: Program, sandbox: SandboxHandle, staff: Company, tmp_path: Path
) -> None:
    before = standing(sandbox)
    everyone = staff.people
    for left, code in ((8, "short-source"), (0, "empty-source")):
        staff.people = everyone[:left]
        staff.pairs = []
        staff.write(tmp_path)
        for mode in ((), ("--full",)):
            refused = program("run", "Staff", "--json", *mode, code=3)
            assert code in refused.last["concerns"]
        program("run", "Staff", "--accept", "too-many-deletions", code=3)  # one of several is not enough
        assert standing(sandbox) == before


def test_a_row_with_an_error_never_means_gone(
    program: Program, sandbox: SandboxHandle, staff: Company, tmp_path: Path
) -> None:
    staff.person(3)["id"] = ""  # nobody knows who this is
    staff.person(4)["id"] = staff.person(5)["id"]  # two claim to be one
    staff.person(6)["surname"] = ""  # AWS would refuse it
    staff.write(tmp_path)
    before = {user["externalId"] for user in sandbox.state()["users"] if user["active"]}
    members = standing(sandbox)[1]
    for mode in ((), ("--full",)):
        told = program("run", "Staff", "--json", *mode, code=1).last
        assert told["users"]["disabled"] == told["users"]["deleted"] == told["memberships"]["removed"] == 0
    assert {user["externalId"] for user in sandbox.state()["users"] if user["active"]} == before
    assert standing(sandbox)[1] == members


def changed(sandbox: SandboxHandle, count: int, path: str, value: str) -> None:
    """Change so many people as another client of AWS."""
    with sandbox.client() as scim:
        for number, user in enumerate(sandbox.state()["users"][:count]):
            patch = {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": path, "value": f"{value}{number}"}],
            }
            scim.patch(f"Users/{user['id']}", json=patch).raise_for_status()


@pytest.mark.parametrize(("path", "count"), [("externalId", 3), ("title", 10)])
def test_another_provisioner_is_asked_about_before_anything_is_undone(
    program: Program, sandbox: SandboxHandle, path: str, count: int
) -> None:
    wanted = standing(sandbox)
    changed(sandbox, count, path, "other-")
    before = standing(sandbox)
    refused = program("run", "Staff", "--json", "--full", code=3)
    assert refused.last["concerns"] == ["other-provisioner"]
    assert "other-provisioner" in refused.err
    assert standing(sandbox) == before
    program("run", "Staff", "--full", "--accept", "other-provisioner", code=0)
    assert standing(sandbox) == wanted


def test_one_change_by_hand_is_put_right_without_a_question(program: Program, sandbox: SandboxHandle) -> None:
    wanted = standing(sandbox)
    changed(sandbox, 1, "title", "By hand ")
    program("run", "Staff", "--full", code=0)
    assert standing(sandbox) == wanted


def test_accounts_of_another_provisioner_are_shown_and_never_changed(
    program: Program, sandbox: SandboxHandle
) -> None:
    with sandbox.client() as scim:
        for number in range(5):
            name = f"foreign{number}@elsewhere.example"
            body = {
                "userName": name,
                "externalId": f"of-another-{number}",
                "displayName": "Foreign",
                "name": {"givenName": "For", "familyName": "Eign"},
                "active": True,
            }
            scim.post("Users", json=body).raise_for_status()
    before = standing(sandbox)
    told = program("run", "Staff", "--full", code=0)
    assert standing(sandbox) == before
    planned = program("plan", "Staff", "--full", code=0)
    assert "5 people" in planned.out, (planned.out, told.out)


@pytest.mark.parametrize("given", ["too-many-deletion", "too-many-deletions=Ann", "all", ""])
def test_a_code_that_no_warning_has_is_wrong_usage(program: Program, given: str) -> None:
    program("run", "Staff", "--accept", given, code=2)
