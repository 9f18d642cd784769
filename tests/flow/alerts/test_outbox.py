"""Which alerts are due: once for each cause, again after a day, when it is over, after a kill with the same id."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wizard.alerts.interface import Channel
from wizard.flow.alerts.outbox import CompleteRun, Report, collect_due, mark_done
from wizard.flow.runs.health import Finding, Health, HealthCode
from wizard.storage.health.alert_settings import AlertState, JobAlerts, Letter

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALERTS = JobAlerts((Channel("mail", "mail"), Channel("command", "command"), Channel("ping", "ping")))
FINE = Finding("healthy", "ok", "All in order", "")
FAILED = Finding("run-failed", "bad", "The last run failed", "", cause="access-refused")
SOME_FAILED = Finding("objects-failed", "warn", "2 people need attention", "", cause="name-too-long")
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


class Story:
    """One job's alerts, as time goes by."""

    def __init__(self, alerts: JobAlerts = ALERTS, **changed: Any) -> None:
        self.alerts = replace(alerts, **changed)
        self.state = AlertState()
        self._numbers = count(1)
        self.periods: list[tuple[datetime, datetime]] = []
        self.complete: CompleteRun | None = None

    def at(self, now: datetime, *findings: Finding, finish: bool = True) -> list[tuple[str, str]]:
        """Return (event, id) of each due message; finish: every channel accepts it."""
        self.state, due = collect_due(
            self.state,
            Health(findings or (FINE,)),
            self.alerts,
            now,
            self._new_id,
            self._summary,
            self.complete,
        )
        for one in due if finish else ():
            self.finish(one)
        return [(one.event, one.id) for one in due]

    def after(self, hours: float, *findings: Finding, finish: bool = True) -> list[tuple[str, str]]:
        return self.at(NOW + timedelta(hours=hours), *findings, finish=finish)

    def finish(self, one: Letter) -> None:
        for channel in one.pending:
            self.state = mark_done(self.state, one.id, channel)

    def _new_id(self, _about: str) -> str:
        return f"id{next(self._numbers)}"

    def _summary(self, since: datetime, until: datetime) -> Report:
        self.periods.append((since, until))
        return Report("Summary", "")


def test_a_cause_is_reported_once_and_again_each_day_while_it_lasts() -> None:
    story = Story()
    assert story.after(0, FAILED) == [("failed", "id1")]
    assert story.after(1, FAILED) == []
    assert story.after(23, FAILED) == []
    assert story.after(24, FAILED) == [("failed", "id2")]
    assert story.after(30, FAILED) == []
    assert Story(replace(ALERTS, repeats_daily=False)).after(0, FAILED)


@pytest.mark.parametrize(
    "code", ["token-expires", "certificate-expires", "client-secret-expires", "sign-on-certificate-expires"]
)
def test_what_expires_is_a_secret_that_expires(code: HealthCode) -> None:
    assert [event for event, _id in Story().at(NOW, Finding(code, "warn", "", "", cause="7"))] == ["secrets"]


def test_a_new_cause_is_reported_at_once() -> None:
    story = Story()
    story.after(0, FAILED)
    assert story.after(1, replace(FAILED, cause="dns")) == [("failed", "id2")]


def test_the_end_is_reported_once() -> None:
    story = Story()
    assert story.after(0) == []
    story.after(0, FAILED)
    assert story.after(1) == [("recovered", "id2")]
    assert story.after(2) == []
    assert story.after(3, FAILED) == [("failed", "id3")]


def test_after_a_kill_the_same_id_is_sent_once_more() -> None:
    story = Story()
    assert story.after(0, FAILED, finish=False) == [("failed", "id1")]
    assert story.after(1 / 60, FAILED) == [], "another process may be sending it"
    assert story.after(4 / 60, FAILED) == [("failed", "id1")]
    assert story.after(8 / 60, FAILED) == []


def test_after_a_kill_the_end_is_sent_once_more_with_its_id() -> None:
    story = Story()
    story.after(0, FAILED)
    assert story.after(1, finish=False) == [("recovered", "id2")]
    assert story.after(1 + 1 / 60) == []
    assert story.after(1 + 4 / 60) == [("recovered", "id2")]
    assert story.after(1 + 8 / 60) == []


def test_only_channels_that_have_not_ended_get_it_again() -> None:
    story = Story()
    story.after(0, FAILED, finish=False)
    story.state = mark_done(story.state, "id1", "mail")
    assert story.after(5 / 60, FAILED, finish=False) == [("failed", "id1")]
    (letter,) = story.state.letters
    assert letter.pending == ("command",)


