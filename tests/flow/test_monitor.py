"""The token's year, and numbers out of reports as the journal keeps them."""

from dataclasses import replace
from datetime import date

import pytest

from wizard.flow.runs.health import token_life
from wizard.flow.runs.texts import outcome_of
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import TargetChoice


@pytest.mark.parametrize(
    ("made", "expires", "days", "state"),
    [
        ("2026-10-12", "2027-10-12", 323, ""),
        ("2025-12-05", "2026-12-05", 12, "soon"),
        ("2025-11-23", "2026-11-23", 0, "soon"),
        ("2025-11-01", "2026-11-01", -22, "expired"),
        ("2024-02-29", "2025-03-01", -632, "expired"),
        ("", "", 0, ""),
    ],
)
def test_a_token_lives_one_year(made: str, expires: str, days: int, state: str) -> None:
    job = replace(new_draft(), target=TargetChoice(token_made_on=made))
    life = token_life(job, date(2026, 11, 23))
    assert (life.expires_on, life.days_left) == (expires, days)
    assert (life.expires_soon, life.is_expired) == (state == "soon", state == "expired")


def test_the_outcome_of_a_run() -> None:
    counts = {
        "users": {"created": 3, "updated": 2, "disabled": 1, "skipped": 4, "failed": 5},
        "groups": {"created": 1, "failed": 1},
        "memberships": {"added": 7, "removed": 2},
    }
    assert outcome_of(counts) == (16, 4, 6)
    assert outcome_of(None) == (0, 0, 0)
