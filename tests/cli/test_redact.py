"""A value mapped through Redact reaches AWS, and nothing else: no log, no journal, no standard output."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backends import fail

from tests.company import company
from tests.program import Program
from tests.sandbox_process import running_sandbox
from tests.ui.pages.keyrings import in_use

PHONE = 'phoneNumbers[type eq "work"].value'


def redacting(path: Path) -> None:
    """Edit the job file: phone numbers through Redact."""
    job = json.loads(path.read_text(encoding="utf-8"))
    for row in job["mappings"]["users"]:
        if row["target"] == PHONE:
            row |= {"kind": "Function", "source": "Redact([telephoneNumber])"}
    path.write_text(json.dumps(job), encoding="utf-8")


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """The key of the redacted values is in a file."""
    with in_use(fail.Keyring()):
        yield


@pytest.mark.slow
def test_redacted_values_are_sent_but_never_stored(tmp_path: Path) -> None:
    staff, name = company(30, 2, 10), str(tmp_path / "staff.json")
    with running_sandbox() as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        users, members = staff.write(tmp_path)
        program(
            "new",
            name,
            "--users",
            str(users),
            "--members",
            str(members),
            "--tenant-url",
            sandbox.tenant_url,
            code=0,
        )
        redacting(Path(name))
        told = [program("plan", name, code=0), program("run", name, "--json", code=0)]
        phones = [user["phoneNumbers"][0]["value"] for user in sandbox.state()["users"]]
        assert sorted(phones) == [person["telephoneNumber"] for person in staff.people]

        told.append(program("run", name, "--json", code=0))  # against the journal, which knows digests alone
        assert told[-1].last["users"]["unchanged"] == 30
        staff.person(3)["telephoneNumber"] = "+49 431 999999"
        staff.person(4)["telephoneNumber"] = ""
        staff.person(5)["jobTitle"] = "Captain"
        staff.write(tmp_path)
        told += [program("plan", name, code=0), program("run", name, "--json", code=0)]
        assert told[-1].last["users"]["updated"] == 3
        told.append(program("run", name, "--json", "--full", code=0))
        assert told[-1].last["users"]["unchanged"] == 30
        numbers = {user["userName"]: user.get("phoneNumbers", []) for user in sandbox.state()["users"]}
        assert numbers[staff.person(3)["userPrincipalName"]][0]["value"] == "+49 431 999999"
        assert not numbers[staff.person(4)["userPrincipalName"]]

        (key,) = (tmp_path / "home" / "redaction-keys").iterdir()
        key.unlink()
        told.append(program("run", name, "--json", "--full", code=0))  # values whose key is lost raise no concern
        told.append(program("run", name, "--json", code=0))
        assert [(one.last["users"]["unchanged"], one.last["concerns"]) for one in told[-2:]] == [(30, [])] * 2

    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"person00003@tidewater.example" in kept
    assert b"[Redact]" in kept
    assert b"+49 431" not in kept
    assert not any("+49 431" in outcome.out + outcome.err for outcome in told)