def test_a_channel_that_was_removed_keeps_no_letter() -> None:
    story = Story()
    story.after(0, FAILED, finish=False)
    story.alerts = replace(ALERTS, channels=(Channel("ping", "ping"),))
    assert story.after(1, FAILED) == []
    assert story.state.letters == ()


def test_muted_findings_and_findings_without_need_for_action_are_not_sent() -> None:
    assert Story(muted=("failed",)).after(0, FAILED) == []
    story = Story(muted=("recovered",))
    story.after(0, FAILED)
    assert story.after(1) == []
    for code in ("never-run", "under-way", "groups-unread", "stopped"):
        assert Story().after(0, Finding(code, "info", "", "")) == []


def test_a_refused_run_asks_for_approval() -> None:
    asked = replace(FAILED, tone="warn", cause="concerns-not-accepted too-many-deletions")
    assert Story().after(0, asked) == [("approval", "id1")]


def test_another_program_is_an_event_of_its_own_and_still_asks_for_approval() -> None:
    asked = replace(FAILED, tone="warn", cause="concerns-not-accepted other-provisioner short-source")
    assert Story().after(0, asked) == [("other-program", "id1")]
    assert Story(muted=("other-program",)).after(0, asked) == [("approval", "id1")]
    assert Story(muted=("other-program", "approval")).after(0, asked) == []


def few(number: int) -> Finding:
    return replace(SOME_FAILED, failed=number, concerned=number)


def test_few_people_who_need_attention_are_not_reported() -> None:
    story = Story(attention_over=10)
    assert story.after(0, few(10)) == []
    assert story.after(1, few(11)) == [("attention", "id1")]
    assert story.after(2, few(4)) == [], "it is not over"
    assert story.after(3, few(12)) == [("attention", "id2")], "within a day, and from the same cause"
    assert story.after(4, few(4)) == []
    assert story.after(40, few(4)) == []
    assert story.after(41) == [("recovered", "id3")]
    assert Story().after(0, few(1)) == [("attention", "id1")]
    assert Story(attention_over=10).after(0, replace(SOME_FAILED, code="microsoft")) == [("attention", "id1")]


def test_what_is_muted_while_it_lasts_is_not_resolved() -> None:
    story = Story()
    story.after(0, FAILED)
    story.alerts = replace(ALERTS, muted=("failed",))
    assert story.after(1, FAILED) == []
    assert story.after(2) == []


def ran(hours: float) -> CompleteRun:
    started, ended = (NOW + timedelta(hours=hours, minutes=minutes) for minutes in (0, 2))
    return CompleteRun(started.isoformat(), ended.isoformat(), "3 people created.")


def test_complete_runs_are_reported_once_each_and_only_where_a_person_chose_so() -> None:
    story = Story()
    story.complete = ran(-2)
    assert story.after(0) == []
    story.alerts = ALERTS.switched("complete", True, NOW)
    assert story.after(1) == [], "it ended before that"
    story.complete = ran(2)
    assert story.after(2.1, finish=False) == [("complete", "id1")]
    assert story.after(2.11) == []
    assert story.after(3) == [("complete", "id1")], "the process was killed"
    assert story.after(30) == [], "no repetition, and nothing is over"
    story.complete = ran(31)
    story.alerts = story.alerts.switched("complete", False, NOW)
    assert story.after(31.1) == []


def test_a_run_that_ended_before_a_person_chose_so_is_not_reported() -> None:
    story = Story(complete_since=NOW.isoformat())
    story.complete = ran(-2)
    assert story.after(0) == []
    story.complete = ran(1)
    assert story.after(1.1) == [("complete", "id1")]


def test_a_complete_run_waits_for_the_end_of_quiet_hours() -> None:
    story = Story(quiet_from="10:00", quiet_to="14:00", time_zone="UTC", complete_since=NOW.isoformat())
    story.complete = ran(0)
    assert story.after(0.1) == []
    assert story.after(2) == [("complete", "id1")]


def test_events_are_switched_one_by_one() -> None:
    alerts = ALERTS.switched("failed", False, NOW).switched("overdue", False, NOW).switched("failed", True, NOW)
    assert alerts.muted == ("overdue",)
    assert [alerts.is_on(event) for event in ("failed", "overdue", "complete")] == [True, False, False]
    alerts = alerts.switched("complete", True, NOW)
    assert alerts.is_on("complete")
    assert alerts.switched("complete", True, NOW + timedelta(days=1)) == alerts
    assert alerts.muted == ("overdue",)


