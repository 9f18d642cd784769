"""What Monitor says of a run's numbers and of the token."""

from dataclasses import replace
from datetime import date

from wizard.errors import Message
from wizard.flow.runs.health import token_life
from wizard.flow.runs.texts import done_in_words, foreign_in_words, foreign_of, last_foreign, matching_statuses
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import TargetChoice
from wizard.provisioning.plan import Plan, Unchanged


def plan(*notes: Message, read_from: str = "target") -> Plan:
    return Plan((), (), (), Unchanged(), notes, (), (), 0, "2026-11-23T14:41:00+00:00", read_from)  # type: ignore[arg-type]


def test_counts_become_one_sentence() -> None:
    counts = {
        "users": {"created": 50, "updated": 1, "skipped": 61, "failed": 14},
        "groups": {"created": 1},
        "memberships": {"added": 100, "removed": 5},
    }
    assert done_in_words(counts) == "51 people, 1 group and 105 memberships are done, 61 were skipped, 14 failed."
    assert done_in_words({"users": {"disabled": 1}}) == "1 person is done."
    assert done_in_words({"users": {"failed": 2, "skipped": 1}}) == "Nothing was changed, 1 was skipped, 2 failed."
    assert done_in_words(None) == "Nothing was changed."


def test_a_token_lives_one_year() -> None:
    job = replace(new_draft(), target=TargetChoice("", token_made_on="2026-01-31"))
    life = token_life(job, date(2026, 12, 31))
    assert (life.expires_on, life.days_left) == ("2027-01-31", 31)
    leap = replace(job, target=TargetChoice("", token_made_on="2028-02-29"))
    assert token_life(leap, date(2028, 3, 1)).expires_on == "2029-03-01"
    assert token_life(new_draft()).expires_on == ""


def test_who_is_foreign_is_known_only_from_a_full_reading() -> None:
    note = Message("foreign-objects", people=12, groups=0)
    assert foreign_in_words(foreign_of(plan(note))) == "12 people"
    assert foreign_in_words(foreign_of(plan())) == "nobody"
    assert foreign_in_words(foreign_of(plan(note, read_from="journal"))) == ""
    assert (
        last_foreign([{"users": {}}, None, {"foreign": ""}, {"foreign": "2 groups"}, {"foreign": "nobody"}])
        == "2 groups"
    )
    assert last_foreign([{"foreign": None}, {"foreign": {"people": 0, "groups": 1}}]) == "1 group"
    assert last_foreign([]) == ""


def test_the_switch_stands_for_statuses() -> None:
    assert [tuple(matching_statuses(choice)) for choice in ("all", "failed", "skipped", "warnings")] == [
        (), ("failure",), ("skipped",), ("warning",),
    ]  # fmt: skip
