"""Which events are due: once for each cause, again after a day, when it is over, and after a kill with the same id."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from wizard.alerts.interface import Channel
from wizard.flow.alerts.telling import Due, claimed, ended
from wizard.flow.runs.health import Finding, Health
from wizard.storage.health.alert_settings import JobAlerts, TellState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALERTS = JobAlerts((Channel("mail", "mail"), Channel("command", "command"), Channel("ping", "ping")))
FINE = Finding("healthy", "ok", "All in order", "")
FAILED = Finding("run-failed", "bad", "The last run failed", "", cause="access-refused")


class Story:
    """One job's events, as time goes by."""

    def __init__(self, alerts: JobAlerts = ALERTS) -> None:
        self.alerts = alerts
        self.state = TellState()
        numbers = count(1)
        self._new: Callable[[], str] = lambda: f"id{next(numbers)}"

    def after(self, hours: float, *findings: Finding, finish: bool = True) -> list[tuple[str, str]]:
        """(event, id) of what is due; finish: every channel takes it."""
        now = NOW + timedelta(hours=hours)
        self.state, due = claimed(self.state, Health(findings or (FINE,)), self.alerts, now, self._new)
        for one in due if finish else ():
            self.finish(one)
        return [(one.event, one.told.id) for one in due]

    def finish(self, one: Due) -> None:
        for channel in one.told.pending:
            self.state = ended(self.state, one.key, one.told.id, channel)


def test_a_cause_is_told_once_and_again_each_day_while_it_lasts() -> None:
    story = Story()
    assert story.after(0, FAILED) == [("failed", "id1")]
    assert story.after(1, FAILED) == []
    assert story.after(23, FAILED) == []
    assert story.after(24, FAILED) == [("failed", "id2")]
    assert story.after(30, FAILED) == []
    assert Story(replace(ALERTS, repeats_daily=False)).after(0, FAILED)


def test_a_new_cause_is_told_at_once() -> None:
    story = Story()
    story.after(0, FAILED)
    assert story.after(1, replace(FAILED, cause="dns")) == [("failed", "id2")]


def test_the_end_is_told_once() -> None:
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
    story.state = ended(story.state, "run-failed", "id1", "mail")
    state, due = claimed(story.state, Health((FAILED,)), ALERTS, NOW + timedelta(minutes=5), lambda: "another")
    assert [one.told.pending for one in due] == [("command",)]
    assert state.told["run-failed"].id == "id1"


def test_what_is_muted_and_what_needs_nobody_is_not_told() -> None:
    assert Story(replace(ALERTS, muted=("failed",))).after(0, FAILED) == []
    story = Story(replace(ALERTS, muted=("recovered",)))
    story.after(0, FAILED)
    assert story.after(1) == []
    for code in ("never-run", "under-way", "edits-waiting", "groups-unread", "stopped"):
        assert Story().after(0, Finding(code, "info", "", "")) == []


def test_a_refused_run_asks_for_approval() -> None:
    asked = replace(FAILED, tone="warn", cause="concerns-not-accepted too-many-deletions")
    assert Story().after(0, asked) == [("approval", "id1")]


def test_pings_are_for_runs_not_for_events() -> None:
    story = Story()
    story.after(0, FAILED, finish=False)
    assert story.state.told["run-failed"].pending == ("mail", "command")
