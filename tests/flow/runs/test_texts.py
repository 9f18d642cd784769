"""What Monitor says of a run's numbers."""

import re

from wizard.errors import Message
from wizard.flow.runs.texts import (
    attention_in_words,
    done_in_words,
    foreign_in_words,
    foreign_of,
    last_foreign,
    matching_statuses,
    outcome_of,
)
from wizard.provisioning.plan import Plan, Unchanged


def plan(*notes: Message, purpose: str = "") -> Plan:
    return Plan((), (), (), Unchanged(), notes, (), (), 0, "2026-11-23T14:41:00+00:00", purpose=purpose)  # type: ignore[arg-type]


def numbers_in(sentence: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", sentence)]


def test_counts_become_one_sentence() -> None:
    counts = {
        "users": {"created": 50, "updated": 1, "skipped": 61, "failed": 14},
        "groups": {"created": 1},
        "memberships": {"added": 100, "removed": 5},
    }
    assert numbers_in(done_in_words(counts)) == [50, 1, 1, 100, 5, 61, 14]
    assert numbers_in(done_in_words(counts, with_rest=False)) == [50, 1, 1, 100, 5]
    assert numbers_in(done_in_words({"users": {"disabled": 1}})) == [1]
    assert numbers_in(done_in_words({"users": {"failed": 2, "skipped": 1}})) == [1, 2]
    assert numbers_in(done_in_words(None)) == []


def test_attention_counts_people_and_groups() -> None:
    assert numbers_in(attention_in_words({"users": {"failed": 2}})) == [2]
    assert numbers_in(attention_in_words({"users": {"failed": 2}, "groups": {"failed": 3}})) == [5]
    assert numbers_in(attention_in_words({"groups": {"failed": 3}})) == [3]


def test_the_outcome_of_a_run() -> None:
    counts = {
        "users": {"created": 3, "updated": 2, "disabled": 1, "skipped": 4, "failed": 5},
        "groups": {"created": 1, "failed": 1},
        "memberships": {"added": 7, "removed": 2},
    }
    assert outcome_of(counts) == (16, 4, 6)
    assert outcome_of(None) == (0, 0, 0)


def test_who_is_foreign_is_known_only_from_a_plan_for_everyone() -> None:
    note = Message("foreign-objects", people=12, groups=0)
    assert foreign_in_words(foreign_of(plan(note))) == "12 people"
    assert foreign_in_words(foreign_of(plan())) == "0"
    assert foreign_in_words(foreign_of(plan(note, purpose="retry"))) == ""
    assert (
        last_foreign([{"users": {}}, None, {"foreign": ""}, {"foreign": "2 groups"}, {"foreign": "nobody"}])
        == "2 groups"
    )
    assert last_foreign([{"foreign": None}, {"foreign": {"people": 0, "groups": 1}}]) == "1 group"
    assert last_foreign([]) == ""


def test_the_switch_selects_statuses() -> None:
    assert [tuple(matching_statuses(choice)) for choice in ("all", "failed", "skipped", "warnings")] == [
        (), ("failure",), ("skipped",), ("warning",),
    ]  # fmt: skip
