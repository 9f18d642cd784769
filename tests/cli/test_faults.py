"""What scripts get when something is wrong: a sentence on standard error and the promised exit code."""

import json
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.company import Company, company
from tests.program import Program
from tests.sandbox_process import running_sandbox

LOOPBACK = "http://127.0.0.1:9/tenant/scim/v2"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home", "not-a-real-token")


def staff_files(folder: Path) -> tuple[str, str]:
    users, members = company(5, 1, 5).write(folder)
    return str(users), str(members)


def test_new_proposes_external_ids_of_its_own_for_a_second_file_job(program: Program, tmp_path: Path) -> None:
    users, _ = company(3, 0, 0).write(tmp_path)
    made = ("--users", str(users), "--tenant-url", LOOPBACK)
    assert "--id-prefix" not in program("new", "Staff", *made, code=0).out
    assert "--id-prefix branch-office-" in program("new", "Branch Office", *made, code=0).out
    assert "--id-prefix" not in program("new", "Third", *made, "--id-prefix", "third-", code=0).out
    program("new", "Fourth", *made, "--id-prefix", 'a"b', code=2)
    (third,) = (
        found
        for path in tmp_path.rglob("jobs/*.json")
        if (found := json.loads(path.read_text(encoding="utf-8")))["name"] == "Third"
    )
    sources = [
        row["source"]
        for rows in (third["mappings"]["users"], third["mappings"]["groups"])
        for row in rows
        if row["target"] == "externalId"
    ]
    assert sources == ['Join("", "third-", [objectId])'] * 2


def test_new_refuses_what_exists_and_what_cannot_be(program: Program, tmp_path: Path) -> None:
    users, _ = staff_files(tmp_path)
    program("new", "Staff", "--users", users, "--tenant-url", LOOPBACK, code=0)
    assert "Staff" in program("new", "staff", "--users", users, "--tenant-url", LOOPBACK, code=2).err
    assert "nowhere.csv" in program("new", "B", "--users", "nowhere.csv", "--tenant-url", LOOPBACK, code=2).err
    other = program("new", "C", "--users", users, "--tenant-url", "https://scim.example.org/t/scim/v2", code=2)
    assert "--allow-host scim.example.org" in other.err
    plain = program("new", "D", "--users", users, "--tenant-url", "http://scim.example.org/t/scim/v2", code=2)
    assert "https" in plain.err


@pytest.mark.slow
def test_a_job_at_a_path(program: Program, tmp_path: Path) -> None:
    users, _ = staff_files(tmp_path)
    path = str(tmp_path / "elsewhere.json")
    program("new", path, "--users", users, "--tenant-url", LOOPBACK, code=0)
    assert "not-a-real-token" not in Path(path).read_text()
    assert program("new", path, "--users", users, "--tenant-url", LOOPBACK, code=2).err
    assert program("plan", path, code=4).err


@pytest.mark.slow
def test_nobody_answers(program: Program, tmp_path: Path) -> None:
    users, _ = staff_files(tmp_path)
    program("new", "Staff", "--users", users, "--tenant-url", LOOPBACK, code=0)
    for verb in ("check", "plan", "run"):
        program(verb, "Staff", code=4)


def test_no_token_anywhere(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", environment={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"})
    users, _ = staff_files(tmp_path)
    program("new", "Staff", "--users", users, "--tenant-url", LOOPBACK, code=0)
    assert program("run", "Staff", code=5).err


def test_unknown_jobs_and_wrong_usage(program: Program, tmp_path: Path) -> None:
    assert "Nobody" in program("run", "Nobody", code=2).err
    program("run", code=2)
    program("fly", code=2)
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps({"version": 99, "id": "x", "name": "x"}))
    assert "newer" in program("plan", str(newer), code=2).err
    assert json.loads(newer.read_text())["version"] == 99


def test_a_wrong_token_ends_the_run_with_its_advice(tmp_path: Path) -> None:
    with running_sandbox() as sandbox:
        program = Program(tmp_path / "home", "a-token-of-another-tenant")
        users, _ = staff_files(tmp_path)
        program("new", "Staff", "--users", users, "--tenant-url", sandbox.tenant_url, code=0)
        assert "token" in program("run", "Staff", code=4).err
        assert sandbox.state()["users"] == []


