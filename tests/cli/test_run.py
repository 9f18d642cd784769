"""A thousand people from a file into the sandbox, by the verbs alone; then nothing; then exactly what changed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, company
from tests.program import Program
from tests.sandbox_process import SandboxHandle, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[SandboxHandle]:
    with running_sandbox() as handle:
        yield handle


@pytest.fixture
def program(tmp_path: Path, sandbox: SandboxHandle) -> Program:
    return Program(tmp_path / "home", sandbox.token)


def made_job(program: Program, sandbox: SandboxHandle, staff: Company, folder: Path, name: str = "Staff") -> None:
    users, members = staff.write(folder)
    program(
        "new", name, "--users", str(users), "--members", str(members), "--tenant-url", sandbox.tenant_url, code=0
    )


def by_external_id(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {user["externalId"]: user for user in state["users"]}


@pytest.mark.slow
def test_a_thousand_people_then_nothing_then_exactly_three(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    staff = company(1000, 50, 2000)
    made_job(program, sandbox, staff, tmp_path)

    planned = program("plan", "Staff", "--json", code=0).last
    assert planned["event"] == "plan"
    assert planned["users"]["created"] == 1000
    assert sandbox.state()["users"] == []

    first = program("run", "Staff", "--json", code=0).last
    assert first["event"] == "report"
    assert first["users"] == {
        "created": 1000, "updated": 0, "disabled": 0, "deleted": 0, "unchanged": 0, "skipped": 0, "failed": 0,
    }  # fmt: skip
    assert first["groups"]["created"] == 50
    assert first["memberships"] == {"added": 2000, "removed": 0}
    state = sandbox.state()
    people = by_external_id(state)
    assert len(people) == 1000
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    ids = {user["userName"]: user["id"] for user in state["users"]}
    for row in staff.people:
        manager = people[row["id"]].get(enterprise, {}).get("manager", {}).get("value", "")
        assert manager == (ids[row["manager"]] if row["manager"] else "")
    members = {(group["displayName"], member) for group in state["groups"] for member in group["members"]}
    assert members == {(group, ids[name]) for group, name in staff.pairs}

    second = program("run", "Staff", "--json", code=0).last
    assert second["users"]["unchanged"] == 1000
    assert second["memberships"] == {"added": 0, "removed": 0}
    assert [second["users"][name] for name in ("created", "updated", "disabled", "deleted", "failed")] == [0] * 5

    renamed, titled, leaver = staff.person(900), staff.person(901), staff.people.pop(999)
    old_name = renamed["userPrincipalName"]
    renamed["userPrincipalName"] = renamed["mail"] = "renamed@tidewater.example"
    titled["jobTitle"] = "Chief Engineer"
    staff.pairs = [
        (group, "renamed@tidewater.example" if name == old_name else name)
        for group, name in staff.pairs
        if name != leaver["userPrincipalName"]
    ]
    staff.write(tmp_path)
    third = program("run", "Staff", "--json", code=0)
    assert third.last["users"]["updated"] == 2
    assert third.last["users"]["disabled"] == 1
    assert third.last["users"]["created"] == third.last["users"]["deleted"] == 0
    assert third.last["groups"]["updated"] == third.last["groups"]["created"] == 0
    now = by_external_id(sandbox.state())
    assert now[renamed["id"]]["id"] == people[renamed["id"]]["id"]
    assert now[renamed["id"]]["userName"] == "renamed@tidewater.example"
    assert now[titled["id"]]["title"] == "Chief Engineer"
    assert now[leaver["id"]]["active"] is False


@pytest.mark.slow
def test_a_file_that_is_suddenly_empty_disables_nobody(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    staff = company(30, 2, 20)
    made_job(program, sandbox, staff, tmp_path)
    program("run", "Staff", code=0)
    Company().write(tmp_path)
    refused = program("run", "Staff", "--json", code=3)
    assert "empty-source" in refused.last["concerns"]
    assert all(user["active"] for user in sandbox.state()["users"])


@pytest.mark.slow
def test_too_many_leavers_wait_for_an_answer(program: Program, sandbox: SandboxHandle, tmp_path: Path) -> None:
    staff = company(40, 0, 0)
    made_job(program, sandbox, staff, tmp_path)
    program("run", "Staff", code=0)
    del staff.people[30:]
    staff.write(tmp_path)
    refused = program("run", "Staff", code=3)
    assert "too-many-deletions" in refused.out
    assert re.search(r"\b25\b.*\b40\b", refused.out), "the share and of how many"
    assert sum(user["active"] for user in sandbox.state()["users"]) == 40
    program("run", "Staff", "--accept", "too-many-deletions", code=0)
    assert sum(user["active"] for user in sandbox.state()["users"]) == 30


@pytest.mark.slow
def test_every_run_reads_aws_and_full_changes_nothing(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    staff = company(30, 2, 20)
    made_job(program, sandbox, staff, tmp_path)
    program("run", "Staff", code=0)
    again = program("run", "Staff", "--json", code=0).last
    assert again["requests"] == 4  # people, groups, and the members of two groups
    full = program("run", "Staff", "--json", "--full", code=0).last
    assert full["requests"] == again["requests"]


def test_one_bad_person_never_stops_the_others(program: Program, sandbox: SandboxHandle, tmp_path: Path) -> None:
    staff = company(12, 1, 12)
    staff.person(3)["surname"] = ""
    staff.person(4)["jobTitle"] = "Lead: optics"
    made_job(program, sandbox, staff, tmp_path)
    report = program("run", "Staff", "--json", code=1)
    assert report.last["users"]["created"] == 10
    assert report.last["users"]["failed"] == 2
    failed = [event for event in report.events if event.get("status") == "failure"]
    assert sorted(event["label"] for event in failed) == ["Person 00003", "Person 00004"]
    assert len(sandbox.state()["groups"][0]["members"]) == 10


LDIF = """dn: CN=Ann,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID: 11111111-aaaa-4aaa-8aaa-000000000001
displayName: Ann Bell
givenName: Ann
sn: Bell
userPrincipalName: ann@corp.example
mail: ann@corp.example

dn: CN=Bob,OU=Staff,DC=corp,DC=example
objectClass: user
objectGUID: 11111111-aaaa-4aaa-8aaa-000000000002
displayName: Bob Cole
givenName: Bob
sn: Cole
userPrincipalName: bob@corp.example
mail: bob@corp.example

dn: CN=Admins,OU=Groups,DC=corp,DC=example
objectClass: group
cn: Admins
member: CN=Ann,OU=Staff,DC=corp,DC=example
member: CN=Bob,OU=Staff,DC=corp,DC=example
"""


def test_groups_of_an_ldif_file_get_and_lose_members(
    program: Program, sandbox: SandboxHandle, tmp_path: Path
) -> None:
    file = tmp_path / "people.ldif"
    file.write_text(LDIF)
    program("new", "Staff", "--users", str(file), "--tenant-url", sandbox.tenant_url, code=0)
    first = program("run", "Staff", "--json", code=0).last
    assert (first["users"]["created"], first["memberships"]) == (2, {"added": 2, "removed": 0})
    (group,) = sandbox.state()["groups"]
    assert (group["displayName"], len(group["members"])) == ("Admins", 2)
    file.write_text(LDIF.replace("member: CN=Bob,OU=Staff,DC=corp,DC=example\n", ""))
    second = program("run", "Staff", "--json", code=0).last
    assert second["memberships"] == {"added": 0, "removed": 1}
