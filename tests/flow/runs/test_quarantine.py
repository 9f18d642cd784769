"""What the ending of a run without a window means for the next one."""

from dataclasses import replace

import pytest

from wizard.errors import InQuarantine, Message
from wizard.flow.runs.quarantine import admit, after_failure, after_run, fingerprint
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import Scope
from wizard.provisioning.report import Counts, RunReport
from wizard.provisioning.retry_later import Quarantine

JOB = new_draft()
TOKEN = "a-token-of-this-test"


def refused(before: Quarantine | None = None) -> Quarantine:
    return after_failure(before, "access-refused", Message("access-refused"), JOB, TOKEN)


def test_a_run_that_was_away_or_cancelled_tells_nothing() -> None:
    before = refused()
    for ending in ("stopped", "cancelled"):
        report = RunReport(Counts(), Counts(), ending=ending)  # type: ignore[arg-type]
        assert after_run(before, report, JOB, TOKEN) is before
        assert after_run(None, report, JOB, TOKEN) is None


def test_a_refused_run_counts_and_a_good_one_ends_it() -> None:
    stopped = RunReport(Counts(), Counts(), ending="stopped", message=Message("refused"), access_refused=True)
    twice = after_run(refused(), stopped, JOB, TOKEN)
    assert twice is not None
    assert (twice.failures, twice.why, twice.is_active) == (2, Message("refused"), True)
    assert after_run(twice, RunReport(Counts(created=3), Counts()), JOB, TOKEN) is None


def test_the_next_attempt_waits_unless_something_was_changed() -> None:
    assert not admit(refused(), JOB, TOKEN)
    twice = refused(refused())
    with pytest.raises(InQuarantine, match=r"^job-in-quarantine "):
        admit(twice, JOB, TOKEN)
    assert admit(twice, JOB, "another-token")
    assert admit(twice, replace(JOB, scope=Scope(groups=False)), TOKEN)
    with pytest.raises(InQuarantine):
        admit(twice, replace(JOB, name="Renamed"), TOKEN)
    with pytest.raises(InQuarantine, match=r"^job-disabled-by-quarantine "):
        admit(replace(twice, since="2026-01-01T00:00:00+00:00"), JOB, TOKEN)


def test_the_token_cannot_be_read_from_stored_data() -> None:
    one, other = fingerprint(JOB, TOKEN), fingerprint(JOB, TOKEN)
    assert one != other  # salted
    assert fingerprint(JOB, TOKEN, like=one) == one
    assert TOKEN not in one
