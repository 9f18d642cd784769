"""Points in time as people say them."""

from datetime import date, datetime, timedelta

import pytest

from wizard.messages import translation
from wizard.ui.formats import (
    clock,
    day,
    day_and_time,
    full_date,
    in_order,
    is_today,
    percent,
    short_date,
    short_span,
)

NOW = datetime(2026, 11, 23, 18, 0).astimezone()


def test_a_moment_of_today_yesterday_and_before() -> None:
    morning = NOW.replace(hour=9, minute=5)
    assert day_and_time(morning, NOW) == f"Today, {clock(morning)}"
    assert day_and_time(morning - timedelta(days=1), NOW) == f"Yesterday, {clock(morning)}"
    assert day_and_time(morning - timedelta(days=20), NOW) == "November 3, 2026"


def test_iso_text_is_taken_and_nothing_is_nothing() -> None:
    assert day_and_time(NOW.isoformat(), NOW) == f"Today, {clock(NOW)}"
    assert day_and_time("", NOW) == ""
    assert day_and_time("soon", NOW) == ""


def test_within_a_sentence_the_near_days_begin_small() -> None:
    for days, word in ((-1, "yesterday"), (0, "today"), (1, "tomorrow")):
        moment = NOW + timedelta(days=days)
        assert day_and_time(moment, NOW, place="when") == f"{word} at {clock(moment)}"
        assert day_and_time(moment, NOW, place="after") == f"{word} at {clock(moment)}"
        assert day(moment, NOW, place="when") == word
        assert day(moment, NOW) == word.capitalize()
        assert is_today(moment, NOW) == (days == 0)
    before = NOW - timedelta(days=20)
    assert day(before, NOW, place="when") == day_and_time(before, NOW, place="when") == "on November 3, 2026"
    assert day(before, NOW, place="after") == day_and_time(before, NOW, place="after") == "November 3, 2026"


def test_a_short_date_has_the_month_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert short_date(date(2026, 10, 9)) == "Oct 9"
    monkeypatch.setattr(translation, "_language", "fr")
    assert short_date(date(2026, 10, 9)) == "oct. 9"  # the order is that of the English pattern


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ["anna", "Ärmel", "Arndt", "Öl", "Ole", "Zoe"]),
        ("sv", ["anna", "Zoe", "Ärmel", "Öl"]),
        ("es", ["Nunez", "Núñez", "Nuzi"]),
    ],
)
def test_names_are_sorted_as_the_language_does(
    monkeypatch: pytest.MonkeyPatch, language: str, names: list[str]
) -> None:
    monkeypatch.setattr(translation, "_language", language)
    assert in_order(reversed(names), str) == names


def test_a_share_of_a_hundred() -> None:
    assert percent(12) == "12%"


def test_a_date_in_full() -> None:
    assert full_date(date(2027, 2, 9)) == "February 9, 2027"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0001, "1 ms"), (0.214, "214 ms"), (1.26, "1.3 s"), (42.4, "42 s")]
)
def test_how_long_something_took(seconds: float, words: str) -> None:
    assert short_span(seconds) == words