def test_pings_are_for_runs_not_for_events() -> None:
    story = Story()
    story.after(0, FAILED, finish=False)
    assert story.state.letters[0].pending == ("mail", "command")


def test_what_a_person_switched_off_in_quiet_hours_is_not_sent_after_them() -> None:
    story = Story(quiet_from="10:00", quiet_to="14:00", time_zone="UTC", complete_since=NOW.isoformat())
    story.complete = ran(0)
    assert story.after(0.1, SOME_FAILED) == []
    story.alerts = story.alerts.switched("attention", False, NOW).switched("complete", False, NOW)
    assert story.after(3, SOME_FAILED) == []


def test_a_choice_of_the_future_was_made_before_the_clock_was_set_back() -> None:
    story = Story(complete_since=(NOW + timedelta(days=400)).isoformat())
    story.complete = ran(1)
    assert story.after(1.1) == [("complete", "id1")]


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    story = Story()
    story.after(0, FAILED, finish=False)
    assert story.after(-1000, FAILED) == [("failed", "id1")], "a claim of the future is no claim"
    story.after(0, FAILED)
    assert story.after(-1000, FAILED) == [("failed", "id2")], "nor is its time a reason to wait for years"
    quiet = Story(quiet_from="10:00", quiet_to="14:00", time_zone="UTC")
    assert quiet.after(0, SOME_FAILED) == []
    assert quiet.after(-1000, SOME_FAILED) == [("attention", "id1")]


# --- quiet hours -------------------------------------------------------------------------------------------------------


def test_alerts_of_the_quiet_hours_are_sent_after_them() -> None:
    story = Story(quiet_from="22:00", quiet_to="07:00", time_zone="Europe/Berlin")
    night = datetime(2026, 11, 23, 23, tzinfo=BERLIN)
    assert story.at(night, SOME_FAILED) == []
    assert story.at(night + timedelta(hours=1)) == [], "it is over, and that waits too"
    assert story.at(night + timedelta(hours=7, minutes=59)) == []
    morning = story.at(night + timedelta(hours=8))
    assert morning == [("attention", "id1"), ("recovered", "id2")]
    assert story.at(night + timedelta(hours=9)) == []


def test_urgent_alerts_do_not_wait_unless_a_person_chose_so() -> None:
    night = datetime(2026, 11, 23, 23, tzinfo=BERLIN)
    quarantined = Finding("quarantined", "bad", "This job is in quarantine", "", cause="access-refused")
    quiet = {"quiet_from": "22:00", "quiet_to": "07:00", "time_zone": "Europe/Berlin"}
    assert Story(**quiet).at(night, quarantined) == [("quarantine", "id1")]
    assert Story(**quiet, urgent_at_once=False).at(night, quarantined) == []


def test_a_process_that_is_killed_after_the_quiet_hours_repeats_with_the_same_id() -> None:
    story = Story(quiet_from="22:00", quiet_to="07:00", time_zone="Europe/Berlin")
    story.at(datetime(2026, 11, 23, 23, tzinfo=BERLIN), SOME_FAILED)
    morning = datetime(2026, 11, 24, 7, tzinfo=BERLIN)
    assert story.at(morning, SOME_FAILED, finish=False) == [("attention", "id1")]
    assert story.at(morning + timedelta(minutes=4), SOME_FAILED) == [("attention", "id1")]
    assert story.at(morning + timedelta(minutes=8), SOME_FAILED) == []


@pytest.mark.parametrize(
    ("zone", "at", "ends"),
    [
        # (UTC) the night before, and the moment at which quiet hours 22:00 to 07:00 end
        (BERLIN, "2026-03-28T22:00", "2026-03-29T05:00"),  # summer time begins: 07:00 is 05:00 UTC
        (BERLIN, "2026-10-24T22:00", "2026-10-25T06:00"),  # it ends: 06:00 UTC
        (NEW_YORK, "2026-03-08T04:00", "2026-03-08T11:00"),
        (NEW_YORK, "2026-11-01T04:00", "2026-11-01T12:00"),
        (ZoneInfo("Asia/Kolkata"), "2026-11-01T18:00", "2026-11-02T01:30"),
    ],
)
def test_quiet_hours_follow_the_zone_and_its_summer_time(zone: ZoneInfo, at: str, ends: str) -> None:
    story = Story(quiet_from="22:00", quiet_to="07:00", time_zone=zone.key)
    story.at(datetime.fromisoformat(f"{at}+00:00"), SOME_FAILED)
    (letter,) = story.state.letters
    assert letter.after == f"{ends}:00.000+00:00"


