"""When repeated runs of a job are put off, for how long, and what lifts it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.provisioning.company import World, directory, person
from wizard.aws.interface import Refused
from wizard.errors import Message, recorded
from wizard.provisioning.retry_later import Quarantine, add_failure, most_failed, state_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def failures(count: int, rests_on: str = "a") -> Quarantine:
    """So many in a row, each when it was due."""
    found, now = None, NOON
    for _ in range(count):
        found = add_failure(
            found, "access-refused", recorded("AWS does not accept the access token"), now, rests_on
        )
        now = datetime.fromisoformat(found.next_attempt)
    assert found is not None
    return found


def waits(quarantine: Quarantine, failed_at: datetime) -> timedelta:
    return datetime.fromisoformat(quarantine.next_attempt) - failed_at


def test_one_failure_is_only_remembered():
    once = failures(1)
    assert not once.is_active
    assert state_of(once, NOON, "a") == "free"
    assert state_of(None, NOON, "a") == "free"


def test_the_waits_grow_and_end_after_four_weeks():
    moment, found = NOON, failures(1)
    hours = []
    for _ in range(5):
        found = add_failure(found, "access-refused", recorded("x"), moment, "a")
        hours.append(waits(found, moment) / timedelta(hours=1))
        moment = datetime.fromisoformat(found.next_attempt)
        assert state_of(found, moment - timedelta(seconds=1), "a") == "waiting"
        assert state_of(found, moment, "a") == "due"
    assert hours == [6, 12, 24, 24, 24]
    assert found.since == NOON.isoformat(timespec="seconds")
    assert state_of(found, NOON + timedelta(days=28), "a") == "due"
    assert state_of(found, NOON + timedelta(days=28, seconds=1), "a") == "disabled"


def test_a_changed_user_is_tried_at_once_and_the_count_restarts():
    disabled = failures(4)
    later = NOON + timedelta(days=40)
    assert state_of(disabled, later, "b") == "due"
    again = add_failure(disabled, "most-failed", recorded("x"), later, "b")
    assert (again.failures, again.is_active, again.since) == (1, False, later.isoformat(timespec="seconds"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("people", "bad", "found"),
    [(20, 9, Message("most-failed", failed=9, total=20)), (20, 8, None), (19, 19, None)],
)
async def test_most_failed_is_more_than_forty_percent_of_at_least_twenty(
    people: int, bad: int, found: Message | None
):
    def write(number: int, _words: str) -> None:
        if number <= bad:
            raise Refused(400, recorded("AWS did not accept the attributes", "Look at them."))

    world = World()
    world.trouble(write=write)
    assert most_failed(await world.run(directory([person(f"p{n}") for n in range(people)]))) == found


@pytest.mark.anyio
async def test_people_rejected_before_any_request_do_not_count():
    world = World()
    people = [person(f"p{n}", surname="" if n < 19 else "Example") for n in range(40)]
    report = await world.run(directory(people))
    assert (report.failed, most_failed(report)) == (19, None)


def test_an_attempt_that_was_put_off_in_a_wrong_year_is_due():
    found = failures(3)
    assert state_of(found, NOON - timedelta(days=365), "a") == "due"
