"""What the Run page counts: the pace, the time left, the outcomes, the lines that a question finds."""

from tests.provisioning.changes import add_members, create_group, create_user
from wizard.errors import recorded
from wizard.progress import RequestMade
from wizard.provisioning.events import ChangeEnded, LogRow, ObjectReported
from wizard.scim.resource import Known
from wizard.ui.formats import span_in_words
from wizard.ui.pages.run.tally import (
    SILENT_SECONDS,
    WAITING_SECONDS,
    Contact,
    Lines,
    LogLine,
    Pace,
    Tally,
    count_kinds,
)


def row(action: str = "create", status: str = "success", label: str = "Ana") -> LogRow:
    return LogRow("2026-11-23T14:00:00.000+00:00", "user", "1", label, action, status, recorded("new in AWS"))  # type: ignore[arg-type]


def line(label: str, status: str = "success") -> LogLine:
    return LogLine.of(row(status=status, label=label))


def test_nothing_is_said_of_the_time_left_before_20_results() -> None:
    pace = Pace(0.0)
    pace.add(19, 1.0)
    assert pace.left(30.0, 2.0) == ""
    pace.add(1, 4.0)
    assert pace.left(None, 5.1) == ""
    assert pace.left(30.0, 8.2) == "About 30 s left"


def test_the_time_left_is_rounded_and_shown_for_three_seconds() -> None:
    pace = Pace(0.0)
    pace.add(100, 10.0)
    assert pace.left(84.3, 10.0) == "About 1 min 20 s left"
    assert pace.left(6.0, 12.9) == "About 1 min 20 s left"
    assert pace.left(6.0, 13.1) == "About 10 s left"


def test_the_pace_is_that_of_the_last_ten_seconds() -> None:
    pace = Pace(0.0)
    pace.add(1_000, 1.0)
    pace.add(50, 15.0)
    assert pace.rate(20.0) == 5.0


def test_a_pause_does_not_count() -> None:
    pace = Pace(0.0)
    pace.add(100, 10.0)
    pace.restart(60.0)
    assert pace.rate(60.0) == 0.0
    pace.add(40, 62.0)
    assert pace.rate(62.0) == 20.0


def test_each_kind_is_counted_apart_and_each_outcome_too() -> None:
    person, group = create_user("1", "Ana", {}), create_group("g", "Sales", {})
    join = add_members("g", "Sales", "x", (Known("y"),))
    changes = (person, group, join)
    tally = Tally(len(changes))
    tally.expect(count_kinds(changes))
    tally.add(ChangeEnded(person, row()))
    tally.add(ChangeEnded(join, row("update")))
    tally.add(ObjectReported(row("other", "failure")))
    tally.add(ObjectReported(row("other", "warning")))
    assert tally.done == 2
    assert tally.kinds == (("People", 1, 1), ("Groups", 0, 1), ("Memberships", 1, 1))
    assert dict(tally.outcomes) == {"created": 1, "updated": 1, "failed": 1}
    assert tally.statuses["warning"] == 1


def test_lines_are_found_also_while_they_come() -> None:
    lines = Lines()
    lines.add(line("Ana"))
    lines.add(line("Bo", "failure"))
    lines.set_filter(lambda one: one.status == "failure")
    assert len(lines) == 1
    lines.add(line("Cy", "failure"))
    lines.add(line("Di"))
    assert [lines.at(place).label for place in range(len(lines))] == ["Bo", "Cy"]
    lines.set_filter(None)
    assert len(lines) == 4
    assert lines.at(4) is None


def test_spans_as_people_say_them() -> None:
    assert [span_in_words(seconds) for seconds in (40, 60, 80, 3600, 7500)] == [
        "40 s", "1 min", "1 min 20 s", "1 h", "2 h 5 min",
    ]  # fmt: skip


def test_a_connection_is_lost_when_nothing_was_answered_for_a_while() -> None:
    contact = Contact()
    contact.add(RequestMade("POST /Users", 0, 0.1, left_seconds=4.0), 100.0)
    assert not contact.is_lost(100.0)
    assert contact.is_lost(100.0 + SILENT_SECONDS)
    contact.add(RequestMade("GET /Groups/{id}", 0, 0.1, left_seconds=9.0), 101.0)
    assert (contact.lost_at, contact.until) == (100.0, 110.0)
    contact.add(RequestMade("GET /Users", 0, 0.1), 109.0)
    assert contact.until == 110.0, "others are still retried"
    contact.add(RequestMade("GET /Users", 404, 0.1), 109.5)
    assert not contact.is_lost(200.0)
    assert contact.until == 0.0


def test_silence_is_noticed_although_no_request_has_failed() -> None:
    contact = Contact()
    assert not contact.is_silent(1000.0), "nothing was asked yet"
    contact.add(RequestMade("GET /Users", 200, 0.1), 100.0)
    assert not contact.is_silent(100.0)
    assert contact.is_silent(100.0 + WAITING_SECONDS)
    contact.add(RequestMade("GET /Users", 429, 0.1, throttled=True, wait_seconds=30.0), 101.0)
    assert not contact.is_silent(131.0), "it asked for that"
    assert contact.is_silent(131.0 + WAITING_SECONDS)
