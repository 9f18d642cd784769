"""The one thing to do about a job: the most urgent first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wizard.errors import Message, recorded
from wizard.flow.runs.health import Facts, Finding, Health, TokenLife, health, token_life
from wizard.flow.schedules.texts import Installed
from wizard.flow.steps.fix import fix_of
from wizard.flow.steps.session import new_draft
from wizard.messages.formats import day_and_time
from wizard.provisioning.events import LogRow
from wizard.provisioning.job import EntraChoice, SignOnChoice, SourceChoice, TargetChoice
from wizard.provisioning.retry_later import Quarantine
from wizard.storage.health.attempts import (
    Attempt,
    Attempts,
    ClientSecretEnd,
    KnownSchedule,
    MicrosoftState,
    SignInCertificates,
)
from wizard.storage.log_pages import Cause
from wizard.storage.schedules.scheduler import InstalledSchedule

FRESH = TokenLife("2027-06-01", 190)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run(
    ending: str = "done",
    title: str = "",
    failed: int = 0,
    groups_failed: int = 0,
    created: int = 5,
    purpose: str = "",
) -> Any:
    counts = {
        "users": {"created": created, "failed": failed},
        "groups": {"failed": groups_failed},
        "memberships": {},
    }
    return SimpleNamespace(
        id=1,
        started="2026-11-23T11:00:00+00:00",
        ended="2026-11-23T11:01:00+00:00",
        ending=ending,
        message=recorded(title) if title else None,
        counts=counts,
        planned={"purpose": purpose},
    )


def judged(*runs: Any, life: TokenLife = FRESH, now: datetime = NOW, **facts: Any) -> Health:
    made = date.fromisoformat(life.expires_on)
    job = replace(new_draft(), target=TargetChoice(token_made_on=made.replace(year=made.year - 1).isoformat()))
    return health(job, Facts(runs, **facts), now)


def told(*runs: Any, **facts: Any) -> Finding:
    return judged(*runs, **facts).first


def test_a_job_that_never_ran_is_to_be_reviewed() -> None:
    found = told()
    assert (found.code, found.tone, found.remedy) == ("never-run", "info", "preview")


def test_all_in_order_asks_for_nothing() -> None:
    found = told(run())
    assert (found.code, found.tone, found.remedy) == ("healthy", "ok", "")
    assert "5" in found.text


def test_what_aws_does_not_keep_and_what_was_not_read_are_named() -> None:
    last = run()
    last.planned |= {"unreadGroups": 12, "notKept": {"profileUrl": 14}}
    assert told(last).tone == "ok"
    assert "12" in told(last).text
    assert "profileUrl (14)" in told(last).text


def test_failures_name_their_number_and_kind() -> None:
    assert "14" in told(run(failed=14)).title
    assert told(run(failed=14)).remedy == "retry"
    assert "1" in told(run(groups_failed=1)).title
    assert "2" in told(run(failed=1, groups_failed=1)).title


def cause(count: int, message: Message) -> Cause:
    row = LogRow("", "user", "7", "Ann", "other", "failure", message)
    return Cause((message.code, "", ""), count, row)


def test_a_retry_comes_first_only_where_it_helps_more_than_a_fix() -> None:
    refused = Message("value-too-long-for-aws", path="title")
    throttled = Message("aws-throttles-object")
    only_fix = told(run(failed=9), causes=(cause(9, refused),))
    assert (only_fix.remedy, only_fix.retry, only_fix.failed) == ("fix", "", 9)
    assert only_fix.fix == fix_of(cause(9, refused).row)
    mixed = told(run(failed=9), causes=(cause(6, refused), cause(3, throttled)))
    assert (mixed.remedy, bool(mixed.retry)) == ("fix", True)
    mostly_retry = told(run(failed=9), causes=(cause(8, throttled), cause(1, refused)))
    assert mostly_retry.remedy == "retry"


def test_only_the_newest_run_counts() -> None:
    assert told(run(), run(failed=3)).tone == "ok"


def test_one_person_on_demand_says_nothing_about_the_others() -> None:
    assert told(run(purpose="on-demand"), run(failed=3)).failed == 3
    assert told(run(purpose="retry"), run(failed=3)).tone == "ok"
    assert told(run(purpose="on-demand")).code == "never-run"


def test_changes_in_backoff_are_reported() -> None:
    held = run()
    held.planned["heldBack"] = 2
    assert (told(held).code, told(held).remedy) == ("held-back", "preview")
    assert "2" in told(held).title


def quarantine(failures: int, since: datetime) -> Quarantine:
    why = "AWS does not accept the access token"
    return Quarantine("access-refused", recorded(why), since.isoformat(), since.isoformat(), failures)


def test_quarantine_is_reported_with_its_reason_and_can_be_lifted() -> None:
    now = NOW
    found = told(run(failed=3), quarantine=quarantine(2, now))
    assert (found.tone, found.remedy) == ("bad", "lift")
    assert found.code == "quarantined"
    assert "2" in found.text
    assert "AWS does not accept the access token." in found.text
    assert day_and_time(now) in found.text
    assert day_and_time(now) not in told(run(), quarantine=quarantine(9, now - timedelta(days=29))).text
    assert told(run(), quarantine=quarantine(1, now)).tone == "ok"
    expired = TokenLife("2026-11-01", -22)
    assert told(run(), quarantine=quarantine(2, now), life=expired).remedy == "token"


def test_an_expired_token_beats_everything() -> None:
    found = told(run(failed=3), life=TokenLife("2026-11-01", -22))
    assert (found.code, found.tone, found.remedy) == ("token-expired", "bad", "token")


def test_a_token_near_its_end_is_reported_when_nothing_failed() -> None:
    soon = TokenLife("2026-12-05", 12)
    assert told(run(), life=soon).code == "token-expires"
    assert "12" in told(run(), life=soon).title
    assert told(run(failed=1), life=soon).remedy == "retry"


def test_a_run_that_did_not_end_says_why() -> None:
    found = told(run("stopped", "AWS does not accept the access token"))
    assert found.tone == "bad"
    assert found.text.startswith("AWS does not accept the access token. 5 ")
    assert told(run("killed", "The program ended during this run")).tone == "bad"


def test_a_run_under_way_and_one_stopped_by_hand() -> None:
    assert told(run("")).code == "under-way"
    assert told(run("cancelled")).code == "stopped"
    both = told(run("cancelled", failed=2))
    assert both.code == "objects-failed"
    assert len(both.text) > len(told(run(failed=2)).text)  # it also says that the run was stopped


@pytest.mark.parametrize(
    ("made", "expires", "days", "state"),
    [
        ("2026-10-12", "2027-10-12", 323, ""),
        ("2025-12-05", "2026-12-05", 12, "soon"),
        ("2025-11-23", "2026-11-23", 0, "soon"),
        ("2025-11-01", "2026-11-01", -22, "expired"),
        ("2024-02-29", "2025-03-01", -632, "expired"),
        ("2028-02-29", "", 0, ""),
        ("2026-01-31", "2027-01-31", 69, ""),
        ("9999-12-31", "", 0, ""),
        ("", "", 0, ""),
    ],
)
def test_a_token_lives_one_year(made: str, expires: str, days: int, state: str) -> None:
    job = replace(new_draft(), target=TargetChoice(token_made_on=made))
    life = token_life(job, date(2026, 11, 23))
    assert (life.expires_on, life.days_left) == (expires, days)
    assert (life.expires_soon, life.is_expired) == (state == "soon", state == "expired")


# Silent jobs


def scheduled(minutes: int = 40, **changes: Any) -> Any:
    here = Path(__file__)
    schedule = InstalledSchedule(minutes, "keyring", here, True, next_run=NOW + timedelta(minutes=10))
    return Installed(replace(schedule, **changes), here)


def attempt(code: int, message: Message | None = None, started: str = "2026-11-23T11:30:00+00:00") -> Attempts:
    why = message.as_json() if message is not None else {}
    return Attempts(last=Attempt(started, started, "command", code, why), last_tried=started)


def codes(found: Health) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("minutes", "later", "overdue"), [(40, 59, False), (40, 61, True), (60, 80, False), (1440, 1440 * 2, True)]
)
def test_a_job_is_overdue_after_one_and_a_half_intervals(minutes: int, later: int, overdue: bool) -> None:
    now = datetime(2026, 11, 23, 11, tzinfo=UTC) + timedelta(minutes=later)
    found = judged(run(), now=now, schedule=scheduled(minutes))
    assert codes(found) == (["overdue"] if overdue else ["healthy"])
    assert found.state == ("attention" if overdue else "healthy")


def test_a_job_without_a_schedule_is_never_overdue() -> None:
    assert codes(judged(run(), now=NOW + timedelta(days=90), life=TokenLife("2027-10-01", 220))) == ["healthy"]


def test_a_run_under_way_or_refused_at_once_is_a_sign_of_life() -> None:
    later = NOW + timedelta(hours=5)
    assert codes(judged(run(""), now=later, schedule=scheduled())) == ["under-way"]
    tried = Attempts(last_tried=later.isoformat())
    assert codes(judged(run(), now=later, schedule=scheduled(), attempts=tried)) == ["healthy"]


def test_a_schedule_that_never_started_anything_is_overdue() -> None:
    known = KnownSchedule(40, "here", (NOW - timedelta(hours=2)).isoformat())
    found = judged(schedule=scheduled(), attempts=Attempts(schedule=known), computer="here")
    assert codes(found) == ["overdue"]


def test_the_state_of_the_schedule_is_reported() -> None:
    known = Attempts(schedule=KnownSchedule(40, "here", NOW.isoformat()))
    assert codes(judged(run(), attempts=known, computer="here")) == ["schedule-missing"]
    assert codes(judged(run(), attempts=known, computer="there")) == ["schedule-elsewhere"]
    assert codes(judged(run(), schedule=scheduled(minutes=1440, is_active=False))) == ["schedule-off"]
    assert codes(judged(run(), schedule=scheduled(1440, next_run=None))) == ["next-run-unknown"]
    assert codes(judged(run(), schedule=scheduled(1440, accepts=True))) == ["schedule-broken"]
    outside = scheduled(1440, token="credential")
    assert codes(judged(run(), schedule=outside, lingers=False)) == ["lingering-off"]
    assert codes(judged(run(), schedule=outside, lingers=True)) == ["healthy"]
    assert codes(judged(run(), schedule=outside)) == ["healthy"]


def test_a_run_that_ended_before_its_plan_is_reported_until_a_later_run_gets_further() -> None:
    failed = attempt(4, Message("access-refused"))
    found = judged(run(), attempts=failed)
    assert codes(found) == ["run-failed"]
    assert (found.state, found.first.cause) == ("attention", "access-refused")
    assert codes(judged(attempts=failed)) == ["run-failed"]
    earlier = attempt(4, Message("access-refused"), started="2026-11-23T10:00:00+00:00")
    assert codes(judged(run(), attempts=earlier)) == ["healthy"]
    asked = judged(run(), attempts=attempt(3, Message("concerns-not-accepted", concerns=(), codes=())))
    assert (asked.first.code, asked.first.tone) == ("run-failed", "warn")
    assert codes(judged(run(), attempts=attempt(130))) == ["healthy"]
    assert judged(run(), attempts=attempt(70)).first.cause == "ended-unexpectedly"


def test_groups_that_were_not_read_for_a_day_are_told() -> None:
    ago = (NOW - timedelta(hours=25)).isoformat()
    assert codes(judged(run(), unread_since=ago)) == ["groups-unread"]
    assert codes(judged(run(), unread_since=(NOW - timedelta(hours=23)).isoformat())) == ["healthy"]


def test_edits_that_wait_for_more_than_a_day_are_told() -> None:
    assert codes(judged(run(), edited_at=(NOW - timedelta(hours=25)).isoformat())) == ["edits-waiting"]
    assert codes(judged(run(), edited_at=(NOW - timedelta(hours=23)).isoformat())) == ["healthy"]


@pytest.mark.parametrize(
    ("days", "stage"), [(31, ""), (30, "30"), (15, "30"), (14, "14"), (7, "7"), (2, "7"), (1, "1"), (0, "1")]
)
def test_an_expiring_token_is_reported_again_at_each_stage(days: int, stage: str) -> None:
    found = told(run(), life=TokenLife((NOW.date() + timedelta(days=days)).isoformat(), days))
    assert found.cause == stage
    assert (found.code == "token-expires") == bool(stage)


def test_quarantine_is_its_own_state_and_a_job_that_never_ran_needs_attention() -> None:
    assert judged(run(), quarantine=quarantine(2, NOW)).state == "quarantined"
    assert judged().state == "attention"
    assert judged(run()).state == "healthy"


@pytest.mark.parametrize(
    ("code", "tone", "found", "state"),
    [
        ("entra-running", "ok", ["healthy"], "healthy"),
        ("entra-paused", "warn", ["microsoft"], "attention"),
        ("entra-quarantine", "bad", ["quarantined"], "quarantined"),
        ("entra-deletions-held", "warn", ["quarantined"], "quarantined"),
        ("entra-cycle-overdue", "warn", ["overdue"], "attention"),
    ],
)
def test_a_job_of_microsofts_service_is_judged_by_its_last_look(
    code: str, tone: Any, found: list[str], state: str
) -> None:
    args = {"entra-quarantine": {"reason": "Unknown", "error": ""}, "entra-cycle-overdue": {"hours": 3}}
    said = Message(code, **args.get(code, {})).as_json()  # type: ignore[arg-type]
    job = replace(new_draft(), engine="entra")

    def judge(hours: int) -> Health:
        at = (NOW - timedelta(hours=hours)).isoformat()
        attempts = Attempts(microsoft=MicrosoftState(at, tone, said))
        return health(job, Facts(attempts=attempts), NOW)

    assert (codes(judge(1)), judge(1).state) == (found, state)
    assert codes(judge(25)) == ["microsoft-unknown", *found]
    assert codes(health(job, Facts(), NOW)) == ["microsoft-unknown"]


@pytest.mark.parametrize(
    ("code", "tone", "found", "standing"),
    [
        ("entra-running", "ok", ["token-expires", "healthy", "first-token-left"], ""),
        ("entra-first-cycle", "info", ["token-expires", "microsoft", "first-token-left"], ""),
        ("entra-paused", "warn", ["microsoft", "token-expires", "first-token-left"], ""),
        ("entra-deletions-held", "warn", ["quarantined", "token-expires", "first-token-left"], "waiting"),
        ("entra-credentials-refused", "bad", ["quarantined", "token-expires", "first-token-left"], "quarantined"),
    ],
)
def test_what_a_person_must_do_comes_before_a_service_that_runs(
    code: str, tone: Any, found: list[str], standing: str
) -> None:
    args = {"error": "x"} if code == "entra-credentials-refused" else {}
    seen = MicrosoftState(NOW.isoformat(), tone, Message(code, **args).as_json())
    target = TargetChoice(token_made_on=(NOW - timedelta(days=360)).date().isoformat())
    job = replace(new_draft(), engine="entra", target=target)
    judged = health(job, Facts(attempts=Attempts(microsoft=seen), first_token_since="2026-01-02"), NOW)
    assert (codes(judged), judged.standing) == (found, standing)


@pytest.mark.parametrize(
    ("days", "tone", "stage"), [(31, "", ""), (30, "warn", "30"), (1, "warn", "1"), (-1, "bad", "0")]
)
def test_an_expiring_certificate_is_reported(days: int, tone: str, stage: str) -> None:
    found = told(run(), certificate_ends=(NOW + timedelta(days=days)).isoformat())
    expected = ("certificate-expires", tone, stage) if tone else ("healthy", "ok", "")
    assert (found.code, found.tone, found.cause) == expected


def certified(days: int | None, waiting: int | None = None, **choice: Any) -> Health:
    """A job with single sign-on, whose certificate ends in so many days."""

    def at(left: int | None) -> str:
        return (NOW + timedelta(days=left)).isoformat() if left is not None else ""

    entra = EntraChoice(application_id="a", application_name="AWS")
    job = replace(
        new_draft(),
        source=replace(SourceChoice("entra"), entra=entra),
        sign_on=SignOnChoice(issuer="https://eu-central-1.signin.aws/platform/saml/d-1"),
        target=TargetChoice(token_made_on=NOW.date().isoformat()),
    )
    seen = SignInCertificates("a", at(days), at(waiting))
    return health(replace(job, **choice), Facts((run(),), attempts=Attempts(sign_on=seen)), NOW)


@pytest.mark.parametrize(
    ("days", "tone", "stage"),
    [
        (31, "", ""), (30, "warn", "30"), (14, "warn", "14"), (8, "warn", "14"), (7, "warn", "7"), (1, "warn", "1"),
        (0, "warn", "1"), (-1, "bad", "0"),
    ],
)  # fmt: skip
def test_an_expiring_single_sign_on_certificate_is_reported(days: int, tone: str, stage: str) -> None:
    found = certified(days).first
    expected = ("sign-on-certificate-expires", tone, stage) if tone else ("healthy", "ok", "")
    assert (found.code, found.tone, found.cause) == expected
    assert found.remedy == ("sign-on" if tone else "")


def test_a_second_certificate_is_a_note_until_the_first_one_ends() -> None:
    waiting = certified(400, 900)
    assert (codes(waiting), waiting.state) == (["healthy", "sign-on-certificate-waiting"], "healthy")
    assert codes(certified(400, -1)) == ["healthy"]
    near = certified(9, 900)
    assert (codes(near), near.state) == (["sign-on-certificate-expires"], "attention")
    assert near.first.text != certified(9).first.text


def test_certificates_of_another_application_or_no_single_sign_on_say_nothing() -> None:
    other = replace(SourceChoice("entra"), entra=EntraChoice(application_id="b"))
    for choice in ({"source": other}, {"sign_on": SignOnChoice()}, {"source": SourceChoice("file")}):
        assert codes(certified(1, **choice)) == ["healthy"]
    assert codes(certified(None)) == ["healthy"]


def test_a_job_without_a_schedule_is_overdue_after_the_hours_that_were_set() -> None:
    assert codes(judged(run(), silent_hours=2)) == ["healthy"]
    late = NOW + timedelta(hours=2)
    assert codes(judged(run(), silent_hours=2, now=late)) == ["overdue"]
    assert codes(judged(run(), now=late + timedelta(days=90))) == ["healthy"]
    tried = Attempts(last_tried=late.isoformat())
    assert codes(judged(run(), silent_hours=2, now=late, attempts=tried)) == ["healthy"]
    assert codes(judged(run(ending=""), silent_hours=2, now=late)) == ["under-way"]


def test_a_job_that_never_ran_is_overdue_from_the_day_the_limit_was_set() -> None:
    since = NOW.isoformat()
    assert codes(judged(silent_hours=26, silent_since=since, now=NOW + timedelta(hours=26))) == ["never-run"]
    late = NOW + timedelta(hours=26, minutes=1)
    assert codes(judged(silent_hours=26, silent_since=since, now=late)) == ["overdue"]
    assert codes(judged(silent_hours=26, now=late)) == ["never-run"], "an earlier version did not keep the time"
    ran = judged(run(), silent_hours=26, silent_since=late.isoformat(), now=late)
    assert codes(ran) == ["overdue"], "the last run counts where there is one"
    seen = MicrosoftState(late.isoformat(), "ok", Message("entra-running").as_json())
    found = health(
        replace(new_draft(), engine="entra"),
        Facts(attempts=Attempts(microsoft=seen), silent_hours=26, silent_since=since),
        late,
    )
    assert "overdue" in codes(found)


AHEAD = (NOW + timedelta(days=300)).isoformat()
"""Stored while the clock was wrong."""


def test_times_in_the_future_hide_no_missing_run() -> None:
    def ahead() -> Any:
        last = run()
        last.started = AHEAD
        return last

    known = Attempts(last_tried=AHEAD, schedule=KnownSchedule(40, "here", AHEAD))
    facts: dict[str, Any] = {"schedule": scheduled(), "computer": "here"}
    assert codes(judged(ahead(), attempts=known, **facts)) == ["clock-changed"]
    assert codes(judged(ahead(), silent_hours=2)) == ["clock-changed"]
    assert codes(judged(silent_hours=2, silent_since=AHEAD)) == ["clock-changed"]
    assert codes(judged(ahead())) == ["healthy"], "nothing is expected of it"
    soon = (NOW + timedelta(minutes=20)).isoformat()
    near = run()
    near.started = soon
    assert codes(judged(near, silent_hours=2)) == ["healthy"], "clocks of two computers differ a little"
    again = Attempts(last_tried=NOW.isoformat(), schedule=known.schedule)
    assert codes(judged(ahead(), attempts=again, **facts)) == ["healthy"], "it ran since"


def test_a_run_in_the_future_hides_no_failure() -> None:
    last = run()
    last.started = AHEAD
    failed = Attempt(NOW.isoformat(), NOW.isoformat(), "command", 2, Message("journal-damaged").as_json())
    assert codes(judged(last, attempts=Attempts(last=failed))) == ["run-failed"]
    assert codes(judged(run("killed"), attempts=Attempts(last=replace(failed, started=AHEAD)))) == ["interrupted"]


def test_no_reading_is_fresh_because_it_is_in_the_future() -> None:
    assert codes(judged(run(), unread_since=AHEAD)) == ["groups-unread"]
    assert codes(judged(run(), edited_at=AHEAD)) == ["edits-waiting"]
    seen = MicrosoftState(AHEAD, "ok", Message("entra-running").as_json())
    found = health(replace(new_draft(), engine="entra"), Facts(attempts=Attempts(microsoft=seen)), NOW)
    assert "microsoft-unknown" in codes(found)


def test_a_token_cannot_have_been_created_in_the_future() -> None:
    def life(made: date) -> str:
        return token_life(
            replace(new_draft(), target=TargetChoice(token_made_on=made.isoformat())), NOW.date()
        ).expires_on

    assert life(NOW.date() + timedelta(days=1)), "it is tomorrow elsewhere"
    assert not life(NOW.date() + timedelta(days=2))


@pytest.mark.parametrize(("minutes", "hours", "after"), [(40, 26, 1), (1440, 2, 2), (1440, 0, 36)])
def test_the_shorter_limit_counts(minutes: int, hours: int, after: int, tmp_path: Path) -> None:
    schedule = InstalledSchedule(minutes, "keyring", tmp_path, True, NOW + timedelta(days=9), 0)
    facts: dict[str, Any] = {"schedule": Installed(schedule, tmp_path), "silent_hours": hours}
    limit = datetime(2026, 11, 23, 11, tzinfo=UTC) + timedelta(hours=after)
    assert "overdue" not in codes(judged(run(), now=limit, **facts))
    assert "overdue" in codes(judged(run(), now=limit + timedelta(minutes=1), **facts))


@pytest.mark.parametrize(
    ("ended", "hours", "overdue"), [(4, 3, True), (2, 3, False), (4, 0, False), (None, 3, False)]
)
def test_a_cycle_of_microsofts_service_is_missed_after_the_hours_that_were_set(
    ended: int | None, hours: int, overdue: bool
) -> None:
    last = (NOW - timedelta(hours=ended)).isoformat() if ended else ""
    seen = MicrosoftState(NOW.isoformat(), "ok", Message("entra-running").as_json(), last)
    job = replace(new_draft(), engine="entra")
    found = health(job, Facts(attempts=Attempts(microsoft=seen), silent_hours=hours), NOW)
    assert ("overdue" in codes(found)) is overdue
    later = health(job, Facts(attempts=Attempts(microsoft=seen), silent_hours=hours), NOW + timedelta(hours=20))
    assert ("overdue" in codes(later)) is overdue, "what happened since the last reading is not known"


CONCERNS = {
    "short-source": Message("short-source", people=2, people_before=10),
    "other-provisioner": Message("other-provisioner", changed=5, people_linked=9, by="external-id"),
    "entra-provisions-too": Message("entra-provisions-too", application="AWS", state="Active"),
}


def test_a_run_refused_for_another_program_says_so() -> None:
    titles = set()
    for code in ("short-source", "other-provisioner", "entra-provisions-too"):
        why = Message("concerns-not-accepted", concerns=(CONCERNS[code],), codes=(code,))
        attempt = Attempt("2026-11-23T11:30:00+00:00", "2026-11-23T11:30:01+00:00", "command", 3, why.as_json())
        titles.add(told(run(), attempts=Attempts(last=attempt)).title)
    assert len(titles) == 2


def with_secret(ends: str, client_id: str = "c", sign_in: Any = "secret") -> Health:
    job = replace(new_draft(), source=SourceChoice("entra", entra=EntraChoice(client_id="c", sign_in=sign_in)))
    seen = ClientSecretEnd(client_id, NOW.isoformat(), ends)
    return health(job, Facts((run(),), attempts=Attempts(client_secret=seen)), NOW)


@pytest.mark.parametrize(
    ("days", "tone", "stage"),
    [(31, "", ""), (30, "warn", "30"), (14, "warn", "14"), (7, "warn", "7"), (1, "warn", "1"), (0, "warn", "1"),
     (-1, "bad", "0")],
)  # fmt: skip
def test_an_expiring_client_secret_is_reported(days: int, tone: str, stage: str) -> None:
    found = with_secret((NOW + timedelta(days=days)).isoformat())
    expected = ("client-secret-expires", tone, stage) if tone else ("healthy", "ok", "")
    assert (found.first.code, found.first.tone, found.first.cause) == expected


def test_a_client_secret_whose_end_is_unknown_is_a_note() -> None:
    assert codes(with_secret("")) == ["healthy", "client-secret-end-unknown"]
    assert with_secret("").state == "healthy"
    over = (NOW - timedelta(days=1)).isoformat()
    for other in (
        with_secret(over, client_id="other"),
        with_secret(over, sign_in="browser"),
        with_secret("", "x"),
    ):
        assert codes(other) == ["healthy"], "it is of another sign-in"


def test_each_cause_of_failures_is_one_word_of_its_own() -> None:
    row = LogRow("", "user", "7", "Ann", "other", "failure", Message("object-rejected"))
    phone = Cause(("object-rejected", "semicolon", 'phoneNumbers[type eq "work"].value'), 2, row)
    title = Cause(("object-rejected", "colon", "title"), 1, row)
    both = told(run(failed=3), causes=(phone, title)).cause.split()
    assert len(both) == 2
    assert told(run(failed=3), causes=(title,)).cause in both
    assert told(run(failed=3), causes=(phone,)).cause in both
