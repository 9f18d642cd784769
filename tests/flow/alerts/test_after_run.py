"""What follows a run: a line that names nobody, and a note that never fails it."""

import threading
from dataclasses import replace

import anyio
import pytest

from wizard.errors import JobLocked, Message, NoSecret
from wizard.flow.alerts import after_run as module
from wizard.flow.alerts.after_run import line_of
from wizard.flow.runs.attempts import noted
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.storage.health.attempts import Attempt, AttemptStore

pytestmark = pytest.mark.anyio
JOB = replace(new_draft(), name="Staff")
COUNTS = {"users": {"created": 3, "failed": 1}, "groups": {"updated": 0}, "memberships": {"added": 2}}


def test_the_line_says_who_what_and_how_many() -> None:
    line = line_of(JOB, Attempt("2026-01-01", "2026-01-02", "command", 1, {}, COUNTS))
    assert line.severity == "warning"
    assert "users_created=3, users_failed=1, memberships_added=2" in line.text
    assert (line.fields["job"], line.fields["by"], line.fields["exit_code"]) == ("Staff", "command", "1")
    assert "groups_updated" not in line.fields
    failed = line_of(JOB, Attempt("", "", "window", 4, Message("access-refused").as_json()))
    assert (failed.severity, failed.fields["reason"]) == ("error", "access-refused")
    assert line_of(JOB, Attempt("", "", "window", 0)).severity == "info"


async def test_an_error_is_noted_and_raised(services: Services) -> None:
    with pytest.raises(NoSecret):
        async with noted(services, JOB, "command"):
            raise NoSecret("no-access-token", variable="X")
    kept = AttemptStore(services.home, JOB.id).read()
    assert kept.last is not None
    assert (kept.last.exit_code, kept.last.by, kept.last_good) == (5, "command", "")
    assert kept.last.message == Message("no-access-token", variable="X")


async def test_a_job_that_another_run_holds_is_no_attempt(services: Services) -> None:
    with pytest.raises(JobLocked):
        async with noted(services, JOB, "command"):
            raise JobLocked("job-locked")
    assert AttemptStore(services.home, JOB.id).read().last is None


async def test_what_follows_never_fails_the_run(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_line: object) -> bool:
        raise RuntimeError("the log is gone")

    monkeypatch.setattr(module.system_log, "write", broken)
    for by in ("command", "window"):
        with pytest.raises(NoSecret):
            async with noted(services, JOB, by):  # type: ignore[arg-type]
                raise NoSecret("no-access-token", variable="X")
        last = AttemptStore(services.home, JOB.id).read().last
        assert last is not None
        assert last.by == by


async def test_a_window_does_not_wait_for_what_follows(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(module.system_log, "write", lambda _line: begun.set() or go_on.wait(60))
    with pytest.raises(NoSecret):
        async with noted(services, JOB, "window"):
            raise NoSecret("no-access-token", variable="X")
    assert await anyio.to_thread.run_sync(begun.wait, 60)
    go_on.set()