def test_an_hour_that_occurs_twice_is_quiet_both_times() -> None:
    story = Story(quiet_from="01:00", quiet_to="02:30", time_zone="Europe/Berlin")
    first, second = (datetime(2026, 10, 25, hour, 15, tzinfo=UTC) for hour in (0, 1))  # 02:15 twice
    assert [story.at(moment, SOME_FAILED) for moment in (first, second)] == [[], []]
    assert story.at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), SOME_FAILED) == [("attention", "id1")]


def test_times_that_mean_nothing_are_no_quiet_hours() -> None:
    for begins, ends in (("", "07:00"), ("22:00", "22:00"), ("late", "early"), ("25:00", "07:00")):
        story = Story(quiet_from=begins, quiet_to=ends, time_zone="No/Where")
        assert story.after(0, SOME_FAILED) == [("attention", "id1")]


# --- summaries ---------------------------------------------------------------------------------------------------------


def test_a_daily_summary_comes_once_for_each_day() -> None:
    story = Story(summary="daily", summary_at="08:00", time_zone="Europe/Berlin")
    day = datetime(2026, 10, 24, 9, tzinfo=BERLIN)
    assert story.at(day) == [], "its first period begins now"
    assert story.at(datetime(2026, 10, 25, 7, 59, tzinfo=BERLIN)) == []
    assert story.at(datetime(2026, 10, 25, 8, tzinfo=BERLIN)) == [("summary", "id1")]
    assert story.at(datetime(2026, 10, 25, 9, tzinfo=BERLIN)) == []
    ((since, until),) = story.periods
    assert until - since == timedelta(hours=25), "summer time ended in this night"


def test_a_weekly_summary_comes_on_its_day_also_late_and_as_one() -> None:
    story = Story(summary="weekly", summary_day=0, summary_at="08:00", time_zone="Europe/Berlin")
    monday = datetime(2026, 11, 23, 8, tzinfo=BERLIN)
    story.at(monday)
    assert story.at(monday + timedelta(days=6)) == []
    assert story.at(monday + timedelta(days=15)) == [("summary", "id1")], "the computer was off for a week"
    assert story.periods == [(monday, monday + timedelta(days=14))]
    assert story.at(monday + timedelta(days=16)) == []


def test_a_summary_is_repeated_after_a_kill_and_none_is_lost() -> None:
    story = Story(summary="daily", summary_at="08:00", time_zone="UTC")
    story.at(datetime(2026, 11, 23, 9, tzinfo=UTC))
    due = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert story.at(due, finish=False) == [("summary", "id1")]
    assert story.at(due + timedelta(minutes=4)) == [("summary", "id1")]
    assert story.at(due + timedelta(minutes=8)) == []


def test_a_clock_that_was_set_for_a_time_costs_one_summary_at_most() -> None:
    story = Story(summary="daily", summary_at="08:00", time_zone="UTC")
    story.at(datetime(2036, 11, 23, 9, tzinfo=UTC))
    assert story.at(datetime(2026, 11, 23, 9, tzinfo=UTC)) == []
    assert story.at(datetime(2026, 11, 24, 9, tzinfo=UTC)) == [("summary", "id1")]


def test_a_summary_of_a_wrong_week_stops_no_later_ones() -> None:
    story = Story(summary="daily", summary_at="08:00", time_zone="UTC")
    story.at(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert story.at(datetime(2026, 11, 23, 9, tzinfo=UTC)) == [], "the clock was set back by ten days"
    assert story.at(datetime(2026, 11, 24, 9, tzinfo=UTC)) == [("summary", "id1")]


def test_a_cause_that_is_over_is_not_reported_and_one_more_is() -> None:
    story = Story()
    both = replace(SOME_FAILED, cause="colon semicolon")
    assert [event for event, _id in story.at(NOW, both)] == ["attention"]
    assert story.after(1, replace(SOME_FAILED, cause="semicolon")) == []
    assert [event for event, _id in story.after(2, replace(SOME_FAILED, cause="semicolon tab"))] == ["attention"]