@pytest.mark.slow
def test_a_missing_file_ends_before_anything_is_asked(tmp_path: Path) -> None:
    with running_sandbox() as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        users, members = staff_files(tmp_path)
        program("new", "Staff", "--users", users, "--members", members, "--tenant-url", sandbox.tenant_url, code=0)
        program("run", "Staff", code=0)
        Path(users).unlink()
        assert "people.csv" in program("run", "Staff", code=2).err
        Path(users).write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00")
        assert "people.csv" in program("run", "Staff", code=2).err
        assert all(user["active"] for user in sandbox.state()["users"])


@pytest.mark.slow
def test_two_at_once_on_one_job(tmp_path: Path) -> None:
    with running_sandbox("--latency-ms", "150") as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        users, _ = company(120, 0, 0).write(tmp_path)
        program("new", "Staff", "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
        beside, codes = replace(program, own_process=True), list[int]()
        first = threading.Thread(target=lambda: codes.append(beside("run", "Staff").code))
        first.start()
        deadline = time.monotonic() + 20
        while not sandbox.state()["users"] and time.monotonic() < deadline:
            time.sleep(0.05)
        second = program("run", "Staff", code=6)
        assert second.err
        first.join()
        assert codes == [0]
        assert len(sandbox.state()["users"]) == 120


@pytest.mark.slow
def test_the_target_dies_and_the_next_run_ends_the_work(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.json"
    staff = company(150, 3, 150)
    users, members = staff.write(tmp_path)
    with running_sandbox("--latency-ms", "60", "--state", str(state)) as sandbox:
        program = Program(tmp_path / "home", sandbox.token)
        program(
            "new",
            "Staff",
            "--users",
            str(users),
            "--members",
            str(members),
            "--tenant-url",
            sandbox.tenant_url,
            code=0,
        )
        port = sandbox.tenant_url.split(":")[2].split("/")[0]
        beside, codes = replace(program, own_process=True), list[int]()
        run = threading.Thread(target=lambda: codes.append(beside("run", "Staff").code))
        run.start()
        deadline = time.monotonic() + 20
        while len(sandbox.state()["users"]) < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        sandbox.process.kill()
        run.join()
        assert codes[0] in (1, 4)
    with running_sandbox("--port", port, "--token", sandbox.token, "--state", str(state)) as again:
        program("run", "Staff", "--full", code=0)
        names = [user["userName"] for user in again.state()["users"]]
        assert sorted(names) == sorted(row["userPrincipalName"] for row in staff.people)
        assert sum(len(group["members"]) for group in again.state()["groups"]) == 150
        assert program("run", "Staff", "--json", code=0).last["users"]["unchanged"] == 150


@pytest.mark.slow
def test_try_headless_names_the_troublesome(tmp_path: Path) -> None:
    done = Program(tmp_path / "home")("try", "--headless", code=0)
    assert "created" in done.out
    assert done.out.count("Failed:") >= 3


def test_try_headless_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    with patch.object(tempfile, "tempdir", str(tmp_path / "temporary")):
        Program(tmp_path / "home")("try", "--headless", code=0)
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


def test_an_empty_file_says_so(program: Program, tmp_path: Path) -> None:
    Company().write(tmp_path)
    (tmp_path / "people.csv").write_bytes(b"")
    program("new", "Staff", "--users", str(tmp_path / "people.csv"), "--tenant-url", LOOPBACK, code=0)
    assert "empty" in program("plan", "Staff", code=2).err


def test_a_file_without_people_is_refused_before_anybody_is_asked(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("objectId,userPrincipalName,displayName\n")
    made = program("new", "Staff", "--users", str(file), "--tenant-url", LOOPBACK, code=0)
    assert "Note: people.csv" in made.out
    program("check", "Staff", code=2)


@pytest.mark.parametrize(
    ("name", "content"),
    [("schema.json", '{"synchronizationRules": []}'), ("people.pdf", "%PDF-1.4"), ("people.rtf", "{\\rtf1 Ada}")],
)
def test_a_document_of_another_kind_makes_no_job(
    program: Program, tmp_path: Path, name: str, content: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    refused = program("new", "Staff", "--users", str(file), "--tenant-url", LOOPBACK, code=2)
    assert name in refused.err
    assert "Staff" not in program("list", code=0).out
