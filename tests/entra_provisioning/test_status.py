"""State, log rows and on-demand answers, from Microsoft's printed bodies."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contract import CONTRACTS
from wizard.entra_provisioning.log_rows import held_deletions, log_row
from wizard.entra_provisioning.on_demand import read_answer
from wizard.entra_provisioning.status import FIRST_CYCLE_SECONDS, STEADY_SECONDS, JobStatus, cycles, job_status
from wizard.graph.provisioning_log import log_entry
from wizard.graph.synchronization import QuarantineInfo, SynchronizationJob, read_job

EXAMPLES = CONTRACTS / "graph-examples"
SOON = timedelta(minutes=5)


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def job(name: str = "job-steady", **more: Any) -> SynchronizationJob:
    return replace(read_job(example(name)), **more)


def ended(found: SynchronizationJob) -> datetime:
    """When its last cycle ended; some day where it had none."""
    return datetime.fromisoformat(found.last.ended if found.last and found.last.ended else "2026-11-30T10:00:00Z")


def judge(found: SynchronizationJob, later: timedelta = SOON, began: str = "") -> JobStatus:
    """The state so long after the last cycle."""
    return job_status(found, ended(found) + later, began)


@pytest.mark.parametrize(
    ("name", "code", "remedy"),
    [
        ("job-201", "entra-not-started", "start"),
        ("job-not-run", "entra-first-cycle", ""),
        ("job-initial-cycle", "entra-first-cycle", ""),
        ("job-steady", "entra-running", ""),
        ("job-entry-errors", "entra-some-failed", ""),
        ("job-too-many-deletes", "entra-deletions-held", "allow-deletes"),
        ("job-quarantine", "entra-credentials-refused", "token"),
    ],
)
def test_what_microsoft_prints_is_said_in_words(name: str, code: str, remedy: str) -> None:
    status = judge(job(name))
    assert (status.code, status.remedy) == (code, remedy)
    tones = {"entra-credentials-refused": "bad", "entra-deletions-held": "warn", "entra-some-failed": "warn"}
    assert status.tone == tones.get(code, "ok" if code == "entra-running" else "info")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"schedule": "Paused", "code": "Paused"}, "entra-paused"),
        ({"code": "NotConfigured"}, "entra-without-credentials"),
        ({"schedule": "Paused", "code": "Paused", "escrows_pruned": True}, "entra-first-cycle-failed"),
        ({"code": "InProgress"}, "entra-other-state"),
        ({"code": "Quarantine"}, "entra-quarantine"),
        (
            {"quarantine": QuarantineInfo("EncounteredEscrowProportionThreshold", "", "", "")},
            "entra-too-many-failures",
        ),
        ({"quarantine": QuarantineInfo("IngestionInterrupted", "", "", "")}, "entra-quarantine"),
    ],
)
def test_states_that_are_not_printed(more: dict[str, Any], code: str) -> None:
    assert judge(job(**more)).code == code


def test_numbers_of_a_state() -> None:
    steady = judge(job())
    assert (steady.people, steady.groups) == (58, 4)
    assert steady.poll_seconds == STEADY_SECONDS
    first = judge(job("job-initial-cycle"))
    assert (first.done, first.total, first.poll_seconds) == (3, 12, FIRST_CYCLE_SECONDS)
    assert job_status(None, ended(job())).remedy == "setup"
    assert len(tuple(cycles(job()))) == 1


def test_a_first_cycle_that_has_not_ended_is_no_failure() -> None:
    assert judge(job("job-not-run")).tone == "info"
    assert judge(job("job-initial-cycle"), timedelta(days=3)).code == "entra-first-cycle"


@pytest.mark.parametrize(
    ("minutes", "more", "code"),
    [
        (120, {}, "entra-running"),
        (121, {}, "entra-cycle-overdue"),
        (121, {"progress": ((1, 9),)}, "entra-running"),
        (121, {"schedule": "Paused", "code": "Paused"}, "entra-paused"),
        (121, {"interval": "PT1H"}, "entra-running"),
        (181, {"interval": "PT1H"}, "entra-cycle-overdue"),
        (121, {"interval": "P1DT2H"}, "entra-running"),
        (121, {"interval": "often"}, "entra-cycle-overdue"),
        (121, {"last": None}, "entra-running"),
    ],
)
def test_a_cycle_is_overdue_after_three_intervals(minutes: int, more: dict[str, Any], code: str) -> None:
    moment = ended(job()) + timedelta(minutes=minutes)
    assert job_status(job(**more), moment).code == code


def test_a_job_that_was_resumed_is_given_its_intervals() -> None:
    late = timedelta(days=2)
    resumed = (ended(job()) + late - timedelta(minutes=30)).isoformat()
    assert judge(job(), late, resumed).code == "entra-running"
    overdue = judge(job(), late)
    assert (overdue.tone, overdue.remedy, overdue.message.args["hours"]) == ("warn", "restart", 48)
    assert judge(job(), late, "not a time").code == "entra-cycle-overdue"


def test_the_next_cycle_and_the_quarantine_have_their_times() -> None:
    found = job()
    assert datetime.fromisoformat(judge(found).next_attempt) == (ended(found) + timedelta(minutes=40)).replace(
        microsecond=0
    )
    assert judge(found, timedelta(minutes=41)).next_attempt == "", "it is late"
    assert judge(job(schedule="Paused", code="Paused")).next_attempt == ""
    held = job("job-too-many-deletes")
    assert held.quarantine is not None
    assert (judge(held).next_attempt, judge(held).quarantined_since) == (
        held.quarantine.next_attempt,
        held.quarantine.began,
    )


# --- Log ------------------------------------------------------------------------------------------------------------


def test_held_deletions_are_each_named_once() -> None:
    entries = [log_entry(row) for row in example("provisioning-staged-delete")["value"]]
    held = held_deletions([*entries, *entries])
    assert len(held) == len({entry.source_id for entry in entries})
    assert all(row.held and row.message.code == "entra-row-held" and row.label for row in held)


@pytest.mark.parametrize(
    ("error", "kind"), [("ContosoEntryConflict", "EntryConflict"), ("Conflict", "Conflict"), ("Odd", "")]
)
def test_errors_are_known_by_their_ending(error: str, kind: str) -> None:
    row = dict(example("provisioning-staged-delete")["value"][0])
    row["provisioningAction"] = "create"
    row["provisioningStatusInfo"] = {
        "status": "Failure",
        "errorInformation": {"errorCode": error, "reason": "Because"},
    }
    found = log_row(log_entry(row))
    assert (found.status, found.action, found.detail) == ("failure", "create", "Because")
    assert found.message.args["kind"] == kind


# --- On demand ------------------------------------------------------------------------------------------------------


def test_both_printed_answers_are_read() -> None:
    skipped = read_answer(**example_answer("on-demand-200-skipped"))
    assert skipped.outcome in ("skipped", "nothing-to-do")
    other = read_answer(**example_answer("on-demand-200-array"))
    assert [step.step for step in other.steps] == ["import"]
    assert other.outcome == "failed", "nothing says that anybody was provisioned"


def example_answer(name: str) -> dict[str, str]:
    body = example(name)
    return {"key": body["key"], "value": body["value"]}


@pytest.mark.parametrize(
    ("steps", "result", "outcome"),
    [
        ([("Import", "Success", {}), ("Scoping", "Success", {}), ("Export", "Success", {})], "Success", "done"),
        ([("Export", "Skipped", {"SkipReason": "RedundantExport"})], "Skipped", "nothing-to-do"),
        ([("Scoping", "Skipped", {"SkipReason": "NotEffectivelyEntitled"})], "Skipped", "skipped"),
        ([("Export", "Failure", {})], "Failure", "failed"),
        ([("Export", "Success", {})], "Mystery", "failed"),
        ([], "", "failed"),
    ],
)
@pytest.mark.parametrize("as_list", [False, True])
def test_only_a_known_success_counts(
    steps: list[tuple[str, str, dict[str, str]]], result: str, outcome: str, as_list: bool
) -> None:
    info = {"provisioningSteps": [{"type": t, "status": s, "details": d} for t, s, d in steps]}
    key = json.dumps({"result": result, "details": {}}) if result else "Microsoft.Identity.StatusInfo"
    assert read_answer(key, json.dumps([info] if as_list else info)).outcome == outcome


@pytest.mark.parametrize("value", ["", "no json", "[]", "null", "3"])
def test_an_answer_that_is_none_is_no_success(value: str) -> None:
    assert read_answer(value, value).outcome == "failed"


def test_a_start_in_a_wrong_year_hides_no_missing_cycle() -> None:
    found, late = job(), timedelta(hours=9)
    assert judge(found, late).code == "entra-cycle-overdue"
    assert judge(found, late, (ended(found) + timedelta(hours=8, minutes=50)).isoformat()).code == "entra-running"
    assert judge(found, late, (ended(found) + timedelta(days=300)).isoformat()).code == "entra-cycle-overdue"
