"""Microsoft's provisioning service by commands: set up, started, watched, in quarantine, and back to this program."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.program import Outcome, Program
from wizard.cli.commands.entra import _keys_to_keep
from wizard.entra_provisioning.differences import Edit, Value
from wizard.errors import JobFileError
from wizard.graph.clouds import PROVISIONING_PERMISSIONS, READ_PERMISSIONS
from wizard.storage.secret_store import ENTRA_SECRET

pytestmark = pytest.mark.slow


@pytest.fixture
def entra() -> Iterator[EntraHandle]:
    with judged_entra("--provisioning", "cycle=0") as handle:
        handle.set(granted=PROVISIONING_PERMISSIONS)
        yield handle


@pytest.fixture
def program(tmp_path: Path, entra: EntraHandle) -> Program:
    environment = {ENTRA_SECRET.variable: entra.client_secret}
    return Program(tmp_path / "home", entra.identity_center.token, environment)


@pytest.fixture
def job(program: Program, entra: EntraHandle, tmp_path: Path) -> str:
    path = tmp_path / "tenant.json"
    program(
        "new", str(path), "--entra", entra.authority.rpartition("/")[2], "--client-id", entra.client_id,
        "--sign-in", "secret", "--tenant-url", entra.identity_center.tenant_url, code=0,
    )  # fmt: skip
    document = json.loads(path.read_text())
    choice = {"cloud": "sandbox", "authority": entra.authority, "graph_url": entra.graph_url}
    document["source"]["entra"] |= {**choice, "application_id": PRINCIPAL, "sign_in": "secret"}
    path.write_text(json.dumps(document))
    return str(path)


def events(outcome: Outcome, kind: str) -> list[dict[str, Any]]:
    return [event for event in outcome.events if event["event"] == kind]


def test_the_journey_by_commands(program: Program, entra: EntraHandle, job: str) -> None:
    refused = program("entra", "setup", job, "--json", code=3)
    assert [concern["code"] for concern in events(refused, "concern")] == ["engine-differences"]
    assert events(refused, "forecast")[0]["users"]["created"] > 10
    person = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
    first = next(row["principalId"] for row in person if row["principalType"] == "User")
    made = program("entra", "setup", job, "--json", "--accept", "engine-differences", "--try", first, code=0).last
    assert (made["started"], made["waitsFor"]) == (False, "start")
    assert len(entra.identity_center.state()["users"]) == 1
    assert program("run", job, code=3).out == "", "Microsoft's service provisions"
    assert program("entra", "status", job, "--json", code=0).last["code"] in ("entra-not-started", "entra-paused")
    assert program("entra", "start", job, "--json", code=0).last["code"] == "entra-first-cycle"
    entra.look("POST", "cycle", {})
    entra.look("POST", "cycle", {})
    running = program("entra", "status", job, "--json").last
    assert running["people"] > 10
    assert program("entra", "setup", job, "--plan", "--no-forecast", code=0).out
    assert program("entra", "provision", job, first, "--json", code=0).last["outcome"] == "nothing-to-do"
    # Held deletions
    rows = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]
    for row in rows:
        entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{row['id']}")
    entra.look("POST", "cycle", {})
    held = program("entra", "status", job, "--json", code=6).last
    assert (held["code"], held["remedy"]) == ("entra-deletions-held", "allow-deletes")
    program("entra", "restart", job, "--allow-deletes", "0", code=2)
    program("entra", "restart", job, "--allow-deletes", str(len(held["held"])))
    entra.look("POST", "cycle", {})
    assert program("entra", "status", job, "--json").last["remedy"] != "allow-deletes"
    for row in rows:
        entra.assign(row["principalId"])
    entra.look("POST", "cycle", {})
    # Back
    program("engine", job, "own", code=3)
    assert "accounts and groups" in program("engine", job, "own", "--pause", code=0).out
    report = program("run", job, "--json").last
    assert report["users"]["created"] == 0
    assert report["users"]["deleted"] == 0


def test_without_rights_a_request_is_printed(program: Program, entra: EntraHandle, job: str) -> None:
    entra.set(granted=READ_PERMISSIONS)
    text = program("entra", "status", job, "--request", code=1).out
    assert "Synchronization.Read.All" in text
    assert f"/servicePrincipals/{PRINCIPAL}/synchronization/jobs" in text
    program("entra", "setup", job, "--accept", "engine-differences", code=4)


def test_an_edit_in_the_portal_is_kept_by_a_command(program: Program, entra: EntraHandle, job: str) -> None:
    program("entra", "setup", job, "--accept", "engine-differences", "--accept", "start", code=0)
    jobs = f"/servicePrincipals/{PRINCIPAL}/synchronization/jobs"
    address = f"{jobs}/{entra.ask('GET', jobs)['value'][0]['id']}/schema"
    schema = {name: value for name, value in entra.ask("GET", address).items() if not name.startswith("@")}
    for table in schema["synchronizationRules"][0]["objectMappings"]:
        for row in table["attributeMappings"]:
            if row["targetAttributeName"] == "title":
                source = {"type": "Attribute", "name": "city", "expression": "[city]", "parameters": []}
                row["source"] = source
    entra.ask("PUT", address, schema)
    refused = program("entra", "setup", job, "--no-forecast", "--json", code=3)
    assert [concern["code"] for concern in events(refused, "concern")] == ["edited-at-microsoft"]
    program("entra", "setup", job, "--no-forecast", "--keep", "nothing.there", code=2)
    program("entra", "setup", job, "--no-forecast", "--keep", "users.title", code=0)
    kept = json.loads(Path(job).read_text())["mappings"]["users"]
    assert next(row["source"] for row in kept if row["target"] == "title") == "city"


def test_a_new_token_goes_to_both(program: Program, entra: EntraHandle, job: str) -> None:
    program("entra", "setup", job, "--no-forecast", "--accept", "engine-differences", "--accept", "start", code=0)
    refused = program("secret", "set", job, "aws-token", stdin="another-token-that-aws-does-not-know\n", code=2)
    assert "AWS" in refused.err
    assert sum("PUT" in name for name in entra.requests()["asked"]) == 2, "secrets and schema of the setup alone"


def test_limit_restart_restore_and_log_by_commands(
    program: Program, entra: EntraHandle, job: str, tmp_path: Path
) -> None:
    assert program("entra", "restore", job, code=2).err
    program("entra", "setup", job, "--no-forecast", "--accept", "engine-differences", "--accept", "start", code=0)
    entra.look("POST", "cycle", {})
    secrets = f"/servicePrincipals/{PRINCIPAL}/synchronization/secrets"

    def limit() -> int:
        (text,) = [
            each["value"] for each in entra.ask("GET", secrets)["value"] if each["key"].startswith("SyncNot")
        ]
        return int(json.loads(text)["DeleteThresholdValue"])

    shown = program("entra", "limit", job, "80", "--plan", "--json", code=0)
    assert [change["key"] for change in events(shown, "change")] == ["settings.threshold"]
    assert limit() == 6
    program("entra", "limit", job, "80", code=0)
    assert limit() == 81, "Microsoft holds so many, this program more than so many"
    assert json.loads(Path(job).read_text())["policy"]["threshold_count"] == 80
    program("entra", "limit", job, "-1", code=2)
    for reset in (("watermark", "failures"), ("full",)):
        program("entra", "restart", job, *(f"--reset={each}" for each in reset))
    program("entra", "restart", job, "--reset", "full", "--allow-deletes", "1", code=2)
    sent = [call["sent"]["criteria"] for call in entra.traffic() if call["path"].endswith("/restart")]
    assert sent == [{"resetScope": "Watermark, Escrows"}, {"resetScope": "Full"}]
    kept = program("entra", "log", job, "--json", code=0)
    assert kept.last["added"] == kept.last["entries"] == len(events(kept, "entry")) > 10
    assert program("entra", "log", job, "--offline", "--json", code=0).last == {**kept.last, "added": 0}
    failed = events(program("entra", "log", job, "--offline", "--result", "failed", "--json", code=0), "entry")
    assert {row["status"] for row in failed} == {"failure"}
    assert events(
        program("entra", "log", job, "--offline", "--find", failed[0]["label"], "--json", code=0), "entry"
    )
    table = tmp_path / "log.csv"
    program("entra", "log", job, "--offline", "--export", str(table), code=0)
    assert len(table.read_text("utf-8-sig").splitlines()) > kept.last["entries"] / 2
    planned = program("entra", "restore", job, "--plan", "--json", code=0)
    assert events(planned, "change")
    assert planned.last["changed"] == 0
    assert program("entra", "restore", job, "--json", code=0).last["changed"] == len(events(planned, "change"))
    assert program("entra", "restore", job, "--json", code=0).last["changed"] == 0


def test_only_what_can_be_kept_is_kept() -> None:
    row, token = Edit("users", "title", Value("a"), Value("b")), Edit("settings", "token", Value("a"), Value("b"))
    review = SimpleNamespace(plan=SimpleNamespace(edits=(row, replace(token, can_keep=False))))
    assert _keys_to_keep(review, ["all"]) == ["users.title"]
    assert _keys_to_keep(review, ["users.title"]) == ["users.title"]
    with pytest.raises(JobFileError) as error:
        _keys_to_keep(review, ["settings.token"])
    assert error.value.message.code == "nothing-to-keep"
