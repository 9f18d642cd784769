"""The calendar file, read by a library for such files."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from wizard.errors import JobFileError, WizardError
from wizard.flow.steps.session import new_draft
from wizard.flow.support.calendar_file import calendar_text, write_calendar
from wizard.provisioning.job import Job, TargetChoice

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
AWKWARD = 'Staff; "100 %", 日本 \\ and\r\nBEGIN:VEVENT\n' + "long é " * 30


def job(made_on: str = "2026-03-01", name: str = "Staff") -> Job:
    return replace(new_draft(), name=name, target=TargetChoice("https://x/scim/v2", token_made_on=made_on))


@pytest.mark.parametrize("name", ["Staff", AWKWARD])
def test_a_calendar_reads_the_day_and_four_reminders(name: str) -> None:
    text = calendar_text(job(name=name), NOW)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert (event.decoded("DTSTART"), event.decoded("DTSTAMP")) == (date(2027, 3, 1), NOW)
    assert "".join(name.split()) in "".join(str(event["SUMMARY"]).split())
    assert "".join(name.split()) in "".join(str(event["DESCRIPTION"]).split())
    triggers = [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")]
    assert triggers == [timedelta(days=-days) for days in (30, 14, 7, 1)]
    assert Calendar.from_ical(text).errors == event.errors == []
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "\n" not in "".join(lines)


def test_the_file_of_a_later_token_replaces_the_entry() -> None:
    draft = job()
    first = Calendar.from_ical(calendar_text(draft, NOW)).walk("VEVENT")[0]
    later = replace(draft, target=replace(draft.target, token_made_on="2026-09-01"))
    second = Calendar.from_ical(calendar_text(later, NOW)).walk("VEVENT")[0]
    assert first["UID"] == second["UID"]
    assert int(first["SEQUENCE"]) < int(second["SEQUENCE"])


@pytest.mark.parametrize("made_on", ["", "soon", "9999-12-31"])
def test_without_a_day_there_is_no_file(made_on: str) -> None:
    with pytest.raises(WizardError) as error:
        calendar_text(job(made_on))
    assert error.value.message.code == "token-date-unknown"


@pytest.mark.anyio
async def test_a_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    target = tmp_path / "token.ics"
    await write_calendar(job(), target)
    with pytest.raises(JobFileError):
        await write_calendar(job("2026-09-01"), target)
    await write_calendar(job("2026-09-01"), target, replaces=True)
    assert b"DTSTART;VALUE=DATE:20270901\r\n" in target.read_bytes()
